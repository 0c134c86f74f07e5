#pragma once

#include <optional>

#include "launcher/bindings/job_bindings.hpp"
#include "support/diagnostic.hpp"
#include "topology/mgd/mesh_graph.hpp"
#include "topology/physical/check_fit.hpp"
#include "topology/physical/cluster.hpp"

namespace tt_run::cli {

/// Checks a Mesh Graph Descriptor, and the bindings if there are any, against a cluster. Which host a rank
/// runs on: the one that the cluster's mapping gives this rank; else the only one; else ranks fill the hosts
/// in their order, each the same number. Its chips are those that TT_VISIBLE_DEVICES in the bindings leaves
/// it.
topology::Fit check_on_cluster(const topology::MeshGraph& graph, const launcher::JobBindings* bindings,
                               const topology::Cluster& cluster, support::DiagnosticSink& sink);

}  // namespace tt_run::cli
