#include "topology/physical/rank_places.hpp"

#include <cstdint>
#include <map>

namespace tt_run::topology {

std::vector<HostIndex> place_on_cluster(std::size_t ranks, const Cluster& cluster) {
    std::map<std::uint32_t, HostIndex> by_rank;
    for (std::uint32_t k = 0; k < cluster.hosts().size(); ++k) {
        if (cluster.hosts()[k].rank) {
            by_rank[*cluster.hosts()[k].rank] = HostIndex{k};
        }
    }
    const std::size_t each = (ranks + cluster.hosts().size() - 1) / cluster.hosts().size();
    std::vector<HostIndex> places;
    for (std::uint32_t rank = 0; rank < ranks; ++rank) {
        const auto mapped = by_rank.find(rank);
        const bool mapping_covers = by_rank.size() >= ranks;
        places.push_back(mapping_covers && mapped != by_rank.end()
                             ? mapped->second
                             : HostIndex{static_cast<std::uint32_t>(rank / each)});
    }
    return places;
}

}  // namespace tt_run::topology
