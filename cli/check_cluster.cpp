#include "cli/check_cluster.hpp"

#include "launcher/validate_job.hpp"

namespace tt_run::cli {

topology::Fit check_on_cluster(const topology::MeshGraph& graph, const launcher::JobBindings* bindings,
                               const topology::Cluster& cluster, support::DiagnosticSink& sink) {
    return bindings == nullptr
               ? topology::check_fit(graph, cluster, {}, sink)
               : launcher::check_ranks_on_cluster(graph, *bindings,
                                                  launcher::place_on_cluster(bindings->ranks.size(), cluster),
                                                  cluster, false, sink);
}

}  // namespace tt_run::cli
