#pragma once

#include <string_view>

namespace tt_run::support {

/// Whether two texts differ in nothing but the case of ASCII letters.
bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace tt_run::support
