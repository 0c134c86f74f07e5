#pragma once

#include <string>

#include "launcher/plan/plan.hpp"
#include "support/host_environment.hpp"

namespace tt_run::launcher {

/// The plan for a reader and for a shell: comment lines say who runs where with which values and why each
/// flag was chosen, then comes the command. The whole of it can be pasted into a shell and runs the job.
std::string render_plan(const LaunchPlan& plan, const support::HostEnvironment& host);

/// For ranks that wait for a debugger, the command that attaches one to each; else empty.
std::string render_debugger_commands(const LaunchPlan& plan);

}  // namespace tt_run::launcher
