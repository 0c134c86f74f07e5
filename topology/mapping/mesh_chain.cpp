#include "topology/mapping/mesh_chain.hpp"

#include <algorithm>

namespace tt_run::topology {

namespace {

constexpr std::size_t kShortestChain = 3;

}  // namespace

std::optional<MeshChain> find_chain(const Demand& demand) {
    const std::size_t meshes = demand.meshes.size();
    if (meshes < kShortestChain || demand.kinds != 1 ||
        (demand.connections.size() != meshes && demand.connections.size() + 1 != meshes)) {
        return std::nullopt;
    }
    MeshChain chain;
    chain.need = demand.connections[0].need;
    std::vector<std::vector<std::size_t>> beside(meshes);
    for (const ConnectionDemand& connection : demand.connections) {
        if (!connection.joins_two_meshes() || connection.from_chip ||
            connection.need.least != chain.need.least) {
            return std::nullopt;
        }
        beside[connection.from[0]].push_back(connection.to[0]);
        beside[connection.to[0]].push_back(connection.from[0]);
    }
    std::size_t start = 0;
    for (std::size_t mesh = meshes; mesh-- > 0;) {
        if (beside[mesh].empty() || beside[mesh].size() > 2) {
            return std::nullopt;
        }
        start = beside[mesh].size() == 1 ? mesh : start;
    }
    chain.closed = beside[start].size() == 2;
    std::vector<bool> seen(meshes, false);
    for (std::size_t here = start;;) {
        seen[here] = true;
        chain.order.push_back(here);
        const auto next = std::find_if(beside[here].begin(), beside[here].end(),
                                       [&](std::size_t other) { return !seen[other]; });
        if (next == beside[here].end()) {
            break;
        }
        here = *next;
    }
    return chain.order.size() == meshes ? std::optional(std::move(chain)) : std::nullopt;
}

}  // namespace tt_run::topology
