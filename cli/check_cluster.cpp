#include "cli/check_cluster.hpp"

#include "launcher/bindings/validate_job.hpp"
#include "topology/mapping/find_mapping.hpp"
#include "topology/physical/rank_places.hpp"

namespace tt_run::cli {

topology::Fit check_on_cluster(const topology::MeshGraph& graph, const launcher::JobBindings* bindings,
                               const topology::Cluster& cluster, support::DiagnosticSink& sink) {
    if (bindings != nullptr) {
        return launcher::check_ranks_on_cluster(
            graph, *bindings, topology::place_on_cluster(bindings->ranks.size(), cluster), cluster, sink);
    }
    switch (topology::find_mapping(graph, cluster, {}, sink).answer) {
        case topology::MappingAnswer::mapped:
            return topology::Fit::possible;
        case topology::MappingAnswer::cannot:
            return topology::Fit::misfit;
        case topology::MappingAnswer::unknown:
            break;
    }
    return topology::Fit::unknown;
}

}  // namespace tt_run::cli
