#include "topology/mapping/uneven_chain.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "topology/mapping/seat_overlaps.hpp"

namespace tt_run::topology {

namespace {

/// Half of the cuts of a ring that fills 12 Galaxies need no more.
constexpr int kFirstConflicts = 700;

class UnevenChain {
  public:
    UnevenChain(const MeshChain& chain, const SeatGraph& graph, const SeatTable& table, std::size_t kind,
                const Adjacency& adjacency, std::size_t most_hosts, const std::set<std::uint32_t>& only_hosts,
                std::size_t start)
        : table_(table),
          kind_(kind),
          seats_(table.seats(kind)),
          adjacency_(adjacency),
          places_(chain, graph, seats_, start),
          sat_(false) {
        for (std::size_t seat = 0; seat < seats_.size(); ++seat) {
            taken_.push_back(sat_.new_variable());
        }
        state_overlaps(sat_, table, kind, adjacency, taken_);
        state_hosts(chain.order.size(), most_hosts, only_hosts);
        places_.state(sat_, {taken_, {}});
    }

    ChainResult solve(Effort effort) {
        const SatAnswer answer = sat_.solve(effort);
        return {answer, answer == SatAnswer::satisfied ? places_.seating(sat_) : Seating{}};
    }

  private:
    void state_hosts(std::size_t meshes, std::size_t most_hosts, const std::set<std::uint32_t>& only_hosts) {
        std::map<std::uint32_t, int> used;
        bool single = true;
        for (std::size_t seat = 0; seat < seats_.size(); ++seat) {
            single = single && seats_[seat].hosts.size() == 1;
            for (const std::uint32_t host : seats_[seat].hosts) {
                const auto [at, is_new] = used.try_emplace(host, 0);
                at->second = is_new ? sat_.new_variable() : at->second;
                sat_.add({-taken_[seat], at->second});
            }
        }
        std::size_t roomiest = 0;
        std::vector<int> literals;
        for (const auto& [host, literal] : used) {
            roomiest = std::max(roomiest, room_of(host));
            literals.push_back(literal);
            if (!only_hosts.empty() && !only_hosts.contains(host)) {
                sat_.add({-literal});
            }
        }
        if (most_hosts < literals.size()) {
            sat_.add({-sat_.count(literals, most_hosts + 1)[most_hosts]});
        }
        const std::size_t hosts = std::min(most_hosts, literals.size());
        if (!single || meshes != hosts * roomiest) {
            return;
        }
        // Only full hosts will do.
        for (const auto& [host, literal] : used) {
            if (room_of(host) < roomiest) {
                sat_.add({-literal});
            } else if (asics_of(host) == roomiest * seats_[0].asics.size()) {
                state_full(sat_, table_, kind_, adjacency_, taken_, host, literal);
            }
            if (hosts == literals.size() || only_hosts.contains(host)) {
                sat_.add({literal});
            }
        }
    }

    std::size_t asics_of(std::uint32_t host) const { return adjacency_.cluster().hosts()[host].asic_count; }
    std::size_t room_of(std::uint32_t host) const { return asics_of(host) / seats_[0].asics.size(); }

    const SeatTable& table_;
    std::size_t kind_;
    const std::vector<Footprint>& seats_;
    const Adjacency& adjacency_;
    ChainPlaces places_;
    std::vector<int> taken_;  ///< literals, per seat
    SatProblem sat_;
};

}  // namespace

ChainResult seat_uneven_chain(const MeshChain& chain, const SeatGraph& graph, const SeatTable& table,
                              std::size_t kind, const Adjacency& adjacency, std::size_t most_hosts,
                              std::span<const std::uint32_t> path, Effort effort) {
    if (!ChainPlaces(chain, graph, table.seats(kind)).is_small()) {
        return {};
    }
    std::set<std::uint32_t> along;
    for (const std::uint32_t seat : path) {
        along.insert(table.seats(kind)[seat].hosts.begin(), table.seats(kind)[seat].hosts.end());
    }
    // Trays alone have few ways on given hosts, and seldom one that will do.
    bool has_choice =
        table.complete() && most_hosts < adjacency.cluster().hosts().size() && along.size() == most_hosts;
    const bool is_bounded = effort.conflicts >= 0;
    int left = effort.conflicts;
    int now = chain.closed ? kFirstConflicts : effort.conflicts;
    for (std::size_t cut = 0;; ++cut) {
        now = is_bounded ? std::min(now, left) : now;
        const auto attempt = [&](const std::set<std::uint32_t>& only_hosts) {
            return UnevenChain(chain, graph, table, kind, adjacency, most_hosts, only_hosts, cut)
                .solve({now, effort.deadline});
        };
        if (has_choice) {
            ChainResult there = attempt(along);
            if (there.answer == SatAnswer::satisfied) {
                return there;
            }
            has_choice = there.answer == SatAnswer::unknown;
        }
        ChainResult anywhere = attempt({});
        left -= now;
        if (anywhere.answer != SatAnswer::unknown || now <= 0 || (is_bounded && left <= 0) ||
            std::chrono::steady_clock::now() >= effort.deadline) {
            return anywhere;
        }
        now += now / 4;
    }
}

}  // namespace tt_run::topology
