#pragma once

#include <optional>

#include "support/diagnostic.hpp"
#include "topology/mesh_graph_descriptor.hpp"

namespace tt_run::topology {

/// Reads MGD 1.0, the YAML of before the text format (`ChipSpec`, `Board`, `Mesh`), into the same tree, with
/// a note that the format is old. Boards times hosts become device dims, ethernet ports channel counts;
/// meshes become descriptors `M0`, `M1`... by their id, and more than one of them a graph `G0` of type
/// `FABRIC`. Policies are left unset: meshes and connections then take the defaults of the text format.
/// Values that were worked out have the place of what they were worked out from. Empty exactly when it
/// reported an error.
std::optional<MeshGraphDescriptor> parse_mgd_yaml(const support::SourceTextPtr& source,
                                                  support::DiagnosticSink& sink);

}  // namespace tt_run::topology
