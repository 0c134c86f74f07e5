#include "topology/mapping/chain_formula.hpp"

#include <algorithm>
#include <map>

#include "topology/mapping/seat_graph.hpp"

namespace tt_run::topology {

namespace {

class ChainFormula {
  public:
    ChainFormula(const MeshChain& chain, const Demand& demand, const Adjacency& adjacency,
                 const SeatTable& table)
        : chain_(chain),
          adjacency_(adjacency),
          table_(table),
          kind_(demand.meshes[0].kind),
          seats_(table.seats(kind_)),
          graph_(table, kind_, adjacency, chain.need.least),
          links_of_(seats_.size()) {
        name_links();
    }

    ChainResult solve(std::size_t most_hosts, Effort effort) {
        if (cannot_by_counting()) {
            return {SatAnswer::contradiction, {}};
        }
        state_overlaps();
        state_islands();
        state_degrees();
        state_numbers(most_hosts);
        for (;;) {
            const SatAnswer answer = sat_.solve(effort);
            if (answer != SatAnswer::satisfied) {
                return {answer, {}};
            }
            read_model();
            join_parts();
            if (parts_.size() == 1) {
                return {SatAnswer::satisfied, seating()};
            }
            forbid_parts();
        }
    }

  private:
    void name_links() {
        for (const SeatPair& pair : graph_.pairs()) {
            links_of_[pair.a].push_back(link_taken_.size());
            links_of_[pair.b].push_back(link_taken_.size());
            link_taken_.push_back(sat_.new_variable());
        }
    }

    /// Three things that would take a search very long to see: not enough seats with two neighbours, no seats
    /// enough that hang together, and a ring of odd length where seats fall into two camps.
    bool cannot_by_counting() {
        islands_ = graph_.islands(chain_.order.size());
        if (islands_.empty()) {
            return true;
        }
        std::size_t usable = 0;
        for (std::uint32_t seat = 0; seat < graph_.size(); ++seat) {
            usable += graph_.beside(seat).size() >= 2 ? 1 : 0;
        }
        if (usable + (chain_.closed ? 0 : 2) < chain_.order.size()) {
            return true;
        }
        return chain_.closed && chain_.order.size() % 2 == 1 && graph_.has_two_camps();
    }

    /// All seats taken are of one island.
    void state_islands() {
        std::vector<int> of_seat(seats_.size(), 0);
        std::vector<int> chosen;
        for (const std::vector<std::uint32_t>& island : islands_) {
            chosen.push_back(sat_.new_variable());
            for (const std::uint32_t seat : island) {
                of_seat[seat] = chosen.back();
            }
        }
        sat_.exactly_one(chosen);
        for (std::size_t seat = 0; seat < seats_.size(); ++seat) {
            of_seat[seat] != 0 ? sat_.add({-taken_[seat], of_seat[seat]}) : sat_.add({-taken_[seat]});
        }
    }

    void state_overlaps() {
        for (std::size_t k = 0; k < seats_.size(); ++k) {
            taken_.push_back(sat_.new_variable());
        }
        std::map<std::uint32_t, std::vector<int>> on_board;
        for (std::uint32_t asic = 0; asic < adjacency_.size(); ++asic) {
            std::vector<int> literals;
            for (const std::uint32_t k : table_.holding(kind_, {asic})) {
                literals.push_back(taken_[k]);
            }
            sat_.at_most_one(literals);
        }
        for (std::size_t k = 0; k < seats_.size(); ++k) {
            for (const std::uint32_t board : seats_[k].whole_boards) {
                on_board[board].push_back(taken_[k]);
            }
        }
        for (const auto& [board, literals] : on_board) {
            sat_.at_most_one(literals);
        }
    }

    void state_degrees() {
        std::vector<int> ends;
        for (std::size_t k = 0; k < seats_.size(); ++k) {
            std::vector<int> used;
            for (const std::size_t link : links_of_[k]) {
                used.push_back(link_taken_[link]);
                sat_.add({-link_taken_[link], taken_[k]});
            }
            std::vector<int> number = sat_.count(used, 3);
            if (number.empty()) {
                sat_.add({-taken_[k]});
                continue;
            }
            if (number.size() > 2) {
                sat_.add({-number[2]});
            }
            sat_.add({-taken_[k], number[0]});
            const int two = number.size() > 1 ? number[1] : 0;
            if (chain_.closed) {
                two != 0 ? sat_.add({-taken_[k], two}) : sat_.add({-taken_[k]});
                continue;
            }
            const int end = sat_.new_variable();
            ends.push_back(end);
            sat_.add({-end, taken_[k]});
            if (two != 0) {
                sat_.add({-taken_[k], end, two});
                sat_.add({-end, -two});
            } else {
                sat_.add({-taken_[k], end});
            }
        }
        if (!chain_.closed) {
            const std::vector<int> number = sat_.count(ends, 3);
            number.size() > 1 ? sat_.add({number[1]}) : sat_.add(std::span<const int>{});
            if (number.size() > 2) {
                sat_.add({-number[2]});
            }
        }
    }

    /// As many seats as meshes, on so many hosts at most. Seats of meshes that lie on one host are counted
    /// host by host first.
    void state_numbers(std::size_t most_hosts) {
        std::map<std::uint32_t, std::vector<int>> by_first_host;
        std::map<std::uint32_t, std::vector<int>> by_any_host;
        bool single = true;
        for (std::size_t k = 0; k < seats_.size(); ++k) {
            const Footprint& print = seats_[k];
            by_first_host[print.hosts[0]].push_back(taken_[k]);
            for (const std::uint32_t host : print.hosts) {
                by_any_host[host].push_back(taken_[k]);
            }
            single = single && print.hosts.size() == 1;
        }
        const std::size_t size = seats_[0].asics.size();
        std::vector<int> units;
        std::vector<int> hosts;
        std::vector<std::vector<int>> numbers;
        std::size_t roomiest = 0;
        for (const auto& [host, literals] : by_first_host) {
            const std::size_t room =
                single ? adjacency_.cluster().hosts()[host].asic_count / size : literals.size();
            numbers.push_back(sat_.count(literals, std::min(room, literals.size())));
            roomiest = std::max(roomiest, numbers.back().size());
            units.insert(units.end(), numbers.back().begin(), numbers.back().end());
        }
        for (const auto& [host, literals] : by_any_host) {
            hosts.push_back(sat_.new_variable());
            for (const int literal : literals) {
                sat_.add({-literal, hosts.back()});
            }
        }
        const std::size_t meshes = chain_.order.size();
        const std::vector<int> total = sat_.count(units, meshes + 1);
        total.size() >= meshes ? sat_.add({total[meshes - 1]}) : sat_.add(std::span<const int>{});
        if (total.size() > meshes) {
            sat_.add({-total[meshes]});
        }
        if (most_hosts >= hosts.size()) {
            return;
        }
        const std::vector<int> used = sat_.count(hosts, most_hosts + 1);
        sat_.add({-used[most_hosts]});
        if (single && meshes == most_hosts * roomiest) {  // only full hosts will do
            for (const std::vector<int>& number : numbers) {
                number.size() == roomiest ? sat_.add({-number[0], number.back()}) : sat_.add({-number[0]});
            }
        }
    }

    void read_model() {
        next_.assign(seats_.size(), {});
        for (std::size_t link = 0; link < link_taken_.size(); ++link) {
            if (sat_.holds(link_taken_[link])) {
                const SeatPair& pair = graph_.pairs()[link];
                next_[pair.a].push_back(pair.b);
                next_[pair.b].push_back(pair.a);
            }
        }
        find_parts();
    }

    /// Each part as its seats in order; an open one from its end.
    void find_parts() {
        parts_.clear();
        std::vector<bool> seen(seats_.size(), false);
        const auto walk = [&](std::uint32_t start) {
            std::vector<std::uint32_t> part;
            std::uint32_t here = start;
            for (bool goes_on = true; goes_on;) {
                seen[here] = true;
                part.push_back(here);
                goes_on = false;
                for (const std::uint32_t other : next_[here]) {
                    if (!seen[other]) {
                        here = other;
                        goes_on = true;
                        break;
                    }
                }
            }
            parts_.push_back(std::move(part));
        };
        for (std::uint32_t k = 0; k < seats_.size(); ++k) {
            if (!seen[k] && next_[k].size() == 1) {
                walk(k);
            }
        }
        for (std::uint32_t k = 0; k < seats_.size(); ++k) {
            if (!seen[k] && next_[k].size() == 2) {
                walk(k);
            }
        }
    }

    /// Two parts become one if a link of each can be exchanged for two links across.
    void join_parts() {
        for (bool joined = true; joined && parts_.size() > 1;) {
            joined = false;
            std::vector<std::uint32_t> part_of(seats_.size(), ~0U);
            for (std::uint32_t part = 0; part < parts_.size(); ++part) {
                for (const std::uint32_t seat : parts_[part]) {
                    part_of[seat] = part;
                }
            }
            for (std::uint32_t a = 0; a < seats_.size() && !joined; ++a) {
                for (std::size_t k = 0; k < next_[a].size() && !joined; ++k) {
                    joined = join_at(a, next_[a][k], part_of);
                }
            }
            if (joined) {
                find_parts();
            }
        }
    }

    bool join_at(std::uint32_t a, std::uint32_t b, const std::vector<std::uint32_t>& part_of) {
        for (const std::uint32_t c : graph_.beside(a)) {
            if (part_of[c] == ~0U || part_of[c] == part_of[a]) {
                continue;
            }
            for (const std::uint32_t d : next_[c]) {
                if (graph_.touches(b, d)) {
                    exchange(a, b, c);
                    exchange(b, a, d);
                    exchange(c, d, a);
                    exchange(d, c, b);
                    return true;
                }
            }
        }
        return false;
    }

    void exchange(std::uint32_t seat, std::uint32_t from, std::uint32_t to) {
        *std::find(next_[seat].begin(), next_[seat].end(), from) = to;
    }

    /// A chain cannot end inside a part: it has more meshes than that, so it leaves the part's seats.
    void forbid_parts() {
        for (const std::vector<std::uint32_t>& part : parts_) {
            if (part.size() >= chain_.order.size()) {
                continue;
            }
            std::vector<bool> inside(seats_.size(), false);
            for (const std::uint32_t seat : part) {
                inside[seat] = true;
            }
            std::vector<int> leaving;
            for (std::size_t link = 0; link < link_taken_.size(); ++link) {
                const SeatPair& pair = graph_.pairs()[link];
                if (inside[pair.a] != inside[pair.b]) {
                    leaving.push_back(link_taken_[link]);
                }
            }
            for (const std::uint32_t seat : part) {
                sat_.implies_any(taken_[seat], leaving);
            }
        }
    }

    /// The turn of the chain that leaves the most meshes on their natural hosts.
    Seating seating() const {
        std::vector<std::uint32_t> walk;
        for (const std::uint32_t k : parts_[0]) {
            walk.push_back(k);
        }
        std::vector<std::uint32_t> hosts;
        for (const std::uint32_t seat : walk) {
            hosts.push_back(seats_[seat].hosts[0]);
        }
        std::vector<std::uint32_t> used = hosts;
        std::sort(used.begin(), used.end());
        used.erase(std::unique(used.begin(), used.end()), used.end());
        const std::size_t n = walk.size();
        std::size_t best_score = n + 1;
        std::vector<std::uint32_t> best;
        for (int way = 0; way < 2; ++way) {
            for (std::size_t turn = 0; turn < (chain_.closed ? n : 1); ++turn) {
                std::vector<std::uint32_t> turned(n);
                std::size_t displaced = 0;
                for (std::size_t k = 0; k < n; ++k) {
                    const std::size_t from = way == 0 ? (turn + k) % n : (turn + n - 1 - k) % n;
                    turned[k] = walk[from];
                    displaced += hosts[from] != used[natural_host(chain_.order[k], n, used.size())] ? 1 : 0;
                }
                if (displaced < best_score || (displaced == best_score && turned < best)) {
                    best_score = displaced;
                    best = std::move(turned);
                }
            }
        }
        Seating result(n);
        for (std::size_t k = 0; k < n; ++k) {
            result[chain_.order[k]] = best[k];
        }
        return result;
    }

    const MeshChain& chain_;
    const Adjacency& adjacency_;
    const SeatTable& table_;
    std::size_t kind_;
    const std::vector<Footprint>& seats_;
    SeatGraph graph_;
    std::vector<int> link_taken_;                     ///< literals, as graph_.pairs()
    std::vector<std::vector<std::size_t>> links_of_;  ///< per seat, positions in the same
    std::vector<int> taken_;                          ///< literals, per seat
    std::vector<std::vector<std::uint32_t>> islands_;
    std::vector<std::vector<std::uint32_t>> next_;
    std::vector<std::vector<std::uint32_t>> parts_;
    SatProblem sat_;
};

}  // namespace

ChainResult seat_chain(const MeshChain& chain, const Demand& demand, const Adjacency& adjacency,
                       const SeatTable& table, std::size_t most_hosts, Effort effort) {
    if (table.seats(demand.meshes[0].kind).size() < chain.order.size()) {
        return {SatAnswer::contradiction, {}};
    }
    return ChainFormula(chain, demand, adjacency, table).solve(most_hosts, effort);
}

}  // namespace tt_run::topology
