#pragma once

#include <optional>
#include <string>

#include "cli/launch_options.hpp"
#include "launcher/plan/plan.hpp"
#include "support/diagnostic.hpp"
#include "support/host_environment.hpp"

namespace tt_run::cli {

/// What the options of a launch come to before anything starts.
struct PlannedLaunch {
    std::optional<launcher::JobBindings> job;  ///< empty if a plan file was given, or none could be read
    std::optional<launcher::LaunchPlan> plan;  ///< empty if an error was reported, or with `only_allocated`
    std::string allocated;                     ///< what phase 1 did or, dry, would do: lines for people
    bool only_allocated = false;               ///< a dry run of a job that phase 1 has yet to work out
    std::string unchecked;  ///< one line on what was not checked against hardware; else empty
};

/// Works the bindings out if they are not given, reads them, plans, and checks the plan against the hardware;
/// or reads the plan from a file. `launcher` starts the ranks. Reports every mistake to `sink`.
PlannedLaunch plan_launch(const LaunchOptions& options, const launcher::MpiLauncher& launcher,
                          const support::HostEnvironment& host, support::DiagnosticSink& sink);

}  // namespace tt_run::cli
