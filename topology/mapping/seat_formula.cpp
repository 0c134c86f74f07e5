#include "topology/mapping/seat_formula.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace tt_run::topology {

namespace {

class SeatFormula {
  public:
    SeatFormula(const Demand& demand, const Adjacency& adjacency, const SeatTable& table)
        : demand_(demand), adjacency_(adjacency), table_(table) {}

    SeatingResult solve(std::size_t most_hosts, const ForbiddenSeatings& forbidden, Effort effort) {
        sat_.state_until(effort.deadline);
        state_seats();
        state_overlaps();
        for (const ConnectionDemand& connection : demand_.connections) {
            connection.joins_two_meshes() ? state_connection(connection) : state_group(connection);
        }
        state_hosts(most_hosts);
        forbidden.by_hosts ? forbid_hosts(forbidden.seatings) : forbid(forbidden.seatings);
        SeatingResult result;
        result.answer = sat_.solve(effort);
        if (result.answer == SatAnswer::satisfied) {
            for (const std::vector<int>& takes : takes_) {
                const auto seat = std::find_if(takes.begin(), takes.end(),
                                               [&](int literal) { return sat_.holds(literal); });
                result.seating.push_back(static_cast<std::uint32_t>(seat - takes.begin()));
            }
        }
        return result;
    }

  private:
    const std::vector<Footprint>& seats_of(std::size_t mesh) const {
        return table_.seats(demand_.meshes[mesh].kind);
    }

    void state_seats() {
        taken_.resize(table_.kinds());
        for (std::size_t kind = 0; kind < table_.kinds(); ++kind) {
            for (std::size_t seat = 0; seat < table_.seats(kind).size(); ++seat) {
                taken_[kind].push_back(sat_.new_variable());
            }
        }
        std::vector<std::vector<std::vector<int>>> by_seat(table_.kinds());
        for (std::size_t kind = 0; kind < table_.kinds(); ++kind) {
            by_seat[kind].resize(table_.seats(kind).size());
        }
        for (const MeshDemand& mesh : demand_.meshes) {
            std::vector<int> takes;
            for (std::size_t seat = 0; seat < taken_[mesh.kind].size(); ++seat) {
                takes.push_back(sat_.new_variable());
                sat_.add({-takes.back(), taken_[mesh.kind][seat]});
                by_seat[mesh.kind][seat].push_back(takes.back());
            }
            sat_.exactly_one(takes);
            takes_.push_back(std::move(takes));
        }
        for (const auto& seats : by_seat) {
            for (const std::vector<int>& meshes : seats) {
                sat_.at_most_one(meshes);
            }
        }
    }

    void state_overlaps() {
        for (std::uint32_t asic = 0; asic < adjacency_.size(); ++asic) {
            std::vector<int> literals;
            for (std::size_t kind = 0; kind < table_.kinds(); ++kind) {
                for (const std::uint32_t seat : table_.holding(kind, {asic})) {
                    literals.push_back(taken_[kind][seat]);
                }
            }
            sat_.at_most_one(literals);
        }
        std::map<std::uint32_t, std::vector<int>> on_board;
        for (std::size_t kind = 0; kind < table_.kinds(); ++kind) {
            for (std::size_t seat = 0; seat < taken_[kind].size(); ++seat) {
                for (const std::uint32_t board : table_.seats(kind)[seat].whole_boards) {
                    on_board[board].push_back(taken_[kind][seat]);
                }
            }
        }
        for (const auto& [board, literals] : on_board) {
            sat_.at_most_one(literals);
        }
    }

    void state_connection(const ConnectionDemand& connection) {
        const std::size_t from = connection.from[0];
        const std::size_t to = connection.to[0];
        std::vector<std::vector<int>> back(seats_of(to).size());
        for (std::size_t seat = 0; seat < seats_of(from).size(); ++seat) {
            std::vector<int> partners;
            for (const std::uint32_t other : seats_beside(connection, seats_of(from)[seat], to)) {
                partners.push_back(takes_[to][other]);
                back[other].push_back(takes_[from][seat]);
            }
            sat_.implies_any(takes_[from][seat], partners);
        }
        for (std::size_t other = 0; other < back.size(); ++other) {
            sat_.implies_any(takes_[to][other], back[other]);
        }
    }

    std::vector<std::uint32_t> seats_beside(const ConnectionDemand& connection, const Footprint& here,
                                            std::size_t to) const {
        std::vector<std::uint32_t> beside;
        for (const AsicIndex asic : here.asics) {
            for (const Neighbour& neighbour : adjacency_.neighbours(asic)) {
                const auto holding = table_.holding(demand_.meshes[to].kind, neighbour.asic);
                beside.insert(beside.end(), holding.begin(), holding.end());
            }
        }
        std::sort(beside.begin(), beside.end());
        beside.erase(std::unique(beside.begin(), beside.end()), beside.end());
        std::erase_if(beside, [&](std::uint32_t seat) {
            const Footprint& there = seats_of(to)[seat];
            return !disjoint(here, there) ||
                   links_of_connection(adjacency_, connection, here, there) < connection.need.least;
        });
        return beside;
    }

    /// For each ASIC: a literal that implies that one of these meshes holds it.
    std::map<std::uint32_t, int> state_holders(const std::vector<std::size_t>& meshes) {
        std::map<std::uint32_t, std::vector<int>> holders;
        for (const std::size_t mesh : meshes) {
            for (std::size_t seat = 0; seat < seats_of(mesh).size(); ++seat) {
                for (const AsicIndex asic : seats_of(mesh)[seat].asics) {
                    holders[asic.value].push_back(takes_[mesh][seat]);
                }
            }
        }
        std::map<std::uint32_t, int> literals;
        for (const auto& [asic, any] : holders) {
            literals[asic] = sat_.new_variable();
            sat_.implies_any(literals[asic], any);
        }
        return literals;
    }

    void state_group(const ConnectionDemand& connection) {
        const std::map<std::uint32_t, int> from = state_holders(connection.from);
        const std::map<std::uint32_t, int> to = state_holders(connection.to);
        std::vector<int> links;
        for (const auto& [asic, here] : from) {
            for (const Neighbour& neighbour : adjacency_.neighbours({asic})) {
                const auto there = to.find(neighbour.asic.value);
                if (there == to.end()) {
                    continue;
                }
                const int joined = sat_.new_variable();
                sat_.add({-joined, here});
                sat_.add({-joined, there->second});
                links.insert(links.end(), std::min(neighbour.links, connection.need.least), joined);
            }
        }
        sat_.at_least(links, connection.need.least);
    }

    void forbid(std::span<const Seating> seatings) {
        for (const Seating& seating : seatings) {
            std::vector<int> clause;
            for (std::size_t mesh = 0; mesh < seating.size(); ++mesh) {
                clause.push_back(-takes_[mesh][seating[mesh]]);
            }
            sat_.add(clause);
        }
    }

    void forbid_hosts(std::span<const Seating> seatings) {
        std::map<std::uint32_t, std::vector<int>> on_host;
        for (std::size_t mesh = 0; mesh < takes_.size(); ++mesh) {
            for (std::size_t seat = 0; seat < takes_[mesh].size(); ++seat) {
                for (const std::uint32_t host : seats_of(mesh)[seat].hosts) {
                    on_host[host].push_back(takes_[mesh][seat]);
                }
            }
        }
        std::map<std::uint32_t, int> used;  // exactly if a mesh is on it
        for (const auto& [host, literals] : on_host) {
            used[host] = sat_.new_variable();
            sat_.implies_any(used[host], literals);
            for (const int literal : literals) {
                sat_.add({-literal, used[host]});
            }
        }
        for (const Seating& seating : seatings) {
            std::set<std::uint32_t> hosts;
            for (std::size_t mesh = 0; mesh < seating.size(); ++mesh) {
                const Footprint& print = seats_of(mesh)[seating[mesh]];
                hosts.insert(print.hosts.begin(), print.hosts.end());
            }
            std::vector<int> otherwise;
            for (const auto& [host, literal] : used) {
                otherwise.push_back(hosts.contains(host) ? -literal : literal);
            }
            sat_.add(otherwise);
        }
    }

    void state_hosts(std::size_t most_hosts) {
        if (most_hosts >= adjacency_.cluster().hosts().size()) {
            return;
        }
        std::map<std::uint32_t, std::vector<int>> on_host;
        for (std::size_t kind = 0; kind < table_.kinds(); ++kind) {
            for (std::size_t seat = 0; seat < taken_[kind].size(); ++seat) {
                for (const std::uint32_t host : table_.seats(kind)[seat].hosts) {
                    on_host[host].push_back(taken_[kind][seat]);
                }
            }
        }
        std::vector<int> used;
        for (const auto& [host, literals] : on_host) {
            used.push_back(sat_.new_variable());
            for (const int literal : literals) {
                sat_.add({-literal, used.back()});
            }
        }
        const std::vector<int> number = sat_.count(used, most_hosts + 1);
        if (number.size() > most_hosts) {
            sat_.add({-number[most_hosts]});
        }
    }

    const Demand& demand_;
    const Adjacency& adjacency_;
    const SeatTable& table_;
    SatProblem sat_;
    std::vector<std::vector<int>> taken_;  ///< per kind, seat: implied by a mesh that takes it
    std::vector<std::vector<int>> takes_;  ///< per mesh, seat of its kind
};

}  // namespace

SeatingResult seat_by_formula(const Demand& demand, const Adjacency& adjacency, const SeatTable& table,
                              std::size_t most_hosts, const ForbiddenSeatings& forbidden, Effort effort) {
    std::size_t pairs = 0;
    for (const MeshDemand& mesh : demand.meshes) {
        pairs += table.seats(mesh.kind).size();
    }
    return pairs > kMostSeatPairs || std::chrono::steady_clock::now() >= effort.deadline
               ? SeatingResult{}
               : SeatFormula(demand, adjacency, table).solve(most_hosts, forbidden, effort);
}

}  // namespace tt_run::topology
