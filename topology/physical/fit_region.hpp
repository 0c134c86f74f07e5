#pragma once

#include <string>
#include <vector>

#include "support/diagnostic.hpp"
#include "topology/mgd/mesh_graph.hpp"
#include "topology/physical/cluster_shape.hpp"

namespace tt_run::topology {

/// A set of chips with the pairs of neighbours inside it.
struct Region {
    std::vector<AsicIndex> chips;  ///< sorted
    std::vector<AdjacentPair> pairs;
};

/// `pairs` are those of the whole cluster; `chips` sorted.
Region region_of(const std::vector<AsicIndex>& chips, const std::vector<AdjacentPair>& pairs);

/// Necessary conditions for these meshes to lie in a region side by side: chips that hang together, chips
/// with neighbours enough, pairs with links enough. Each that fails is an error; false if any does, true
/// proves nothing. `place` says in messages where that is: "in `t3k`".
bool fits_region(const std::vector<const Mesh*>& inside, const Cluster& cluster, const Region& region,
                 const std::string& place, support::DiagnosticSink& sink);

}  // namespace tt_run::topology
