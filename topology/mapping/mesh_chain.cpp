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
    struct Step {
        std::size_t to;
        std::uint32_t need;
    };
    MeshChain chain;
    std::vector<std::vector<Step>> beside(meshes);
    for (const ConnectionDemand& connection : demand.connections) {
        if (!connection.joins_two_meshes() || connection.from_chip) {
            return std::nullopt;
        }
        const std::size_t a = connection.from[0];
        const std::size_t b = connection.to[0];
        beside[a].push_back({b, connection.need.least});
        beside[b].push_back({a, connection.need.least});
    }
    std::optional<std::size_t> end;
    for (std::size_t mesh = 0; mesh < meshes; ++mesh) {
        if (beside[mesh].empty() || beside[mesh].size() > 2) {
            return std::nullopt;
        }
        if (!end && beside[mesh].size() == 1) {
            end = mesh;
        }
    }
    const std::size_t start = end.value_or(0);
    chain.closed = beside[start].size() == 2;
    std::vector<bool> seen(meshes, false);
    for (std::size_t here = start;;) {
        seen[here] = true;
        chain.order.push_back(here);
        const auto next = std::find_if(beside[here].begin(), beside[here].end(),
                                       [&](const Step& step) { return !seen[step.to]; });
        if (next == beside[here].end()) {
            break;
        }
        chain.needs.push_back(next->need);
        here = next->to;
    }
    if (chain.closed) {
        chain.needs.push_back(beside[start].back().need);
    }
    return chain.order.size() == meshes ? std::optional(std::move(chain)) : std::nullopt;
}

}  // namespace tt_run::topology
