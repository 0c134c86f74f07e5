#pragma once

#include "topology/mapping/mapping.hpp"

namespace tt_run::topology {

/// Finds ASICs for every chip of `graph`, so that
///  1. no ASIC plays two chips, and neighbours in a mesh (wrap and express links too) are joined by links:
///     as many as the channels say if strict, at least one if relaxed;
///  2. chips of one host rank of a mesh are on one host, those of two on two (see HostSharing);
///  3. a connection of two chips has its links between these two, one of two meshes or graph instances
///     anywhere between them; relaxed ones at least one;
///  4. pinned chips stand on their trays and locations; architectures agree; domains are kept.
/// The answer depends on nothing but what the arguments say: not on the order of hosts, chips or links in the
/// files that they come from, nor on time (which only turns an answer into `unknown`).
/// Takes references only for the call. Safe to call from many threads.
MappingResult find_mapping(const MeshGraph& graph, const Cluster& cluster, const MappingOptions& options,
                           support::DiagnosticSink& sink);

}  // namespace tt_run::topology
