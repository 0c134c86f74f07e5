#include "topology/mapping/place_meshes.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <random>
#include <tuple>

#include "topology/mapping/room_left.hpp"

namespace tt_run::topology {

namespace {

constexpr std::uint32_t kNobody = ~0U;
/// Seats, meshes and chips that are looked at before the clock is: on a large cluster one step sees
/// thousands.
constexpr std::uint64_t kWorkPerLook = 32'768;
/// Free chips beside that count as none, now and then: so much do close placings differ by their seed.
constexpr std::uint_fast32_t kNoise = 3;

class Placer {
  public:
    Placer(const Demand& demand, const Adjacency& adjacency, const SeatTable& table, std::size_t most_hosts,
           std::optional<std::uint32_t> seed, SearchLimits limits,
           const std::function<bool(const Seating&)>& found)
        : demand_(demand),
          adjacency_(adjacency),
          table_(table),
          most_hosts_(most_hosts),
          seed_(seed),
          limits_(limits),
          found_(found),
          seating_(demand.meshes.size(), kNobody),
          owner_(adjacency.size(), kNobody),
          board_owner_(adjacency.cluster().boards().size(), kNobody),
          host_uses_(adjacency.cluster().hosts().size(), 0),
          connections_of_(demand.meshes.size()),
          groups_of_(demand.meshes.size()),
          placed_beside_(demand.meshes.size(), 0),
          random_(seed.value_or(0)),
          room_left_(demand, adjacency),
          is_free_(adjacency.size()),
          placed_(demand.meshes.size()) {
        for (std::size_t k = 0; k < demand.connections.size(); ++k) {
            const ConnectionDemand& connection = demand.connections[k];
            auto& lists = connection.joins_two_meshes() ? connections_of_ : groups_of_;
            for (const std::size_t mesh : connection.from) {
                lists[mesh].push_back(k);
            }
            for (const std::size_t mesh : connection.to) {
                lists[mesh].push_back(k);
            }
        }
    }

    SearchEnd run() {
        place(0);
        return gave_up_ ? SearchEnd::gave_up : stopped_ ? SearchEnd::stopped : SearchEnd::exhausted;
    }

  private:
    const Footprint& footprint(std::size_t mesh) const {
        return table_.seats(demand_.meshes[mesh].kind)[seating_[mesh]];
    }

    bool out_of_effort() {
        gave_up_ = ++steps_ > limits_.steps;
        if (work_ >= kWorkPerLook) {
            work_ = 0;
            gave_up_ = gave_up_ || std::chrono::steady_clock::now() >= limits_.deadline;
        }
        return gave_up_;
    }

    void place(std::size_t placed) {
        if (placed == demand_.meshes.size()) {
            stopped_ = !found_(seating_);
            return;
        }
        std::vector<std::uint32_t> candidates;
        const std::size_t mesh = choose_mesh(candidates);
        for (const std::uint32_t seat : candidates) {
            if (out_of_effort()) {
                return;
            }
            put(mesh, seat);
            if (groups_hold(mesh) && (!seed_ || has_room())) {
                place(placed + 1);
            }
            take(mesh);
            if (stopped_ || gave_up_) {
                return;
            }
        }
    }

    /// The mesh beside placed ones that has the fewest seats left; else, the first.
    std::size_t choose_mesh(std::vector<std::uint32_t>& candidates) {
        std::size_t best = kNobody;
        work_ += seating_.size();
        for (std::size_t mesh = 0; mesh < seating_.size(); ++mesh) {
            if (seating_[mesh] != kNobody || placed_beside_[mesh] == 0) {
                continue;
            }
            std::vector<std::uint32_t> seats = seats_left(mesh);
            steps_ += seats.size() / 64;
            if (best == kNobody || seats.size() < candidates.size()) {
                best = mesh;
                candidates = std::move(seats);
            }
            if (candidates.empty()) {
                return best;
            }
        }
        if (best == kNobody) {
            best = first_alone();
            candidates = seats_left(best);
        }
        sort_by_preference(best, candidates);
        return best;
    }

    /// Of the meshes not placed yet, the one with the most connections; of close placings, every other one
    /// begins with the mesh that has the fewest seats.
    std::size_t first_alone() const {
        const bool by_seats = seed_ && *seed_ % 2 == 1;
        const auto key = [&](std::size_t mesh) {
            const std::size_t seats = table_.seats(demand_.meshes[mesh].kind).size();
            return std::tuple(by_seats ? seats : 0,
                              std::numeric_limits<std::size_t>::max() - connections_of_[mesh].size());
        };
        std::size_t best = kNobody;
        for (std::size_t mesh = 0; mesh < seating_.size(); ++mesh) {
            if (seating_[mesh] == kNobody && (best == kNobody || key(mesh) < key(best))) {
                best = mesh;
            }
        }
        return best;
    }

    std::vector<std::uint32_t> seats_left(std::size_t mesh) {
        const std::size_t kind = demand_.meshes[mesh].kind;
        std::vector<std::uint32_t> seats =
            placed_beside_[mesh] > 0 ? seats_beside(mesh, kind) : all_seats(mesh, kind);
        work_ += seats.size();
        std::erase_if(seats, [&](std::uint32_t seat) { return !fits(mesh, table_.seats(kind)[seat]); });
        return seats;
    }

    /// Meshes alike and without connections are interchangeable: they take seats in ascending order.
    std::vector<std::uint32_t> all_seats(std::size_t mesh, std::size_t kind) const {
        std::uint32_t first = 0;
        if (connections_of_[mesh].empty() && groups_of_[mesh].empty()) {
            for (std::size_t other = 0; other < mesh; ++other) {
                if (demand_.meshes[other].kind == kind && connections_of_[other].empty() &&
                    groups_of_[other].empty() && seating_[other] != kNobody) {
                    first = seating_[other] + 1;
                }
            }
        }
        std::vector<std::uint32_t> seats;
        for (std::uint32_t seat = first; seat < table_.seats(kind).size(); ++seat) {
            seats.push_back(seat);
        }
        return seats;
    }

    /// Seats that touch the footprint of a mesh that must be beside this one.
    std::vector<std::uint32_t> seats_beside(std::size_t mesh, std::size_t kind) {
        const Footprint* anchor = nullptr;
        for (const std::size_t k : connections_of_[mesh]) {
            const std::size_t other = other_end(k, mesh);
            if (seating_[other] != kNobody &&
                (anchor == nullptr || footprint(other).asics.size() < anchor->asics.size())) {
                anchor = &footprint(other);
            }
        }
        std::vector<std::uint32_t> seats;
        for (const AsicIndex asic : anchor->asics) {
            for (const Neighbour& neighbour : adjacency_.neighbours(asic)) {
                if (owner_[neighbour.asic.value] == kNobody) {
                    const auto holding = table_.holding(kind, neighbour.asic);
                    seats.insert(seats.end(), holding.begin(), holding.end());
                }
            }
        }
        std::sort(seats.begin(), seats.end());
        seats.erase(std::unique(seats.begin(), seats.end()), seats.end());
        return seats;
    }

    std::size_t other_end(std::size_t connection, std::size_t mesh) const {
        const ConnectionDemand& wants = demand_.connections[connection];
        return wants.from[0] == mesh ? wants.to[0] : wants.from[0];
    }

    bool fits(std::size_t mesh, const Footprint& print) const {
        for (const AsicIndex asic : print.asics) {
            if (owner_[asic.value] != kNobody) {
                return false;
            }
        }
        for (const std::uint32_t board : print.whole_boards) {
            if (board_owner_[board] != kNobody) {
                return false;
            }
        }
        std::size_t hosts = hosts_used_;
        for (const std::uint32_t host : print.hosts) {
            hosts += host_uses_[host] == 0 ? 1 : 0;
        }
        return hosts <= most_hosts_ && connections_hold(mesh, print);
    }

    bool connections_hold(std::size_t mesh, const Footprint& print) const {
        return std::all_of(connections_of_[mesh].begin(), connections_of_[mesh].end(), [&](std::size_t k) {
            const ConnectionDemand& wants = demand_.connections[k];
            const std::size_t other = other_end(k, mesh);
            if (seating_[other] == kNobody) {
                return true;
            }
            const bool forth = wants.from[0] == mesh;
            const Footprint& there = footprint(other);
            return links_of_connection(adjacency_, wants, forth ? print : there, forth ? there : print) >=
                   wants.need.least;
        });
    }

    /// Connections of whole graphs whose meshes are all placed.
    bool groups_hold(std::size_t mesh) const {
        return std::all_of(groups_of_[mesh].begin(), groups_of_[mesh].end(), [&](std::size_t k) {
            const ConnectionDemand& wants = demand_.connections[k];
            const auto placed = [&](std::size_t other) { return seating_[other] != kNobody; };
            if (!std::all_of(wants.from.begin(), wants.from.end(), placed) ||
                !std::all_of(wants.to.begin(), wants.to.end(), placed)) {
                return true;
            }
            std::uint32_t links = 0;
            for (const std::size_t from : wants.from) {
                for (const std::size_t to : wants.to) {
                    links += links_between(adjacency_, footprint(from).asics, footprint(to).asics);
                }
            }
            return links >= wants.need.least;
        });
    }

    /// Chips that nobody holds, on hosts that may still be used.
    bool has_room() {
        work_ += owner_.size();
        const bool no_more_hosts = hosts_used_ >= most_hosts_;
        for (std::uint32_t asic = 0; asic < owner_.size(); ++asic) {
            is_free_[asic] =
                owner_[asic] == kNobody && (!no_more_hosts || host_uses_[adjacency_.host({asic})] != 0);
        }
        for (std::size_t mesh = 0; mesh < seating_.size(); ++mesh) {
            placed_[mesh] = seating_[mesh] == kNobody ? nullptr : &footprint(mesh);
        }
        return room_left_.suffices(placed_, is_free_);
    }

    /// Free chips beside a seat, each as often as it is linked.
    std::size_t free_beside(const Footprint& print) const {
        std::size_t free = 0;
        for (const AsicIndex asic : print.asics) {
            for (const Neighbour& neighbour : adjacency_.neighbours(asic)) {
                free += owner_[neighbour.asic.value] == kNobody &&
                                !std::binary_search(print.asics.begin(), print.asics.end(), neighbour.asic)
                            ? 1
                            : 0;
            }
        }
        return free;
    }

    /// Close together: on hosts in use, where the fewest free chips are beside.
    void sort_closely(std::size_t mesh, std::vector<std::uint32_t>& seats) {
        const std::vector<Footprint>& all = table_.seats(demand_.meshes[mesh].kind);
        std::vector<std::tuple<std::size_t, std::size_t, std::uint_fast32_t, std::uint32_t>> keyed;
        for (const std::uint32_t seat : seats) {
            std::size_t fresh = 0;
            for (const std::uint32_t host : all[seat].hosts) {
                fresh += host_uses_[host] == 0 ? 1 : 0;
            }
            const std::size_t noise = random_() % kNoise;
            keyed.emplace_back(fresh, free_beside(all[seat]) + noise, random_(), seat);
        }
        std::sort(keyed.begin(), keyed.end());
        for (std::size_t k = 0; k < seats.size(); ++k) {
            seats[k] = std::get<3>(keyed[k]);
        }
    }

    void sort_by_preference(std::size_t mesh, std::vector<std::uint32_t>& seats) {
        if (seed_) {
            sort_closely(mesh, seats);
            return;
        }
        const std::vector<Footprint>& all = table_.seats(demand_.meshes[mesh].kind);
        const std::size_t home = natural_host(mesh, seating_.size(), most_hosts_);
        const auto key = [&](std::uint32_t seat) {
            const Footprint& print = all[seat];
            std::size_t fresh = 0;
            for (const std::uint32_t host : print.hosts) {
                fresh += host_uses_[host] == 0 ? 1 : 0;
            }
            const bool at_home = adjacency_.host(print.chips[0]) == home;
            return std::tuple(!at_home, fresh, print.short_links, print.distance, seat);
        };
        std::vector<std::pair<decltype(key(0)), std::uint32_t>> keyed;
        keyed.reserve(seats.size());
        for (const std::uint32_t seat : seats) {
            keyed.emplace_back(key(seat), seat);
        }
        std::sort(keyed.begin(), keyed.end());
        for (std::size_t k = 0; k < seats.size(); ++k) {
            seats[k] = keyed[k].second;
        }
    }

    void put(std::size_t mesh, std::uint32_t seat) {
        seating_[mesh] = seat;
        const Footprint& print = footprint(mesh);
        for (const AsicIndex asic : print.asics) {
            owner_[asic.value] = static_cast<std::uint32_t>(mesh);
        }
        for (const std::uint32_t board : print.whole_boards) {
            board_owner_[board] = static_cast<std::uint32_t>(mesh);
        }
        for (const std::uint32_t host : print.hosts) {
            hosts_used_ += host_uses_[host]++ == 0 ? 1 : 0;
        }
        for (const std::size_t k : connections_of_[mesh]) {
            ++placed_beside_[other_end(k, mesh)];
        }
    }

    void take(std::size_t mesh) {
        const Footprint& print = footprint(mesh);
        for (const AsicIndex asic : print.asics) {
            owner_[asic.value] = kNobody;
        }
        for (const std::uint32_t board : print.whole_boards) {
            board_owner_[board] = kNobody;
        }
        for (const std::uint32_t host : print.hosts) {
            hosts_used_ -= --host_uses_[host] == 0 ? 1 : 0;
        }
        for (const std::size_t k : connections_of_[mesh]) {
            --placed_beside_[other_end(k, mesh)];
        }
        seating_[mesh] = kNobody;
    }

    const Demand& demand_;
    const Adjacency& adjacency_;
    const SeatTable& table_;
    std::size_t most_hosts_;
    std::optional<std::uint32_t> seed_;
    SearchLimits limits_;
    const std::function<bool(const Seating&)>& found_;
    Seating seating_;
    std::vector<std::uint32_t> owner_;  ///< per ASIC: the mesh on it
    std::vector<std::uint32_t> board_owner_;
    std::vector<std::uint32_t> host_uses_;
    std::size_t hosts_used_ = 0;
    std::vector<std::vector<std::size_t>> connections_of_;  ///< per mesh: those between two meshes
    std::vector<std::vector<std::size_t>> groups_of_;       ///< per mesh: those between graphs
    std::vector<std::uint32_t> placed_beside_;              ///< per mesh: its connections to placed ones
    std::mt19937 random_;
    RoomLeft room_left_;
    std::vector<bool> is_free_;
    std::vector<const Footprint*> placed_;
    std::uint64_t steps_ = 0;
    std::uint64_t work_ = 0;  ///< since the clock was looked at
    bool stopped_ = false;
    bool gave_up_ = false;
};

}  // namespace

SearchEnd place_meshes(const Demand& demand, const Adjacency& adjacency, const SeatTable& table,
                       std::size_t most_hosts, SearchLimits limits,
                       const std::function<bool(const Seating&)>& found) {
    return Placer(demand, adjacency, table, most_hosts, std::nullopt, limits, found).run();
}

SearchEnd place_meshes_closely(const Demand& demand, const Adjacency& adjacency, const SeatTable& table,
                               std::size_t most_hosts, std::uint32_t seed, SearchLimits limits,
                               const std::function<bool(const Seating&)>& found) {
    return Placer(demand, adjacency, table, most_hosts, seed, limits, found).run();
}

std::size_t natural_host(std::size_t mesh, std::size_t meshes, std::size_t hosts) {
    return meshes == 0 ? 0 : mesh * hosts / meshes;
}

}  // namespace tt_run::topology
