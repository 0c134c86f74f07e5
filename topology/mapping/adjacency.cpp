#include "topology/mapping/adjacency.hpp"

#include <algorithm>

#include "topology/physical/cluster_shape.hpp"

namespace tt_run::topology {

Adjacency::Adjacency(const Cluster& cluster)
    : cluster_(cluster), first_(cluster.asics().size() + 1, 0), host_(cluster.asics().size(), 0) {
    const std::vector<AdjacentPair> pairs = adjacent_pairs(cluster);
    for (const AdjacentPair& pair : pairs) {
        ++first_[pair.a.value + 1];
        ++first_[pair.b.value + 1];
    }
    for (std::size_t k = 1; k < first_.size(); ++k) {
        first_[k] += first_[k - 1];
    }
    neighbours_.resize(first_.back());
    std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
    for (const AdjacentPair& pair : pairs) {
        neighbours_[next[pair.a.value]++] = {pair.b, pair.links};
        neighbours_[next[pair.b.value]++] = {pair.a, pair.links};
    }
    for (std::uint32_t asic = 0; asic < size(); ++asic) {
        std::sort(neighbours_.begin() + first_[asic], neighbours_.begin() + first_[asic + 1],
                  [](const Neighbour& a, const Neighbour& b) { return a.asic < b.asic; });
        host_[asic] = cluster.board_of({asic}).host.value;
    }
    island_.assign(size(), ~0U);
    for (std::uint32_t start = 0; start < size(); ++start) {
        if (island_[start] != ~0U) {
            continue;
        }
        island_[start] = start;
        std::vector<std::uint32_t> queue{start};
        for (std::size_t k = 0; k < queue.size(); ++k) {
            for (const Neighbour& neighbour : neighbours({queue[k]})) {
                if (island_[neighbour.asic.value] == ~0U) {
                    island_[neighbour.asic.value] = start;
                    queue.push_back(neighbour.asic.value);
                }
            }
        }
    }
}

bool Adjacency::looks_unplugged(AsicIndex a, AsicIndex b) const {
    if (links(a, b) > 0 || island_[a.value] != island_[b.value]) {
        return true;
    }
    // Ways round squares share no corner but these two; else the two are a knight's move apart.
    std::vector<AsicIndex> corners;
    for (const Neighbour& beside_a : neighbours(a)) {
        for (const Neighbour& beside_b : neighbours(b)) {
            if (beside_a.asic == beside_b.asic) {
                return false;
            }
            if (links(beside_a.asic, beside_b.asic) > 0) {
                corners.push_back(beside_a.asic);
                corners.push_back(beside_b.asic);
            }
        }
    }
    std::sort(corners.begin(), corners.end());
    return !corners.empty() && std::adjacent_find(corners.begin(), corners.end()) == corners.end();
}

std::uint32_t Adjacency::links(AsicIndex a, AsicIndex b) const {
    const std::span<const Neighbour> all = neighbours(a);
    const auto found = std::lower_bound(all.begin(), all.end(), b,
                                        [](const Neighbour& n, AsicIndex asic) { return n.asic < asic; });
    return found != all.end() && found->asic == b ? found->links : 0;
}

}  // namespace tt_run::topology
