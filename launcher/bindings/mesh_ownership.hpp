#pragma once

#include <vector>

#include "launcher/bindings/rank_binding.hpp"
#include "support/diagnostic.hpp"
#include "topology/mgd/mesh_graph.hpp"

namespace tt_run::launcher {

/// Checks who owns what: every row's mesh and host rank exist (else an error), no part of a mesh has two
/// owners, and every part has one (else a warning: real jobs leave meshes out). All rows must name this
/// graph.
void check_ownership(const std::vector<const RankBinding*>& rows, const topology::MeshGraph& graph,
                     support::DiagnosticSink& sink);

}  // namespace tt_run::launcher
