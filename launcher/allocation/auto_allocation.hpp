#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "launcher/bindings/job_bindings.hpp"
#include "support/diagnostic.hpp"
#include "support/host_environment.hpp"

namespace tt_run::launcher {

/// A launch that names no binding file: what is to run (`-m` or `-M`) and where.
struct AllocationRequest {
    std::optional<support::Spanned<std::string>> mesh_graph;
    std::optional<support::Spanned<std::string>> mesh_graph_mapping;
    std::vector<support::Spanned<std::string>> hosts;   ///< `--hosts`
    std::optional<support::Spanned<std::string>> mock;  ///< `--mock-cluster-rank-binding`, instead of hosts
    std::optional<support::Spanned<std::string>> cluster;  ///< `--cluster`
    std::optional<support::Spanned<std::string>> factory_system;
    std::optional<support::Spanned<std::string>> helper;  ///< `--phase1-helper`
    bool made_to_measure =
        false;           ///< `--emulate` without a machine: on chips as the descriptors would have them
    bool force = false;  ///< `--force-rediscovery`
    bool dry_run = false;
};

/// What an allocation gives a launch.
struct Allocation {
    /// Nothing was kept for this job and, dry, nothing was worked out: there are no files.
    bool only_planned = false;
    bool reused = false;
    /// Worked out here, for the hardware as it is: nothing is left to check. Not so with a helper.
    bool proved = false;
    std::string told;  ///< lines for people: what was found, or what would be done
    /// The generated files, as if the user had named them.
    BindingSources bindings;
    support::Spanned<std::string> rankfile;
};

/// Phase 1 of an automatic launch, in this process: looks in the cache (allocation_cache.hpp, below the
/// launch directory) for what was worked out before for the same inputs (fingerprint.hpp) on the same
/// hardware, and if there is nothing, maps the descriptors onto the hardware and keeps the result. Two
/// launches of one job do that once: the second waits. With `helper` that program is run instead, under MPI,
/// once for each host or mock descriptor. A dry run changes nothing on disk. Empty exactly when it reported
/// an error.
std::optional<Allocation> allocate(const AllocationRequest& request, const support::HostEnvironment& host,
                                   support::DiagnosticSink& sink);

/// Where a launch directory keeps its allocations.
std::filesystem::path allocation_directory(const support::HostEnvironment& host);

}  // namespace tt_run::launcher
