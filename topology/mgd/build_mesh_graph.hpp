#pragma once

#include "topology/mgd/mesh_graph.hpp"
#include "topology/mgd/mesh_graph_descriptor.hpp"

namespace tt_run::topology {

/// Expands a descriptor that validate_mgd found no error in (in whatever profile). Time and memory are linear
/// in what it gives. Defaults put in: dim types LINE, host dims 1x1, channel policy RELAXED for meshes and
/// STRICT for switches, graph topologies and connections. A RING of one or two chips keeps its type.
/// ALL_TO_ALL is every unordered pair once; RING joins neighbours in listing order, and two instances once.
MeshGraph build_mesh_graph(const MeshGraphDescriptor& mgd);

}  // namespace tt_run::topology
