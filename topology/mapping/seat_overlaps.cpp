#include "topology/mapping/seat_overlaps.hpp"

#include <map>

namespace tt_run::topology {

namespace {

std::vector<int> takers_of(const SeatTable& table, std::size_t kind, std::span<const int> taken,
                           AsicIndex asic) {
    std::vector<int> takers;
    for (const std::uint32_t seat : table.holding(kind, asic)) {
        if (taken[seat] != 0) {
            takers.push_back(taken[seat]);
        }
    }
    return takers;
}

}  // namespace

void state_overlaps(SatProblem& sat, const SeatTable& table, std::size_t kind, const Adjacency& adjacency,
                    std::span<const int> taken) {
    for (std::uint32_t asic = 0; asic < adjacency.size(); ++asic) {
        sat.at_most_one(takers_of(table, kind, taken, {asic}));
    }
    std::map<std::uint32_t, std::vector<int>> on_board;
    for (std::size_t seat = 0; seat < taken.size(); ++seat) {
        for (const std::uint32_t board : table.seats(kind)[seat].whole_boards) {
            if (taken[seat] != 0) {
                on_board[board].push_back(taken[seat]);
            }
        }
    }
    for (const auto& [board, literals] : on_board) {
        sat.at_most_one(literals);
    }
}

void state_full(SatProblem& sat, const SeatTable& table, std::size_t kind, const Adjacency& adjacency,
                std::span<const int> taken, std::uint32_t host, int used) {
    for (std::uint32_t asic = 0; asic < adjacency.size(); ++asic) {
        if (adjacency.host({asic}) == host) {
            sat.implies_any(used, takers_of(table, kind, taken, {asic}));
        }
    }
}

}  // namespace tt_run::topology
