#include "topology/mapping/seat_table.hpp"

#include <algorithm>

namespace tt_run::topology {

SeatTable::SeatTable(const MeshGraph& graph, const Demand& demand, const Adjacency& adjacency,
                     SearchLimits limits)
    : kinds_(demand.kinds) {
    for (const MeshDemand& mesh : demand.meshes) {
        Kind& kind = kinds_[mesh.kind];
        if (kind.first.empty()) {
            kind = index(find_footprints(graph, demand, mesh, adjacency, limits), adjacency.size());
            complete_ = complete_ && kind.footprints.complete;
        }
    }
}

SeatTable::Kind SeatTable::index(Footprints footprints, std::size_t asics) {
    Kind kind{std::move(footprints), std::vector<std::uint32_t>(asics + 1, 0), {}};
    for (const Footprint& print : kind.footprints.all) {
        for (const AsicIndex asic : print.asics) {
            ++kind.first[asic.value + 1];
        }
    }
    for (std::size_t k = 1; k < kind.first.size(); ++k) {
        kind.first[k] += kind.first[k - 1];
    }
    kind.holders.resize(kind.first.back());
    std::vector<std::uint32_t> next(kind.first.begin(), kind.first.end() - 1);
    for (std::uint32_t seat = 0; seat < kind.footprints.all.size(); ++seat) {
        for (const AsicIndex asic : kind.footprints.all[seat].asics) {
            kind.holders[next[asic.value]++] = seat;
        }
    }
    return kind;
}

SeatTable SeatTable::tiling(const Adjacency& adjacency) const {
    SeatTable tiled;
    tiled.complete_ = false;
    for (const Kind& kind : kinds_) {
        std::vector<bool> taken(adjacency.size(), false);
        std::vector<bool> board_taken(adjacency.cluster().boards().size(), false);
        Footprints tiles;
        for (const Footprint& print : kind.footprints.all) {
            const bool is_free = std::none_of(print.asics.begin(), print.asics.end(),
                                              [&](AsicIndex asic) { return taken[asic.value]; }) &&
                                 std::none_of(print.whole_boards.begin(), print.whole_boards.end(),
                                              [&](std::uint32_t board) { return board_taken[board]; });
            if (!is_free) {
                continue;
            }
            for (const AsicIndex asic : print.asics) {
                taken[asic.value] = true;
            }
            for (const std::uint32_t board : print.whole_boards) {
                board_taken[board] = true;
            }
            tiles.all.push_back(print);
        }
        tiled.kinds_.push_back(index(std::move(tiles), adjacency.size()));
    }
    return tiled;
}

std::uint32_t links_between(const Adjacency& adjacency, std::span<const AsicIndex> a,
                            std::span<const AsicIndex> b) {
    std::uint32_t links = 0;
    for (const AsicIndex asic : a) {
        for (const Neighbour& neighbour : adjacency.neighbours(asic)) {
            links += std::binary_search(b.begin(), b.end(), neighbour.asic) ? neighbour.links : 0;
        }
    }
    return links;
}

bool disjoint(const Footprint& a, const Footprint& b) {
    const auto share = [](const auto& left, const auto& right) {
        auto i = left.begin();
        auto j = right.begin();
        while (i != left.end() && j != right.end()) {
            if (*i == *j) {
                return true;
            }
            *i < *j ? void(++i) : void(++j);
        }
        return false;
    };
    return !share(a.asics, b.asics) && !share(a.whole_boards, b.whole_boards);
}

std::uint32_t links_of_connection(const Adjacency& adjacency, const ConnectionDemand& connection,
                                  const Footprint& from, const Footprint& to) {
    if (connection.from_chip) {
        return adjacency.links(from.chips[static_cast<std::size_t>(*connection.from_chip)],
                               to.chips[static_cast<std::size_t>(*connection.to_chip)]);
    }
    return links_between(adjacency, from.asics, to.asics);
}

}  // namespace tt_run::topology
