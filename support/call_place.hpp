#pragma once

#include <source_location>
#include <string>

namespace tt_run::support {

/// A call's place with the file's last two parts, "pipeline/main.cpp:12".
std::string place_of(const std::source_location& where);

}  // namespace tt_run::support
