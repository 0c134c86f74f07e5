#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "launcher/bindings/job_bindings.hpp"
#include "support/diagnostic.hpp"
#include "support/host_environment.hpp"
#include "support/source_text.hpp"
#include "topology/mgd/mesh_graph.hpp"
#include "topology/physical/cluster.hpp"

namespace tt_run::launcher {

/// Which part of its mesh a rank drives.
struct RankPart {
    std::size_t rank = 0;  ///< position in JobBindings::ranks
    topology::MeshHostRank part;
};

/// The ranks that drive one descriptor. A row without `mesh_host_rank` takes the part behind the last one
/// taken.
std::vector<RankPart> parts_of_ranks(const JobBindings& job, const std::filesystem::path& descriptor);

/// The descriptors of a job, each once, in the order of ranks.
std::vector<std::filesystem::path> descriptors_of(const JobBindings& job);

/// A job's descriptor once more, without a word: what is wrong with it has been told. Nothing if it is wrong
/// or not here
/// (`--skip-mgd-check`).
std::optional<topology::MeshGraph> load_checked_graph(const std::filesystem::path& path,
                                                      const support::HostEnvironment& host);

/// The value of TT_VISIBLE_DEVICES in the bindings, without quotes round it; nothing if they do not set it.
std::optional<support::Span> visible_devices_of(const BoundRank& rank, const JobBindings& job);

/// The host of the cluster that each rank runs on or stands for, where nothing says on which hosts they are
/// started: the one that its row names by TT_RUN_EMULATED_HOST, else `place_on_cluster`'s.
std::vector<topology::HostIndex> places_of_ranks(const JobBindings& job, const topology::Cluster& cluster);

/// Reports rows that name by TT_RUN_EMULATED_HOST a host which the cluster does not have.
void check_emulated_hosts(const JobBindings& job, const topology::Cluster& cluster,
                          support::DiagnosticSink& sink);

/// The devices that a process must be shown so that it sees `chips`: those with PCIe, and for another the one
/// on its board. Sorted.
std::vector<topology::AsicIndex> devices_showing(const topology::Cluster& cluster,
                                                 const std::vector<topology::AsicIndex>& chips);

}  // namespace tt_run::launcher
