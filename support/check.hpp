#pragma once

namespace tt_run::support {

/// Says which promise of our own was broken, and where, on standard error; then aborts. Never returns.
[[noreturn]] void fail_check(const char* condition, const char* file, int line);

}  // namespace tt_run::support

/// A promise that this program makes to itself. Never for a user's mistake (that is a Diagnostic) nor for
/// what the world refuses (that is an Error). Always on, in every build.
#define TT_RUN_CHECK(condition) \
    ((condition) ? static_cast<void>(0) : ::tt_run::support::fail_check(#condition, __FILE__, __LINE__))
