#pragma once

#include <cstdint>
#include <vector>

#include "topology/mapping/demand.hpp"
#include "topology/mapping/sat.hpp"

namespace tt_run::topology {

/// One way for one mesh to lie on a cluster.
struct Footprint {
    std::vector<AsicIndex> chips;      ///< by ChipId
    std::vector<AsicIndex> asics;      ///< the same, sorted
    std::vector<std::uint32_t> hosts;  ///< that it touches, sorted
    /// Boards of one or two chips that it touches, sorted: nobody else can use what is left of them.
    std::vector<std::uint32_t> whole_boards;
    std::uint32_t short_links = 0;  ///< wanted by relaxed channels and not there
    std::uint32_t distance = 0;     ///< as in MappingScore
};

struct Footprints {
    /// Ascending by `asics`. Of those alike in ASICs and in the places of named chips, only the best.
    std::vector<Footprint> all;
    bool complete = false;  ///< there are no others
};

/// How far a search may go. Steps are the same on every machine; the deadline only turns "no" into "unknown".
struct SearchLimits {
    std::uint64_t steps = 0;
    Deadline deadline = Deadline::max();
};

/// All ways for meshes like `mesh` to lie on the cluster.
Footprints find_footprints(const MeshGraph& graph, const Demand& demand, const MeshDemand& mesh,
                           const Adjacency& adjacency, SearchLimits limits);

/// A way for a mesh to lie on the cluster if only these links were there too: as few as possible.
struct NearMiss {
    Footprint footprint;
    std::vector<ChipEdge> missing;  ///< edges of the mesh that have too few links
};
/// Nothing if even with `most` edges missing there is no way, or none was found within the limits.
std::optional<NearMiss> find_near_miss(const MeshGraph& graph, const Demand& demand, const MeshDemand& mesh,
                                       const Adjacency& adjacency, std::size_t most, SearchLimits limits);

}  // namespace tt_run::topology
