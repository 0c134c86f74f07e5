#pragma once

#include "launcher/plan/plan.hpp"
#include "support/error.hpp"
#include "support/host_environment.hpp"

namespace tt_run::launcher {

/// How a run ended, when it could be started at all.
struct RunOutcome {
    /// The ranks' own: see exit_code_of; 128 + n when signal n was sent to us and handed on.
    int exit_code = 0;
    /// Hydra ended without telling what became of the ranks (`exit_code` is then kLauncherFailed): no rank
    /// was started, or a host was lost.
    bool launcher_failed = false;
};

inline constexpr int kLauncherFailed = 125;

/// Runs the plan to its end: makes its directories, starts mpiexec with exactly the planned environment,
/// writes what it prints to descriptor `standard_output` (standard input and error are inherited), and hands
/// INT, TERM, HUP and QUIT on; five seconds after the first, or at a second one, everything is killed.
/// Nothing is left running: mpiexec dies with this process, and its ranks with it. Blocks those signals while
/// it runs; call it from the main thread.
support::Result<RunOutcome> run_plan(const LaunchPlan& plan, const support::HostEnvironment& host,
                                     int standard_output);

}  // namespace tt_run::launcher
