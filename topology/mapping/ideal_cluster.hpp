#pragma once

#include <optional>

#include "support/diagnostic.hpp"
#include "topology/mapping/mapping.hpp"

namespace tt_run::topology {

/// Hardware made to measure, and who plays what on it.
struct IdealCluster {
    Cluster cluster;
    Mapping mapping;  ///< chip c of a mesh is the mesh's c-th ASIC, host rank by host rank
};

/// The cluster that a job runs on when nobody names one. Every mesh and switch gets ASICs of its own with
/// exactly the links that the descriptor asks for, whatever its policies say:
/// - `channels.count` between neighbours in the grid, round a dimension that wraps, and along express links
///   (`express_connections` are ignored, as the reference ignores them);
/// - a connection of two chips: its links between these two;
/// - a connection of two meshes: link after link, each on the chip of the mesh's edge that has the fewest
///   links of this kind so far and a channel to spare, of equals the lowest;
/// - a connection of pods p < q (by their place among the graphs that stand beside them) of m meshes each:
///   so between mesh (q - 1) mod m of p and mesh p mod m of q.
/// Hosts are `mesh-M-host-R`, one for each host rank R of mesh M, each with one board (tray 1), every chip on
/// PCIe. Pinnings name trays of machines that this is not, and are not looked at.
///
/// The same graph gives the same cluster. Reports chips that would need more ethernet channels than their
/// architecture has (`ideal-channels`), at the connection or mesh that asks; empty exactly then.
std::optional<IdealCluster> build_ideal_cluster(const MeshGraph& graph, support::DiagnosticSink& sink);

}  // namespace tt_run::topology
