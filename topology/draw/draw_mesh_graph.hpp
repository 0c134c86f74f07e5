#pragma once

#include "topology/draw/draw_cluster.hpp"
#include "topology/draw/picture.hpp"
#include "topology/mgd/mesh_graph.hpp"

namespace tt_run::topology::draw {

/// What a Mesh Graph Descriptor asks for: a panel for each mesh, host ranks as frames where there are
/// several, connections between meshes as bundles or, where chips are named, as lines.
Picture draw_mesh_graph(const MeshGraph& graph, const std::vector<OwnedPart>& owners = {});

}  // namespace tt_run::topology::draw
