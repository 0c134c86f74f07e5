#pragma once

#include <functional>
#include <string>

namespace tt_run::device {

/// "relu", "gelu" or "silu" as a function of one number. Throws for other names.
std::function<float(float)> activation_function(const std::string& name);

}  // namespace tt_run::device
