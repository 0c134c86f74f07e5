#include "topology/mapping/seat_graph.hpp"

#include <algorithm>
#include <map>

namespace tt_run::topology {

SeatGraph::SeatGraph(const SeatTable& table, std::size_t kind, const Adjacency& adjacency,
                     std::uint32_t least_links)
    : table_(table), adjacency_(adjacency), kind_(kind), seats_(table.seats(kind)) {
    for (std::uint32_t a = 0; a < seats_.size(); ++a) {
        find_beside(a, least_links);
        for (const std::uint32_t b : beside_.back()) {
            if (a < b) {
                pairs_.push_back({a, b});
            }
        }
    }
}

/// The seats that this one has so many links to.
void SeatGraph::find_beside(std::uint32_t seat, std::uint32_t least_links) {
    std::map<std::uint32_t, std::uint32_t> links;
    for (const AsicIndex asic : seats_[seat].asics) {
        for (const Neighbour& neighbour : adjacency_.neighbours(asic)) {
            for (const std::uint32_t other : table_.holding(kind_, neighbour.asic)) {
                links[other] += neighbour.links;
            }
        }
    }
    beside_.emplace_back();
    links_.emplace_back();
    for (const auto& [other, count] : links) {
        if (count >= least_links && other != seat && disjoint(seats_[seat], seats_[other])) {
            beside_.back().push_back(other);
            links_.back().push_back(count);
        }
    }
}

std::uint32_t SeatGraph::links(std::uint32_t a, std::uint32_t b) const {
    const auto at = std::lower_bound(beside_[a].begin(), beside_[a].end(), b);
    return at == beside_[a].end() || *at != b ? 0
                                              : links_[a][static_cast<std::size_t>(at - beside_[a].begin())];
}

bool SeatGraph::has_two_camps() const {
    std::vector<int> camp(size(), -1);
    for (std::uint32_t start = 0; start < size(); ++start) {
        if (camp[start] != -1) {
            continue;
        }
        camp[start] = 0;
        std::vector<std::uint32_t> queue{start};
        for (std::size_t k = 0; k < queue.size(); ++k) {
            for (const std::uint32_t other : beside_[queue[k]]) {
                if (camp[other] == -1) {
                    camp[other] = 1 - camp[queue[k]];
                    queue.push_back(other);
                } else if (camp[other] == camp[queue[k]]) {
                    return false;
                }
            }
        }
    }
    return true;
}

std::optional<SeatGraph::Strands> SeatGraph::strands() const {
    const auto branches = [](const std::vector<std::uint32_t>& beside) { return beside.size() > 2; };
    if (std::any_of(beside_.begin(), beside_.end(), branches)) {
        return std::nullopt;
    }
    Strands strands;
    std::vector<bool> seen(size(), false);
    for (std::uint32_t start = 0; start < size(); ++start) {
        if (seen[start]) {
            continue;
        }
        const std::vector<std::uint32_t> island = island_of(start, seen);
        strands.longest_line = std::max(strands.longest_line, island.size());
        if (std::all_of(island.begin(), island.end(),
                        [&](std::uint32_t seat) { return beside_[seat].size() == 2; })) {
            strands.rings.insert(island.size());
        }
    }
    return strands;
}

std::vector<std::vector<std::uint32_t>> SeatGraph::islands(std::size_t meshes) const {
    std::vector<std::vector<std::uint32_t>> islands;
    std::vector<bool> seen(size(), false);
    for (std::uint32_t start = 0; start < size(); ++start) {
        if (seen[start]) {
            continue;
        }
        std::vector<std::uint32_t> island = island_of(start, seen);
        if (room_of(island) >= meshes) {
            islands.push_back(std::move(island));
        }
    }
    return islands;
}

std::vector<std::uint32_t> SeatGraph::island_of(std::uint32_t start, std::vector<bool>& seen) const {
    seen[start] = true;
    std::vector<std::uint32_t> island{start};
    for (std::size_t k = 0; k < island.size(); ++k) {
        for (const std::uint32_t other : beside_[island[k]]) {
            if (!seen[other]) {
                seen[other] = true;
                island.push_back(other);
            }
        }
    }
    return island;
}

/// More meshes than this cannot lie on an island: it has too few seats, or too few ASICs for them.
std::size_t SeatGraph::room_of(const std::vector<std::uint32_t>& island) const {
    std::vector<bool> held(adjacency_.size(), false);
    std::size_t asics = 0;
    for (const std::uint32_t seat : island) {
        for (const AsicIndex asic : seats_[seat].asics) {
            asics += held[asic.value] ? 0 : 1;
            held[asic.value] = true;
        }
    }
    return std::min(asics / seats_[island[0]].asics.size(), island.size());
}

}  // namespace tt_run::topology
