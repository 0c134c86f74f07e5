#include "topology/mapping/chip_formula.hpp"

#include <algorithm>
#include <map>

namespace tt_run::topology {

namespace {

using Chips = std::vector<std::vector<AsicIndex>>;

class ChipFormula {
  public:
    ChipFormula(const MeshGraph& graph, const Demand& demand, const Adjacency& adjacency)
        : graph_(graph), demand_(demand), adjacency_(adjacency) {}

    ChipResult solve(std::size_t most_hosts, const std::vector<Chips>& forbidden, Effort effort) {
        sat_.state_until(effort.deadline);
        state_places();
        for (std::size_t mesh = 0; mesh < demand_.meshes.size(); ++mesh) {
            state_edges(mesh);
            state_parts(mesh);
            state_pinnings(mesh);
        }
        if (!demand_.share_boards) {
            state_boards();
        }
        for (const ConnectionDemand& connection : demand_.connections) {
            connection.from_chip ? state_chip_connection(connection) : state_connection(connection);
        }
        state_hosts(most_hosts);
        for (const Chips& chips : forbidden) {
            forbid(chips);
        }
        ChipResult result;
        result.answer = sat_.solve(effort);
        if (result.answer == SatAnswer::satisfied) {
            result.chips = read_model();
        }
        return result;
    }

  private:
    /// Places of one chip: ASIC and literal, ascending by ASIC.
    using Places = std::vector<std::pair<std::uint32_t, int>>;

    void state_places() {
        std::vector<std::vector<int>> on_asic(adjacency_.size());
        for (const MeshDemand& mesh : demand_.meshes) {
            std::vector<Places>& chips = places_.emplace_back(mesh.chip_count());
            for (std::size_t chip = 0; chip < mesh.chip_count(); ++chip) {
                std::vector<int> literals;
                for (std::uint32_t asic = 0; asic < adjacency_.size(); ++asic) {
                    if (demand_.domains[mesh.domains[chip]][asic]) {
                        literals.push_back(sat_.new_variable());
                        chips[chip].emplace_back(asic, literals.back());
                        on_asic[asic].push_back(literals.back());
                    }
                }
                sat_.exactly_one(literals);
            }
        }
        for (const std::vector<int>& literals : on_asic) {
            sat_.at_most_one(literals);
        }
    }

    static int literal_at(const Places& places, std::uint32_t asic) {
        const auto found = std::lower_bound(places.begin(), places.end(), std::pair(asic, 0),
                                            [](const auto& a, const auto& b) { return a.first < b.first; });
        return found != places.end() && found->first == asic ? found->second : 0;
    }

    /// Wherever the one is, the other is beside it.
    void state_beside(const Places& here, const Places& there, std::uint32_t least) {
        for (const auto& [asic, literal] : here) {
            std::vector<int> beside;
            for (const Neighbour& neighbour : adjacency_.neighbours({asic})) {
                const int other = neighbour.links >= least ? literal_at(there, neighbour.asic.value) : 0;
                if (other != 0) {
                    beside.push_back(other);
                }
            }
            sat_.implies_any(literal, beside);
        }
    }

    void state_edges(std::size_t mesh) {
        for (const ChipEdge& edge : demand_.meshes[mesh].edges) {
            const Places& a = places_[mesh][static_cast<std::size_t>(edge.a)];
            const Places& b = places_[mesh][static_cast<std::size_t>(edge.b)];
            state_beside(a, b, edge.need.least);
            state_beside(b, a, edge.need.least);
        }
    }

    /// Each part on one host; parts of one mesh on different ones unless they may share.
    void state_parts(std::size_t mesh) {
        const std::vector<std::int32_t>& part_of = demand_.meshes[mesh].parts;
        std::map<std::pair<std::int32_t, std::uint32_t>, int> on;
        std::map<std::int32_t, std::vector<int>> by_part;
        std::map<std::uint32_t, std::vector<int>> by_host;
        for (std::size_t chip = 0; chip < part_of.size(); ++chip) {
            for (const auto& [asic, literal] : places_[mesh][chip]) {
                const std::uint32_t host = adjacency_.host({asic});
                const auto [at, is_new] = on.try_emplace({part_of[chip], host}, 0);
                if (is_new) {
                    at->second = sat_.new_variable();
                    by_part[part_of[chip]].push_back(at->second);
                    by_host[host].push_back(at->second);
                }
                sat_.add({-literal, at->second});
            }
        }
        for (const auto& [part, literals] : by_part) {
            sat_.at_most_one(literals);
        }
        for (const auto& [host, literals] : by_host) {
            if (demand_.sharing == HostSharing::distinct) {
                sat_.at_most_one(literals);
            }
        }
    }

    /// A board of one or two chips belongs to one part of one mesh.
    void state_boards() {
        std::map<std::uint32_t, std::vector<int>> on_board;
        for (std::size_t mesh = 0; mesh < demand_.meshes.size(); ++mesh) {
            std::map<std::pair<std::uint32_t, std::int32_t>, int> uses;
            for (std::size_t chip = 0; chip < places_[mesh].size(); ++chip) {
                for (const auto& [asic, literal] : places_[mesh][chip]) {
                    if (!adjacency_.on_whole_board({asic})) {
                        continue;
                    }
                    const std::uint32_t board = adjacency_.board({asic});
                    const auto [at, is_new] = uses.try_emplace({board, demand_.meshes[mesh].parts[chip]}, 0);
                    if (is_new) {
                        at->second = sat_.new_variable();
                        on_board[board].push_back(at->second);
                    }
                    sat_.add({-literal, at->second});
                }
            }
        }
        for (const auto& [board, literals] : on_board) {
            sat_.at_most_one(literals);
        }
    }

    /// No two chips of a pinning at the same tray and location, on whatever hosts.
    void state_pinnings(std::size_t mesh) {
        const Cluster& cluster = adjacency_.cluster();
        for (const PinningGroup& group : graph_.pinnings) {
            if (group.mesh != demand_.meshes[mesh].mesh->id) {
                continue;
            }
            std::map<AsicPosition, std::vector<int>> at;
            for (const ChipId chip : group.chips) {
                for (const auto& [asic, literal] : places_[mesh][static_cast<std::size_t>(chip.value)]) {
                    at[{cluster.board_of({asic}).tray, cluster.asic({asic}).location}].push_back(literal);
                }
            }
            for (const auto& [position, literals] : at) {
                sat_.at_most_one(literals);
            }
        }
    }

    void state_chip_connection(const ConnectionDemand& connection) {
        const Places& a = places_[connection.from[0]][static_cast<std::size_t>(*connection.from_chip)];
        const Places& b = places_[connection.to[0]][static_cast<std::size_t>(*connection.to_chip)];
        state_beside(a, b, connection.need.least);
        state_beside(b, a, connection.need.least);
    }

    /// For each ASIC, a literal that implies that one of the meshes holds it.
    std::vector<int> state_holders(const std::vector<std::size_t>& meshes) {
        std::vector<std::vector<int>> any(adjacency_.size());
        for (const std::size_t mesh : meshes) {
            for (const Places& chip : places_[mesh]) {
                for (const auto& [asic, literal] : chip) {
                    any[asic].push_back(literal);
                }
            }
        }
        std::vector<int> holders;
        for (const std::vector<int>& literals : any) {
            holders.push_back(sat_.new_variable());
            sat_.implies_any(holders.back(), literals);
        }
        return holders;
    }

    void state_connection(const ConnectionDemand& connection) {
        const std::vector<int> from = state_holders(connection.from);
        const std::vector<int> to = state_holders(connection.to);
        std::vector<int> links;
        for (std::uint32_t asic = 0; asic < adjacency_.size(); ++asic) {
            for (const Neighbour& neighbour : adjacency_.neighbours({asic})) {
                const int joined = sat_.new_variable();
                sat_.add({-joined, from[asic]});
                sat_.add({-joined, to[neighbour.asic.value]});
                links.insert(links.end(), std::min(neighbour.links, connection.need.least), joined);
            }
        }
        sat_.at_least(links, connection.need.least);
    }

    void state_hosts(std::size_t most_hosts) {
        const std::size_t hosts = adjacency_.cluster().hosts().size();
        if (most_hosts >= hosts) {
            return;
        }
        std::vector<int> used(hosts);
        for (int& literal : used) {
            literal = sat_.new_variable();
        }
        for (const std::vector<Places>& mesh : places_) {
            for (const Places& chip : mesh) {
                for (const auto& [asic, literal] : chip) {
                    sat_.add({-literal, used[adjacency_.host({asic})]});
                }
            }
        }
        sat_.add({-sat_.count(used, most_hosts + 1)[most_hosts]});
    }

    /// Another mapping has another set of ASICs for some mesh: one of its ASICs is none of those.
    void forbid(const Chips& chips) {
        std::vector<int> differs;
        for (std::size_t mesh = 0; mesh < chips.size(); ++mesh) {
            const std::vector<int> holders = state_all_holders(mesh);
            for (const AsicIndex asic : chips[mesh]) {
                differs.push_back(-holders[asic.value]);
            }
        }
        sat_.add(differs);
    }

    /// For each ASIC, a literal that a chip of the mesh there implies.
    std::vector<int> state_all_holders(std::size_t mesh) {
        std::vector<int> holders(adjacency_.size());
        for (int& literal : holders) {
            literal = sat_.new_variable();
        }
        for (const Places& chip : places_[mesh]) {
            for (const auto& [asic, literal] : chip) {
                sat_.add({-literal, holders[asic]});
            }
        }
        return holders;
    }

    Chips read_model() const {
        Chips chips;
        for (const std::vector<Places>& mesh : places_) {
            std::vector<AsicIndex>& into = chips.emplace_back();
            for (const Places& chip : mesh) {
                const auto found = std::find_if(chip.begin(), chip.end(),
                                                [&](const auto& place) { return sat_.holds(place.second); });
                into.push_back({found->first});
            }
        }
        return chips;
    }

    const MeshGraph& graph_;
    const Demand& demand_;
    const Adjacency& adjacency_;
    SatProblem sat_;
    std::vector<std::vector<Places>> places_;  ///< per mesh, chip
};

}  // namespace

ChipResult map_by_formula(const MeshGraph& graph, const Demand& demand, const Adjacency& adjacency,
                          std::size_t most_hosts, const std::vector<Chips>& forbidden, Effort effort) {
    std::size_t pairs = 0;
    for (const MeshDemand& mesh : demand.meshes) {
        for (const std::uint32_t domain : mesh.domains) {
            const std::vector<bool>& allowed = demand.domains[domain];
            pairs += static_cast<std::size_t>(std::count(allowed.begin(), allowed.end(), true));
        }
    }
    return pairs > kMostChipPairs || std::chrono::steady_clock::now() >= effort.deadline
               ? ChipResult{}
               : ChipFormula(graph, demand, adjacency).solve(most_hosts, forbidden, effort);
}

}  // namespace tt_run::topology
