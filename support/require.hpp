#pragma once

#include <string>

#include <fmt/format.h>

namespace tt_run::support {

/// Throws std::runtime_error("TT_FATAL @ file:line: condition\ninfo:\nmessage"): the form in which programs
/// (and people who search for it) know such errors. `file` is shortened to its path in the project.
[[noreturn]] void throw_fatal(const char* condition, const char* file, int line, const std::string& message);

}  // namespace tt_run::support

/// A rule of the runtime's interface that the calling program must keep; what follows is a fmt format and its
/// arguments, one stable sentence for each rule. For callers of the runtime only: a mistake in a text is a
/// Diagnostic, a broken promise of our own TT_RUN_CHECK.
#define TT_RUN_REQUIRE(condition, ...)  \
    ((condition) ? static_cast<void>(0) \
                 : ::tt_run::support::throw_fatal(#condition, __FILE__, __LINE__, fmt::format(__VA_ARGS__)))
