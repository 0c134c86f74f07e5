#pragma once

#include <optional>

#include "support/diagnostic.hpp"
#include "topology/mgd/mesh_graph.hpp"
#include "topology/mgd/validate_mgd.hpp"

namespace tt_run::topology {

/// The descriptor in a text, not validated: MGD 2.0 text format or MGD 1.0 YAML, told apart by content (the
/// name decides nothing). Empty exactly when it reported an error.
std::optional<MeshGraphDescriptor> load_mgd(const support::SourceTextPtr& source,
                                            support::DiagnosticSink& sink);

/// The same, validated and expanded. Empty exactly when it reported an error.
std::optional<MeshGraph> load_mesh_graph(const support::SourceTextPtr& source, MgdProfile profile,
                                         support::DiagnosticSink& sink);

}  // namespace tt_run::topology
