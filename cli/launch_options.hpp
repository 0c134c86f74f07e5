#pragma once

#include <optional>
#include <string>

#include "cli/arguments.hpp"
#include "launcher/allocation/auto_allocation.hpp"
#include "launcher/bindings/job_bindings.hpp"
#include "launcher/bindings/validate_job.hpp"
#include "launcher/plan/mpi_launcher.hpp"
#include "launcher/plan/plan.hpp"
#include "support/diagnostic.hpp"
#include "support/error.hpp"
#include "support/host_environment.hpp"

namespace tt_run::cli {

/// A launch as the command line asks for it, every option read and checked against the others.
struct LaunchOptions {
    launcher::BindingSources bindings;
    /// Instead of files in `bindings`: work them out first.
    std::optional<launcher::AllocationRequest> allocation;
    launcher::PlanRequest plan;
    launcher::ValidationOptions validation;
    /// What starts the ranks, or why nothing can.
    support::Result<launcher::MpiLauncher> mpi = std::unexpected(support::Error("not looked for"));
    /// That, or, where none is installed, the one that would be looked for: enough to plan with.
    std::optional<launcher::MpiLauncher> planned_mpi;
    std::optional<support::Spanned<std::string>> from_plan;
    std::string plan_file;  ///< this and the next two: as written, empty if not wanted
    std::string events;
    std::string report;
    support::Span only_rank_place;  ///< nowhere if it is not given
    bool events_output = false;
    bool no_status = false;
    bool dry_run = false;
    bool verbose = false;
    bool strict = false;
    bool skip_executable_check = false;
    bool all_help_wanted = false;
    bool help_wanted = false;
};

/// Reads the options, the words in --mpi-args, and the program behind them. Reports every conflict; empty
/// exactly when it reported an error.
std::optional<LaunchOptions> parse_launch_options(const Arguments& arguments,
                                                  const support::HostEnvironment& host,
                                                  support::DiagnosticSink& sink);

}  // namespace tt_run::cli
