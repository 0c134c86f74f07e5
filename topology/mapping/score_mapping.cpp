#include "topology/mapping/score_mapping.hpp"

#include <algorithm>

#include "topology/mapping/place_meshes.hpp"
#include "topology/mapping/seat_table.hpp"

namespace tt_run::topology {

namespace {

class Scorer {
  public:
    Scorer(const Demand& demand, const Adjacency& adjacency, std::vector<std::vector<AsicIndex>> chips)
        : demand_(demand), adjacency_(adjacency) {
        mapping_.chips = std::move(chips);
    }

    Mapping score() {
        const std::vector<std::uint32_t> hosts = hosts_of(adjacency_, mapping_.chips);
        mapping_.score.hosts = static_cast<std::uint32_t>(hosts.size());
        for (std::size_t mesh = 0; mesh < mapping_.chips.size(); ++mesh) {
            const std::size_t home = natural_host(mesh, mapping_.chips.size(), hosts.size());
            mapping_.score.displaced += adjacency_.host(mapping_.chips[mesh][0]) != hosts[home] ? 1 : 0;
            score_edges(mesh);
        }
        for (const ConnectionDemand& connection : demand_.connections) {
            score_connection(connection);
        }
        std::sort(mapping_.lost.begin(), mapping_.lost.end());
        return std::move(mapping_);
    }

  private:
    FabricNode node(std::size_t mesh, std::int32_t chip) const {
        return {demand_.meshes[mesh].mesh->id, {chip}};
    }

    void note_links(FabricNode a, FabricNode b, std::uint32_t wanted, std::uint32_t links) {
        if (links < wanted) {
            mapping_.score.short_links += wanted - links;
            mapping_.lost.push_back({std::min(a, b), std::max(a, b), wanted, links});
        }
    }

    void score_edges(std::size_t mesh) {
        for (const ChipEdge& edge : demand_.meshes[mesh].edges) {
            const AsicIndex a = mapping_.chips[mesh][static_cast<std::size_t>(edge.a)];
            const AsicIndex b = mapping_.chips[mesh][static_cast<std::size_t>(edge.b)];
            mapping_.score.distance += adjacency_.distance(a, b);
            note_links(node(mesh, edge.a), node(mesh, edge.b), edge.need.wanted, adjacency_.links(a, b));
        }
    }

    void score_connection(const ConnectionDemand& connection) {
        if (connection.from_chip) {
            const std::size_t from = connection.from[0];
            const std::size_t to = connection.to[0];
            const AsicIndex a = mapping_.chips[from][static_cast<std::size_t>(*connection.from_chip)];
            const AsicIndex b = mapping_.chips[to][static_cast<std::size_t>(*connection.to_chip)];
            mapping_.score.distance += adjacency_.distance(a, b);
            note_links(node(from, *connection.from_chip), node(to, *connection.to_chip),
                       connection.need.wanted, adjacency_.links(a, b));
            return;
        }
        const std::vector<AsicIndex> from = all_of(connection.from);
        const std::vector<AsicIndex> to = all_of(connection.to);
        mapping_.score.distance += share_a_host(from, to) ? 1 : 2;
        note_links(node(connection.from[0], -1), node(connection.to[0], -1), connection.need.wanted,
                   links_between(adjacency_, from, to));
    }

    std::vector<AsicIndex> all_of(const std::vector<std::size_t>& meshes) const {
        std::vector<AsicIndex> all;
        for (const std::size_t mesh : meshes) {
            all.insert(all.end(), mapping_.chips[mesh].begin(), mapping_.chips[mesh].end());
        }
        std::sort(all.begin(), all.end());
        return all;
    }

    bool share_a_host(const std::vector<AsicIndex>& a, const std::vector<AsicIndex>& b) const {
        const std::vector<std::uint32_t> left = hosts_of(adjacency_, {a});
        const std::vector<std::uint32_t> right = hosts_of(adjacency_, {b});
        return std::any_of(left.begin(), left.end(), [&](std::uint32_t host) {
            return std::binary_search(right.begin(), right.end(), host);
        });
    }

    const Demand& demand_;
    const Adjacency& adjacency_;
    Mapping mapping_;
};

}  // namespace

Mapping score_mapping(const Demand& demand, const Adjacency& adjacency,
                      std::vector<std::vector<AsicIndex>> chips) {
    return Scorer(demand, adjacency, std::move(chips)).score();
}

std::vector<std::uint32_t> hosts_of(const Adjacency& adjacency,
                                    const std::vector<std::vector<AsicIndex>>& chips) {
    std::vector<std::uint32_t> hosts;
    for (const std::vector<AsicIndex>& mesh : chips) {
        for (const AsicIndex asic : mesh) {
            hosts.push_back(adjacency.host(asic));
        }
    }
    std::sort(hosts.begin(), hosts.end());
    hosts.erase(std::unique(hosts.begin(), hosts.end()), hosts.end());
    return hosts;
}

}  // namespace tt_run::topology
