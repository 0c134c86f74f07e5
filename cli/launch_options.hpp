#pragma once

#include <optional>
#include <string>

#include "cli/arguments.hpp"
#include "launcher/auto_allocation.hpp"
#include "launcher/job_bindings.hpp"
#include "launcher/plan.hpp"
#include "launcher/validate_job.hpp"
#include "support/diagnostic.hpp"
#include "support/host_environment.hpp"

namespace tt_run::cli {

/// A launch as the command line asks for it, every option read and checked against the others.
struct LaunchOptions {
    launcher::BindingSources bindings;
    /// Instead of files in `bindings`: work them out first.
    std::optional<launcher::AllocationRequest> allocation;
    launcher::PlanRequest plan;
    launcher::ValidationOptions validation;
    bool dry_run = false;
    bool verbose = false;
    bool strict = false;
    bool skip_executable_check = false;
    bool help_wanted = false;
};

/// Reads the options, the words in --mpi-args, and the program behind them. Reports every conflict; empty
/// exactly when it reported an error.
std::optional<LaunchOptions> parse_launch_options(const Arguments& arguments,
                                                  const support::HostEnvironment& host,
                                                  support::DiagnosticSink& sink);

/// What `tt-run --help` prints.
std::string launch_help();

}  // namespace tt_run::cli
