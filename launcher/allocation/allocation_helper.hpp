#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "launcher/bindings/job_mesh_graphs.hpp"
#include "launcher/bindings/mock_cluster.hpp"
#include "support/diagnostic.hpp"
#include "support/host_environment.hpp"

namespace tt_run::launcher {

/// The vendor's `generate_rank_bindings`, or one that behaves like it.
struct HelperRun {
    std::filesystem::path program;  ///< absolute
    const JobMeshGraphs& job;
    std::vector<std::string> hosts;  ///< one process on each; of a mock cluster empty
    MockCluster mock;                ///< one process, here, for each descriptor
    std::optional<std::filesystem::path> factory_system;
    std::filesystem::path output;  ///< the directory that it writes to
};

/// The words of each of its processes.
std::vector<std::string> helper_command(const HelperRun& run);

/// Runs it to its end under MPI, as rank 0 of mesh 0 in every process; what it prints goes to standard error.
/// Reports, at `place`, that it could not be started or did not return 0.
bool run_helper(const HelperRun& run, const support::HostEnvironment& host, const support::Span& place,
                support::DiagnosticSink& sink);

}  // namespace tt_run::launcher
