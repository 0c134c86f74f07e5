#pragma once

#include <string>

#include "topology/mesh_graph_descriptor.hpp"

namespace tt_run::topology {

/// The descriptor as MGD 2.0 text, laid out as a person would: what parse_mgd_textproto reads back is the same but for
/// places. Comments of the text that it came from are not kept.
std::string render_mgd_textproto(const MeshGraphDescriptor& mgd);

}  // namespace tt_run::topology
