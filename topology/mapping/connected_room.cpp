#include "topology/mapping/connected_room.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <tuple>

namespace tt_run::topology {

namespace {

class Islands {
  public:
    explicit Islands(std::size_t size) : parent_(size) { std::iota(parent_.begin(), parent_.end(), 0U); }

    std::size_t find(std::size_t at) {
        while (parent_[at] != at) {
            at = parent_[at] = parent_[parent_[at]];
        }
        return at;
    }
    void join(std::size_t a, std::size_t b) { parent_[find(a)] = find(b); }
    bool joined(std::size_t a, std::size_t b) { return find(a) == find(b); }

  private:
    std::vector<std::size_t> parent_;
};

/// The most that one island weighs.
std::size_t heaviest(Islands& islands, const std::vector<std::size_t>& weights) {
    std::vector<std::size_t> sums(weights.size(), 0);
    for (std::size_t k = 0; k < weights.size(); ++k) {
        sums[islands.find(k)] += weights[k];
    }
    return sums.empty() ? 0 : *std::max_element(sums.begin(), sums.end());
}

class ConnectedRoom {
  public:
    ConnectedRoom(const Demand& demand, const Adjacency& adjacency, const SeatTable& table)
        : demand_(demand), adjacency_(adjacency), table_(table), chips_(adjacency.size()) {}

    std::size_t largest() {
        for (std::size_t kind = 0; kind < table_.kinds(); ++kind) {
            for (const Footprint& print : table_.seats(kind)) {
                for (const AsicIndex asic : print.asics) {
                    chips_.join(print.asics[0].value, asic.value);
                }
            }
        }
        std::set<std::tuple<std::size_t, std::size_t, std::uint32_t>> done;
        for (const ConnectionDemand& connection : demand_.connections) {
            if (!connection.joins_two_meshes()) {
                continue;
            }
            const std::size_t from = demand_.meshes[connection.from[0]].kind;
            const std::size_t to = demand_.meshes[connection.to[0]].kind;
            if (done.insert({from, to, connection.need.least}).second) {
                join_seats(from, to, connection.need.least);
            }
        }
        return heaviest(chips_, std::vector<std::size_t>(adjacency_.size(), 1));
    }

  private:
    void join_seats(std::size_t from, std::size_t to, std::uint32_t least) {
        for (const Footprint& here : table_.seats(from)) {
            for (const AsicIndex asic : here.asics) {
                for (const Neighbour& neighbour : adjacency_.neighbours(asic)) {
                    for (const std::uint32_t seat : table_.holding(to, neighbour.asic)) {
                        join_if_linked(here, table_.seats(to)[seat], least);
                    }
                }
            }
        }
    }

    void join_if_linked(const Footprint& here, const Footprint& there, std::uint32_t least) {
        const std::size_t a = here.asics[0].value;
        const std::size_t b = there.asics[0].value;
        if (!chips_.joined(a, b) && disjoint(here, there) &&
            links_between(adjacency_, here.asics, there.asics) >= least) {
            chips_.join(a, b);
        }
    }

    const Demand& demand_;
    const Adjacency& adjacency_;
    const SeatTable& table_;
    Islands chips_;
};

std::size_t largest_party(const Demand& demand) {
    Islands meshes(demand.meshes.size());
    std::vector<std::size_t> chips;
    for (const MeshDemand& mesh : demand.meshes) {
        chips.push_back(mesh.chip_count());
    }
    for (const ConnectionDemand& connection : demand.connections) {
        if (connection.joins_two_meshes()) {
            meshes.join(connection.from[0], connection.to[0]);
        }
    }
    return heaviest(meshes, chips);
}

}  // namespace

bool exceeds_connected_room(const Demand& demand, const Adjacency& adjacency, const SeatTable& table) {
    const bool joins =
        std::any_of(demand.connections.begin(), demand.connections.end(),
                    [](const ConnectionDemand& connection) { return connection.joins_two_meshes(); });
    return joins && largest_party(demand) > ConnectedRoom(demand, adjacency, table).largest();
}

}  // namespace tt_run::topology
