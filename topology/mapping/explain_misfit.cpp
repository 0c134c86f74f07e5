#include "topology/mapping/explain_misfit.hpp"

#include "topology/mapping/explain_connections.hpp"
#include "topology/mapping/explain_mesh.hpp"
#include "topology/mapping/misfit_probe.hpp"

namespace tt_run::topology {

std::vector<std::pair<AsicIndex, AsicIndex>> explain_misfit(const MeshGraph& graph,
                                                            const Adjacency& adjacency,
                                                            const MappingOptions& options, Deadline deadline,
                                                            support::DiagnosticSink& sink) {
    const MisfitProbe probe(adjacency, options, deadline);
    const Demand demand = build_demand(graph, adjacency, options);
    std::vector<bool> tried(demand.kinds, false);
    MissingCables cables;
    std::size_t hopeless = 0;
    for (std::size_t mesh = 0; mesh < graph.meshes.size(); ++mesh) {
        if (tried[demand.meshes[mesh].kind]) {
            continue;
        }
        tried[demand.meshes[mesh].kind] = true;
        if (!probe.fits(only_mesh(graph, mesh))) {
            ++hopeless;
            const MissingCables missing = explain_mesh(graph, mesh, adjacency, probe, sink);
            cables.insert(cables.end(), missing.begin(), missing.end());
        }
    }
    if (hopeless > 0) {
        return hopeless == 1 && graph.meshes.size() == 1 ? cables : MissingCables{};
    }
    explain_connections(graph, adjacency, probe, sink);
    return {};
}

}  // namespace tt_run::topology
