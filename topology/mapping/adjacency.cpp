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
}

std::uint32_t Adjacency::links(AsicIndex a, AsicIndex b) const {
    const std::span<const Neighbour> all = neighbours(a);
    const auto found = std::lower_bound(all.begin(), all.end(), b,
                                        [](const Neighbour& n, AsicIndex asic) { return n.asic < asic; });
    return found != all.end() && found->asic == b ? found->links : 0;
}

}  // namespace tt_run::topology
