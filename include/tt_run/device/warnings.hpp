#pragma once

#include <functional>
#include <string>

#include "tt_run/export.hpp"

namespace tt_run::device {

/// Where the runtime's warnings go, a line each without its end: standard error, unless told otherwise. Null
/// goes back to that. May be called from any thread.
TT_RUN_API void set_warning_handler(std::function<void(const std::string&)> handler);

/// For the runtime's own parts.
TT_RUN_API void warn(const std::string& text);

}  // namespace tt_run::device
