#pragma once

#include "topology/mapping/adjacency.hpp"
#include "topology/mapping/mapping.hpp"
#include "topology/mapping/sat.hpp"

namespace tt_run::topology {

/// Says why there is no mapping, as at least one error: the smallest change of the descriptor or of the
/// cabling that makes one possible, found by trying such changes - a few links more, a pinning less, a wrap
/// less, parts on one host, a connection less - and naming what is needed, what is there, and where. The
/// instance must have no mapping. Returns what MappingResult::missing_links says.
std::vector<std::pair<AsicIndex, AsicIndex>> explain_misfit(const MeshGraph& graph,
                                                            const Adjacency& adjacency,
                                                            const MappingOptions& options, Deadline deadline,
                                                            support::DiagnosticSink& sink);

}  // namespace tt_run::topology
