#pragma once

#include <optional>

#include "support/diagnostic.hpp"
#include "topology/mgd/mesh_graph_descriptor.hpp"

namespace tt_run::topology {

/// Reads MGD 1.0, the YAML of before the text format (`ChipSpec`, `Board`, `Mesh`, and `RelaxedGraph` or
/// `Graph`), into the same tree, with a note that the format is old. Older spellings are taken too: links
/// between ports (`[[0, S2], [1, N4]]`, one link each) and meshes that count boards (`topology`). Boards
/// times hosts become device dims, ethernet ports channel counts; a board gives its name to the descriptor of
/// its meshes (with the size behind it when they differ); more meshes than one become a graph `G0` of type
/// `FABRIC`. Policies are left unset, except that links of a RelaxedGraph are RELAXED. Values that were
/// worked out have the place of what they were worked out from. Empty exactly when it reported an error.
std::optional<MeshGraphDescriptor> parse_mgd_yaml(const support::SourceTextPtr& source,
                                                  support::DiagnosticSink& sink);

}  // namespace tt_run::topology
