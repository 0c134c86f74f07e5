#pragma once

#include <string>

#include "topology/mgd/mesh_graph_descriptor.hpp"

namespace tt_run::topology {

/// The descriptor in the text format, laid out as one would write it by hand: blank lines between
/// descriptors, short blocks on one line. Says what the descriptor says and adds no defaults; comments and
/// unknown fields of the original are gone. Reading the text again gives an equal descriptor.
std::string render_mgd_textproto(const MeshGraphDescriptor& mgd);

}  // namespace tt_run::topology
