#include "topology/mapping/misfit_probe.hpp"

#include <algorithm>

namespace tt_run::topology {

namespace {

constexpr int kConflictsForProbe = 20'000;
constexpr std::uint64_t kNearMissSteps = 2'000'000;

}  // namespace

std::optional<std::vector<std::vector<AsicIndex>>> MisfitProbe::try_graph(const MeshGraph& graph) const {
    const Demand demand = build_demand(graph, adjacency_, options_);
    MappingSearch search(graph, adjacency_, demand, deadline_);
    MappingSearch::Answer answer = search.find(adjacency_.cluster().hosts().size(), kConflictsForProbe);
    if (answer.answer != SatAnswer::satisfied) {
        return std::nullopt;
    }
    return std::move(answer.chips);
}

std::optional<NearMiss> MisfitProbe::near_miss(const MeshGraph& graph, std::size_t most) const {
    const Demand demand = build_demand(graph, adjacency_, options_);
    return find_near_miss(graph, demand, demand.meshes[0], adjacency_, most, {kNearMissSteps, deadline_});
}

MeshGraph only_mesh(const MeshGraph& graph, std::size_t mesh) {
    MeshGraph alone = graph;
    const MeshId id = graph.meshes[mesh].id;
    alone.meshes = {graph.meshes[mesh]};
    alone.meshes[0].graph = std::nullopt;
    alone.depth_first = {0};
    alone.graphs.clear();
    alone.graph_connections.clear();
    std::erase_if(alone.connections, [&](const MeshConnection& c) { return c.from != id || c.to != id; });
    std::erase_if(alone.pinnings, [&](const PinningGroup& group) { return group.mesh != id; });
    return alone;
}

MeshGraph first_meshes(const MeshGraph& graph, std::size_t number) {
    MeshGraph part = graph;
    part.meshes.resize(number);
    part.depth_first.clear();
    for (std::size_t k = 0; k < number; ++k) {
        part.meshes[k].graph = std::nullopt;
        part.depth_first.push_back(k);
    }
    part.graphs.clear();
    part.connections.clear();
    part.graph_connections.clear();
    std::erase_if(part.pinnings, [&](const PinningGroup& group) { return part.find(group.mesh) == nullptr; });
    return part;
}

MeshGraph first_connections(const MeshGraph& graph, std::size_t number) {
    MeshGraph part = graph;
    const std::size_t of_meshes = std::min(number, graph.connections.size());
    part.connections.erase(part.connections.begin() + static_cast<std::ptrdiff_t>(of_meshes),
                           part.connections.end());
    part.graph_connections.erase(
        part.graph_connections.begin() + static_cast<std::ptrdiff_t>(number - of_meshes),
        part.graph_connections.end());
    return part;
}

MeshGraph without_connection(const MeshGraph& graph, std::size_t connection) {
    MeshGraph part = graph;
    if (connection < graph.connections.size()) {
        part.connections.erase(part.connections.begin() + static_cast<std::ptrdiff_t>(connection));
    } else {
        part.graph_connections.erase(part.graph_connections.begin() +
                                     static_cast<std::ptrdiff_t>(connection - graph.connections.size()));
    }
    return part;
}

}  // namespace tt_run::topology
