#pragma once

#include <string>
#include <vector>

#include "support/diagnostic.hpp"
#include "topology/mgd/mesh_graph.hpp"
#include "topology/physical/cluster.hpp"

namespace tt_run::topology {

/// The chips that one rank drives, and the part of a mesh that it is to drive with them.
struct RankClaim {
    std::string rank;  ///< for messages: "rank 2"
    MeshId mesh;
    MeshHostRank host_rank;
    HostIndex host;
    std::vector<AsicIndex> chips;  ///< that it sees, sorted
    support::Span place;           ///< of the binding
};

enum class Fit {
    misfit,   ///< proved not to fit; each proof is an error in the sink
    unknown,  ///< the cluster does not know its links: only architecture and counts were compared
    possible  ///< nothing speaks against it; whether it fits is for the mapping to find
};

/// Arguments that prove early that `graph` cannot run on `cluster`: architecture; numbers of chips, of hosts
/// able to take a part, of neighbours, of neighbouring pairs with enough links; chips that hang together.
/// With `claims`, one for each rank, the same for each mesh on the chips of its ranks, and the channels that
/// connections between meshes, and parts of one mesh, need between their chips, with their policies: strict
/// ones are errors when short, relaxed ones when there is none at all. Sound: what fits is never called a
/// misfit. Not complete: see the mapping for that. Every message says what is needed, what is there, and
/// where.
Fit check_fit(const MeshGraph& graph, const Cluster& cluster, const std::vector<RankClaim>& claims,
              support::DiagnosticSink& sink);

}  // namespace tt_run::topology
