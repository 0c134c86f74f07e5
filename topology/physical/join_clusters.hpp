#pragma once

#include <string>
#include <utility>
#include <vector>

#include "support/diagnostic.hpp"
#include "topology/physical/cluster.hpp"

namespace tt_run::topology {

/// One cluster out of several of one host each, which have looked at themselves: every host gets the name
/// beside it. A link that leaves one of them, an open end, becomes a link where its far end is in another of
/// them. Links are known only if all know theirs. Reports what ClusterAssembly::finish reports; empty exactly
/// then.
std::optional<Cluster> join_clusters(const std::vector<std::pair<std::string, Cluster>>& hosts,
                                     std::string source, support::DiagnosticSink& sink);

}  // namespace tt_run::topology
