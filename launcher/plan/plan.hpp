#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "launcher/bindings/job_bindings.hpp"
#include "launcher/plan/mpi_arguments.hpp"
#include "launcher/plan/mpi_launcher.hpp"
#include "launcher/plan/placement.hpp"
#include "launcher/plan/rank_environment.hpp"
#include "launcher/plan/rank_tools.hpp"
#include "launcher/plan/supervision.hpp"
#include "support/diagnostic.hpp"
#include "support/error.hpp"
#include "support/host_environment.hpp"

namespace tt_run::launcher {

struct PlannedRank {
    job::Rank rank;
    topology::MeshId mesh_id;
    std::optional<topology::MeshHostRank> mesh_host_rank;
    RankPlace place;
    RankEnvironment environment;
    std::vector<std::string> program;  ///< argv, if it is not the plan's: it runs under a tool; else empty
};

/// A word for the MPI launcher that was decided on, and why.
struct LauncherFlag {
    /// Which of the two ways to run a plan has it.
    enum class Form { both, supervised, direct };

    std::vector<std::string> words;
    std::string reason;
    Form form = Form::both;
};

/// Everything that is decided about a run before it starts. A pure value: running it, printing it, and saving
/// it decide nothing more.
struct LaunchPlan {
    std::vector<PlannedRank> ranks;           ///< ascending from 0, without gaps
    std::vector<std::string> program;         ///< argv of every rank that has none of its own
    std::filesystem::path working_directory;  ///< of every rank; absolute
    std::filesystem::path mpiexec;            ///< absolute; a bare name in a plan made without it
    std::string mpi_version;                  ///< "MPICH Hydra"
    Flavour flavour = Flavour::hydra;
    std::string launcher_reason;
    std::vector<LauncherFlag> flags;                 ///< in the order in which mpiexec gets them
    std::vector<std::filesystem::path> directories;  ///< to make before the start; absolute
    std::string placement_reason;
    std::optional<BatchSystem>
        batch;               ///< that has given all of the hosts; no part of a saved plan: `flags` has it
    std::string interface;   ///< the network interface asked for, or empty
    bool is_direct = false;  ///< plain mpiexec, without agents and supervisor
    std::vector<std::string> agent;  ///< argv of a rank's agent; empty if direct
    SupervisionOptions supervision;
};

/// What the command line asks of a run, besides the binding files.
struct PlanRequest {
    std::vector<std::string> program;
    MpiArguments mpi;
    EnvironmentOptions environment;
    RankTools tools;
    std::optional<support::Spanned<std::string>> tcp_interface;
    bool bare = false;
    bool direct = false;
    SupervisionOptions supervision;
    std::optional<std::filesystem::path> log_directory;  ///< as written; relative to the launch directory
};

/// argv of one of the plan's ranks.
const std::vector<std::string>& program_of(const PlannedRank& rank, const LaunchPlan& plan);

/// Makes the plan's directories.
support::Result<void> make_directories(const LaunchPlan& plan);

/// Whether every rank runs on this host.
bool all_ranks_here(const LaunchPlan& plan, const support::HostEnvironment& host);

/// Where the small agent lies: beside tt-run.
std::filesystem::path find_agent(const support::HostEnvironment& host);

/// What starts an agent: the small one if all ranks run here; else tt-run itself, which is all that other
/// hosts must have, at the same place.
std::vector<std::string> agent_words(const LaunchPlan& plan, const support::HostEnvironment& host);

/// Decides. Reports what cannot be planned; empty exactly when it reported an error.
std::optional<LaunchPlan> build_plan(const JobBindings& job, const PlanRequest& request,
                                     const MpiLauncher& launcher, const support::HostEnvironment& host,
                                     support::DiagnosticSink& sink);

}  // namespace tt_run::launcher
