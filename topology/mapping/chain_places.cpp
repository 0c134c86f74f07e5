#include "topology/mapping/chain_places.hpp"

#include <algorithm>

namespace tt_run::topology {

namespace {

/// Ways to lie, and pairs of seats for each piece: beyond that a formula would be too large to be worth it.
constexpr std::size_t kMostPlaces = 2'000'000;
/// A piece ends before it has more ways than so many for each seat. Along links of which seats have two,
/// as along the long sides of trays, it never does.
constexpr std::size_t kMostWaysPerSeat = 3;

}  // namespace

ChainPlaces::ChainPlaces(const MeshChain& chain, const SeatGraph& graph, const std::vector<Footprint>& seats,
                         std::size_t start)
    : chain_(chain), graph_(graph), seats_(seats) {
    cut(start);
}

void ChainPlaces::cut(std::size_t start) {
    std::vector<Way> single;
    for (std::uint32_t seat = 0; seat < seats_.size(); ++seat) {
        single.push_back({seat});
    }
    const std::size_t n = chain_.order.size();
    const std::size_t first = first_position(start);
    for (std::size_t k = 0; k < n; ++k) {
        const std::size_t here = (first + k) % n;
        if (k > 0) {
            Piece& piece = pieces_.back();
            std::vector<Way> longer = lengthened(piece.ways, chain_.needs[piece.last]);
            if (longer.size() <= kMostWaysPerSeat * seats_.size()) {
                piece.last = here;
                piece.ways = std::move(longer);
                continue;
            }
        }
        pieces_.push_back({here, here, single, {}, {}, {}});
    }
}

std::size_t ChainPlaces::first_position(std::size_t start) const {
    if (!chain_.closed) {
        return 0;
    }
    std::vector<std::size_t> behind;
    for (std::size_t k = 0; k < chain_.needs.size(); ++k) {
        if (chain_.needs[k] == chain_.least_need()) {
            behind.push_back((k + 1) % chain_.needs.size());
        }
    }
    return behind[start % behind.size()];
}

std::vector<ChainPlaces::Way> ChainPlaces::lengthened(const std::vector<Way>& ways,
                                                      std::uint32_t need) const {
    std::vector<Way> longer;
    for (const Way& way : ways) {
        for (const std::uint32_t next : graph_.beside(way.back())) {
            if (graph_.links(way.back(), next) >= need && is_free(way, next)) {
                longer.push_back(way);
                longer.back().push_back(next);
            }
        }
        if (longer.size() > kMostWaysPerSeat * seats_.size()) {
            break;  // they will not be used
        }
    }
    return longer;
}

bool ChainPlaces::is_free(const Way& way, std::uint32_t seat) const {
    return std::all_of(way.begin(), way.end(), [&](std::uint32_t other) {
        return other != seat && disjoint(seats_[other], seats_[seat]);
    });
}

bool ChainPlaces::is_small() const {
    std::size_t places = pieces_.size() * graph_.pairs().size();
    for (const Piece& piece : pieces_) {
        places += piece.ways.size();
    }
    return places <= kMostPlaces;
}

void ChainPlaces::state(SatProblem& sat, const ChainLiterals& literals) {
    std::vector<std::vector<int>> holders(graph_.size());
    for (Piece& piece : pieces_) {
        const PerSeat holds = state_piece(sat, literals, piece);
        for (std::uint32_t seat = 0; seat < holds.size(); ++seat) {
            if (holds[seat] != 0) {
                holders[seat].push_back(holds[seat]);
                sat.add({-holds[seat], literals.taken[seat]});
            }
        }
    }
    for (std::uint32_t seat = 0; seat < graph_.size(); ++seat) {
        sat.at_most_one(holders[seat]);
        sat.implies_any(literals.taken[seat], holders[seat]);
    }
    for (std::size_t k = 0; k + (chain_.closed ? 0 : 1) < pieces_.size(); ++k) {
        state_step(sat, literals, pieces_[k].ends, pieces_[(k + 1) % pieces_.size()].begins,
                   chain_.needs[pieces_[k].last]);
    }
}

/// Returns the literals of the seats that it holds.
ChainPlaces::PerSeat ChainPlaces::state_piece(SatProblem& sat, const ChainLiterals& literals,
                                              Piece& piece) const {
    std::map<std::uint32_t, std::vector<int>> beginning;
    std::map<std::uint32_t, std::vector<int>> ending;
    std::map<std::uint32_t, std::vector<int>> holding;
    for (const Way& way : piece.ways) {
        const int lies = sat.new_variable();
        piece.lies.push_back(lies);
        beginning[way.front()].push_back(lies);
        ending[way.back()].push_back(lies);
        for (std::size_t k = 0; k < way.size(); ++k) {
            holding[way[k]].push_back(lies);
            if (k > 0 && literals.linked) {
                sat.add({-lies, literals.linked(way[k - 1], way[k])});
            }
        }
    }
    sat.exactly_one(piece.lies);
    piece.begins = any_of(sat, beginning);
    piece.ends = any_of(sat, ending);
    return any_of(sat, holding);
}

/// For each seat, a literal that holds exactly if one of its literals does.
ChainPlaces::PerSeat ChainPlaces::any_of(SatProblem& sat,
                                         const std::map<std::uint32_t, std::vector<int>>& per_seat) const {
    PerSeat any(graph_.size(), 0);
    for (const auto& [seat, literals] : per_seat) {
        if (literals.size() == 1) {
            any[seat] = literals[0];
            continue;
        }
        any[seat] = sat.new_variable();
        sat.implies_any(any[seat], literals);
        for (const int literal : literals) {
            sat.add({-literal, any[seat]});
        }
    }
    return any;
}

/// Where one piece ends there is a link, with links enough, to where the next begins.
void ChainPlaces::state_step(SatProblem& sat, const ChainLiterals& literals, const PerSeat& end,
                             const PerSeat& begin, std::uint32_t need) const {
    for (std::uint32_t seat = 0; seat < graph_.size(); ++seat) {
        std::vector<int> nexts;
        std::vector<int> befores;
        for (const std::uint32_t other : graph_.beside(seat)) {
            if (graph_.links(seat, other) < need) {
                continue;
            }
            if (begin[other] != 0) {
                nexts.push_back(begin[other]);
            }
            if (end[other] != 0) {
                befores.push_back(end[other]);
            }
            if (end[seat] != 0 && begin[other] != 0 && literals.linked) {
                sat.add({-end[seat], -begin[other], literals.linked(seat, other)});
            }
        }
        if (end[seat] != 0) {
            sat.implies_any(end[seat], nexts);
        }
        if (begin[seat] != 0) {
            sat.implies_any(begin[seat], befores);
        }
    }
}

Seating ChainPlaces::seating(const SatProblem& sat) const {
    Seating seating(chain_.order.size());
    for (const Piece& piece : pieces_) {
        const auto lies = std::find_if(piece.lies.begin(), piece.lies.end(),
                                       [&](int literal) { return sat.holds(literal); });
        const Way& way = piece.ways[static_cast<std::size_t>(lies - piece.lies.begin())];
        for (std::size_t k = 0; k < way.size(); ++k) {
            seating[chain_.order[(piece.first + k) % chain_.order.size()]] = way[k];
        }
    }
    return seating;
}

}  // namespace tt_run::topology
