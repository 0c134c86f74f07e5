#pragma once

#include <utility>
#include <vector>

#include "topology/mapping/misfit_probe.hpp"

namespace tt_run::topology {

/// Pairs of ASICs, the lesser first, that have too few links.
using MissingCables = std::vector<std::pair<AsicIndex, AsicIndex>>;

/// Says why one mesh has no place even alone: the first obstacle, likeliest first, without which it has one
/// (a pinning, a few cables, a wrap, chips given to it, hosts, channels), or else its largest part that fits.
/// Returns the cables, if it is those. Reports one error at least.
/// Takes references only for the call. The probe has the options, and the time that is left to it.
MissingCables explain_mesh(const MeshGraph& graph, std::size_t mesh, const Adjacency& adjacency,
                           const MisfitProbe& probe, support::DiagnosticSink& sink);

}  // namespace tt_run::topology
