#pragma once

#include "cli/commands.hpp"
#include "cli/launch_options.hpp"
#include "launcher/plan/plan.hpp"

namespace tt_run::cli {

/// Runs the plan to its end, with agents and a supervisor or, if it is direct, without. Prints what failed,
/// writes the events and the report that `options` ask for. Returns the exit code of tt-run.
int start_job(const CommandContext& context, const LaunchOptions& options, const launcher::LaunchPlan& plan);

}  // namespace tt_run::cli
