#pragma once

#include <vector>

#include "topology/mgd/mesh_graph.hpp"
#include "topology/mgd/mesh_graph_descriptor.hpp"

namespace tt_run::topology {

/// The pinnings of a valid descriptor with patterns written out against the meshes of `graph` (its own
/// pinnings are not looked at): per entry one group for each mesh, ascending. A number that no mesh, chip or
/// position has is not there to be matched; an entry that matches nothing gives no group.
std::vector<PinningGroup> resolve_pinnings(const MeshGraphDescriptor& mgd, const MeshGraph& graph);

}  // namespace tt_run::topology
