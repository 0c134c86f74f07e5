#include "topology/physical/cluster_shape.hpp"

#include <algorithm>

namespace tt_run::topology {

std::vector<AdjacentPair> adjacent_pairs(const Cluster& cluster) {
    std::vector<AdjacentPair> pairs;
    for (std::uint32_t k = 0; k < cluster.asics().size(); ++k) {
        const std::size_t first = pairs.size();
        for (const std::uint32_t at : cluster.links_of(AsicIndex{k})) {
            const AsicIndex far = Cluster::far_end(cluster.links()[at], AsicIndex{k}).asic;
            if (far.value <= k) {
                continue;  // counted from the other side; a loop is no neighbour
            }
            const auto known = std::find_if(pairs.begin() + static_cast<std::ptrdiff_t>(first), pairs.end(),
                                            [&](const AdjacentPair& pair) { return pair.b == far; });
            if (known == pairs.end()) {
                pairs.push_back({AsicIndex{k}, far, 1});
            } else {
                ++known->links;
            }
        }
        std::sort(pairs.begin() + static_cast<std::ptrdiff_t>(first), pairs.end(),
                  [](const AdjacentPair& a, const AdjacentPair& b) { return a.b < b.b; });
    }
    return pairs;
}

ClusterShape measure(const Cluster& cluster) {
    ClusterShape shape;
    shape.hosts = cluster.hosts().size();
    shape.boards = cluster.boards().size();
    shape.chips = cluster.asics().size();
    shape.links = cluster.links().size();
    shape.open_ends = static_cast<std::size_t>(
        std::count_if(cluster.open_ends().begin(), cluster.open_ends().end(),
                      [&](const OpenEnd& end) { return !cluster.find_unique_id(end.remote_unique_id); }));
    for (const Board& board : cluster.boards()) {
        ++shape.board_types[std::string(name_of(board.type))];
    }
    for (const Asic& asic : cluster.asics()) {
        shape.pcie_chips += asic.has_pcie ? 1 : 0;
    }
    std::vector<std::uint32_t> degrees(cluster.asics().size(), 0);
    std::map<std::pair<HostIndex, HostIndex>, std::uint32_t> between;
    const std::vector<AdjacentPair> pairs = adjacent_pairs(cluster);
    shape.pairs = pairs.size();
    for (const AdjacentPair& pair : pairs) {
        ++shape.multiplicities[pair.links];
        ++degrees[pair.a.value];
        ++degrees[pair.b.value];
        const HostIndex a = cluster.board_of(pair.a).host;
        const HostIndex b = cluster.board_of(pair.b).host;
        if (a != b) {
            shape.links_between_hosts += pair.links;
            between[std::minmax(a, b)] += pair.links;
        }
    }
    for (const std::uint32_t degree : degrees) {
        if (degree != 0) {
            ++shape.degrees[degree];
        }
    }
    shape.host_pairs = between.size();
    for (const auto& [pair, links] : between) {
        ++shape.host_links[links];
    }
    return shape;
}

}  // namespace tt_run::topology
