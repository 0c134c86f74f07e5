#include "topology/mapping/chain_formula.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "topology/mapping/lay_chain.hpp"
#include "topology/mapping/seat_graph.hpp"
#include "topology/mapping/seat_paths.hpp"

namespace tt_run::topology {

namespace {

/// Meshes times seats and pairs of seats: beyond that a formula of places would be too large to be worth it.
constexpr std::size_t kMostPlaces = 2'000'000;

}  // namespace

class ChainFormula::Statement {
  public:
    Statement(const MeshChain& chain, const Demand& demand, const Adjacency& adjacency,
              const SeatTable& table, std::size_t most_hosts)
        : chain_(chain),
          adjacency_(adjacency),
          table_(table),
          kind_(demand.meshes[0].kind),
          seats_(table.seats(kind_)),
          graph_(table, kind_, adjacency, chain.least_need()),
          links_of_(seats_.size()) {
        hopeless_ = cannot_by_counting();
        if (!hopeless_) {
            name_links();
            state_overlaps();
            state_islands();
            state_degrees();
            state_numbers(most_hosts);
        }
    }

    ChainResult next(Effort effort) {
        while (!hopeless_) {
            const SatAnswer answer = sat_.solve(effort);
            if (answer != SatAnswer::satisfied) {
                return {answer, {}};
            }
            const SeatPaths closed_early(graph_, links_of_model());
            SeatPaths paths = closed_early;
            if (at_.empty()) {  // else the chain's places are stated, and no link may be exchanged
                paths.join();
            }
            if (paths.paths().size() > 1) {
                forbid_short(paths);
            } else if (forbidden_.contains(links_along(paths.paths()[0]))) {
                forbid_short(closed_early);
            } else if (auto seating =
                           lay_chain(chain_, graph_, seats_, paths.paths()[0], !forbidden_.empty())) {
                found_ = paths.paths()[0];
                return {SatAnswer::satisfied, *std::move(seating)};
            } else if (!state_places()) {
                return {SatAnswer::unknown, {}};
            }
        }
        return {SatAnswer::contradiction, {}};
    }

    void forbid_links() {
        const std::vector<std::size_t> links = links_along(found_);
        std::vector<int> others;
        for (const std::size_t link : links) {
            others.push_back(-link_taken_[link]);
        }
        sat_.add(others);
        forbidden_.insert(links);
    }

    void forbid_hosts() {
        std::set<std::uint32_t> hosts;
        for (const std::uint32_t seat : found_) {
            hosts.insert(seats_[seat].hosts.begin(), seats_[seat].hosts.end());
        }
        std::vector<int> otherwise;
        for (const auto& [host, used] : host_used_) {
            otherwise.push_back(hosts.contains(host) ? -used : used);
        }
        sat_.add(otherwise);
    }

  private:
    void name_links() {
        for (const SeatPair& pair : graph_.pairs()) {
            links_of_[pair.a].push_back(link_taken_.size());
            links_of_[pair.b].push_back(link_taken_.size());
            link_taken_.push_back(sat_.new_variable());
        }
    }

    /// Positions of the links that a path uses, ascending.
    std::vector<std::size_t> links_along(const std::vector<std::uint32_t>& path) const {
        std::vector<std::size_t> links;
        for (std::size_t k = 0; k + (chain_.closed ? 0 : 1) < path.size(); ++k) {
            const std::uint32_t here = path[k];
            const std::uint32_t next = path[(k + 1) % path.size()];
            links.push_back(
                *std::find_if(links_of_[here].begin(), links_of_[here].end(), [&](std::size_t link) {
                    const SeatPair& pair = graph_.pairs()[link];
                    return pair.a == next || pair.b == next;
                }));
        }
        std::sort(links.begin(), links.end());
        return links;
    }

    /// Things that would take a search very long to see: not enough seats with two neighbours, no seats
    /// enough that hang together, and a ring of odd length where seats fall into two camps.
    bool cannot_by_counting() {
        if (seats_.size() < chain_.order.size()) {
            return true;
        }
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
            host_used_[host] = hosts.back();
            sat_.implies_any(hosts.back(), literals);
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

    std::vector<SeatPair> links_of_model() const {
        std::vector<SeatPair> links;
        for (std::size_t link = 0; link < link_taken_.size(); ++link) {
            if (sat_.holds(link_taken_[link])) {
                links.push_back(graph_.pairs()[link]);
            }
        }
        return links;
    }

    /// A chain cannot end inside a shorter path: it has more meshes than that, so it leaves the path's seats.
    void forbid_short(const SeatPaths& paths) {
        for (const std::vector<std::uint32_t>& path : paths.paths()) {
            if (path.size() >= chain_.order.size()) {
                continue;
            }
            std::vector<bool> inside(seats_.size(), false);
            for (const std::uint32_t seat : path) {
                inside[seat] = true;
            }
            std::vector<int> leaving;
            for (std::size_t link = 0; link < link_taken_.size(); ++link) {
                const SeatPair& pair = graph_.pairs()[link];
                if (inside[pair.a] != inside[pair.b]) {
                    leaving.push_back(link_taken_[link]);
                }
            }
            for (const std::uint32_t seat : path) {
                sat_.implies_any(taken_[seat], leaving);
            }
        }
    }

    /// Which mesh of the chain takes which seat, where that matters because not all needs are alike: meshes
    /// that follow one another take seats with links enough. False if that is too much to state.
    bool state_places() {
        const std::size_t n = chain_.order.size();
        if (!at_.empty() || n * (seats_.size() + graph_.pairs().size()) > kMostPlaces) {
            return false;
        }
        at_.resize(n);
        for (std::vector<int>& places : at_) {
            for (std::size_t seat = 0; seat < seats_.size(); ++seat) {
                places.push_back(sat_.new_variable());
                sat_.add({-places.back(), taken_[seat]});
            }
            sat_.exactly_one(places);
        }
        for (std::size_t seat = 0; seat < seats_.size(); ++seat) {
            std::vector<int> meshes;
            for (const std::vector<int>& places : at_) {
                meshes.push_back(places[seat]);
            }
            sat_.at_most_one(meshes);
            sat_.implies_any(taken_[seat], meshes);
        }
        for (std::size_t k = 0; k < chain_.needs.size(); ++k) {
            state_step(at_[k], at_[(k + 1) % n], chain_.needs[k]);
        }
        return true;
    }

    void state_step(const std::vector<int>& here, const std::vector<int>& next, std::uint32_t need) {
        for (std::uint32_t seat = 0; seat < seats_.size(); ++seat) {
            std::vector<int> nexts;
            std::vector<int> heres;
            for (const std::uint32_t other : graph_.beside(seat)) {
                if (graph_.links(seat, other) >= need) {
                    nexts.push_back(next[other]);
                    heres.push_back(here[other]);
                }
            }
            sat_.implies_any(here[seat], nexts);
            sat_.implies_any(next[seat], heres);
        }
        for (std::size_t link = 0; link < link_taken_.size(); ++link) {
            const SeatPair& pair = graph_.pairs()[link];
            sat_.add({-here[pair.a], -next[pair.b], link_taken_[link]});
            sat_.add({-here[pair.b], -next[pair.a], link_taken_[link]});
        }
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
    std::map<std::uint32_t, int> host_used_;          ///< literals: exactly if one of its seats is taken
    std::vector<std::vector<int>> at_;  ///< literals, per mesh of the chain and seat, once stated
    std::vector<std::vector<std::uint32_t>> islands_;
    SatProblem sat_;
    bool hopeless_ = false;
    std::vector<std::uint32_t> found_;  ///< the path of the last answer
    std::set<std::vector<std::size_t>> forbidden_;
};

ChainFormula::ChainFormula(const MeshChain& chain, const Demand& demand, const Adjacency& adjacency,
                           const SeatTable& table, std::size_t most_hosts)
    : statement_(std::make_unique<Statement>(chain, demand, adjacency, table, most_hosts)) {}

ChainFormula::~ChainFormula() = default;

ChainResult ChainFormula::next(Effort effort) {
    return statement_->next(effort);
}

void ChainFormula::forbid_links() {
    statement_->forbid_links();
}

void ChainFormula::forbid_hosts() {
    statement_->forbid_hosts();
}

ChainResult seat_chain(const MeshChain& chain, const Demand& demand, const Adjacency& adjacency,
                       const SeatTable& table, std::size_t most_hosts, Effort effort) {
    return ChainFormula(chain, demand, adjacency, table, most_hosts).next(effort);
}

}  // namespace tt_run::topology
