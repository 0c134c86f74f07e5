#pragma once

#include "topology/mapping/misfit_probe.hpp"

namespace tt_run::topology {

/// Why meshes that each have a place have none together: too few places, one connection that cannot be had,
/// or several that exclude each other. Reports at least one error.
void explain_connections(const MeshGraph& graph, const Adjacency& adjacency, const MisfitProbe& probe,
                         support::DiagnosticSink& sink);

}  // namespace tt_run::topology
