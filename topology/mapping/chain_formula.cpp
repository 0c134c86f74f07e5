#include "topology/mapping/chain_formula.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "topology/mapping/chain_places.hpp"
#include "topology/mapping/lay_chain.hpp"
#include "topology/mapping/seat_graph.hpp"
#include "topology/mapping/seat_overlaps.hpp"
#include "topology/mapping/seat_paths.hpp"
#include "topology/mapping/uneven_chain.hpp"

namespace tt_run::topology {

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
          links_of_(seats_.size()),
          most_hosts_(most_hosts) {
        hopeless_ = cannot_by_counting();
        if (!hopeless_) {
            name_links();
            name_seats();
            state_overlaps(sat_, table_, kind_, adjacency_, taken_);
            state_islands();
            state_degrees();
            state_numbers();
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
            if (!has_places_) {  // with them, no link may be exchanged
                paths.join();
            }
            if (paths.paths().size() > 1) {
                forbid_short(paths);
            } else if (forbidden_.contains(links_along(paths.paths()[0]))) {
                forbid_short(closed_early);
            } else if (auto seating = lay_chain(chain_, graph_, seats_, paths.paths()[0], !is_first_)) {
                found_ = paths.paths()[0];
                return {SatAnswer::satisfied, *std::move(seating)};
            } else if (is_first_) {
                found_ = paths.paths()[0];
                return first_uneven(effort);
            } else if (!state_places()) {
                return {SatAnswer::unknown, {}};
            }
        }
        return {SatAnswer::contradiction, {}};
    }

    void forbid_links() {
        is_first_ = false;
        const std::vector<std::size_t> links = links_along(found_);
        std::vector<int> others;
        for (const std::size_t link : links) {
            others.push_back(-link_taken_[link]);
        }
        sat_.add(others);
        forbidden_.insert(links);
    }

    void forbid_hosts() {
        is_first_ = false;
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
    /// By a formula that knows no links: much the quicker one, but it cannot go on to another answer.
    ChainResult first_uneven(Effort effort) {
        ChainResult result =
            seat_uneven_chain(chain_, graph_, table_, kind_, adjacency_, most_hosts_, found_, effort);
        if (result.answer == SatAnswer::satisfied) {
            found_ = path_of(result.seating);
            result.seating = lay_chain(chain_, graph_, seats_, found_, true).value();
        }
        return result;
    }

    /// The seats in the order of the chain.
    std::vector<std::uint32_t> path_of(const Seating& seating) const {
        std::vector<std::uint32_t> path;
        for (const std::size_t mesh : chain_.order) {
            path.push_back(seating[mesh]);
        }
        return path;
    }

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
            links.push_back(link_between(path[k], path[(k + 1) % path.size()]));
        }
        std::sort(links.begin(), links.end());
        return links;
    }

    /// The position of the link between two seats beside one another.
    std::size_t link_between(std::uint32_t here, std::uint32_t there) const {
        return *std::find_if(links_of_[here].begin(), links_of_[here].end(), [&](std::size_t link) {
            const SeatPair& pair = graph_.pairs()[link];
            return pair.a == there || pair.b == there;
        });
    }

    /// Things that would take a search very long to see: not enough seats with two neighbours, no seats
    /// enough that hang together, no ring of this length where there is no choice of ways, and a ring of odd
    /// length where seats fall into two camps.
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
        if (!chain_.closed) {
            return false;
        }
        const auto strands = graph_.strands();
        return (strands && !strands->rings.contains(chain_.order.size())) ||
               (chain_.order.size() % 2 == 1 && graph_.has_two_camps());
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

    void name_seats() {
        for (std::size_t seat = 0; seat < seats_.size(); ++seat) {
            taken_.push_back(sat_.new_variable());
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
    void state_numbers() {
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
        if (most_hosts_ < hosts.size()) {
            const std::vector<int> used = sat_.count(hosts, most_hosts_ + 1);
            sat_.add({-used[most_hosts_]});
        }
        if (single && meshes == std::min(most_hosts_, hosts.size()) * roomiest) {
            state_full_hosts(roomiest, numbers);
        }
    }

    /// Only full hosts will do: each is used to the last mesh, or not at all. `numbers` are the counts of
    /// seats, as hosts in host_used_.
    void state_full_hosts(std::size_t room, const std::vector<std::vector<int>>& numbers) {
        auto number = numbers.begin();
        for (const auto& [host, used] : host_used_) {
            number->size() == room ? sat_.add({-used, number->back()}) : sat_.add({-used});
            ++number;
            // Else a rest that is too small for a mesh may be left over.
            if (adjacency_.cluster().hosts()[host].asic_count == room * seats_[0].asics.size()) {
                state_full(sat_, table_, kind_, adjacency_, taken_, host, used);
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

    /// Which mesh of the chain takes which seat, where that matters because not all needs are alike. False if
    /// that is stated already, or too much to state.
    bool state_places() {
        if (has_places_) {
            return false;
        }
        ChainPlaces places(chain_, graph_, seats_);
        if (!places.is_small()) {
            return false;
        }
        places.state(sat_, {taken_, [this](std::uint32_t a, std::uint32_t b) {
                                return link_taken_[link_between(a, b)];
                            }});
        has_places_ = true;
        return true;
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
    std::size_t most_hosts_;
    bool is_first_ = true;     ///< nothing is forbidden yet
    bool has_places_ = false;  ///< the places of the chain's meshes are stated
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
