#include "topology/mapping/footprint.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>

namespace tt_run::topology {

namespace {

constexpr std::uint32_t kNobody = ~0U;
/// Of so many ASICs on, each is the first chip's place for its share of the steps only, and for what those
/// before it have left over: else none would be left for the last.
constexpr std::size_t kManyAsics = 10'000;
/// The clock is asked once in so many steps.
constexpr std::uint64_t kStepsPerLook = 4096;

/// The order in which chips are laid: each beside as many laid ones as possible, so that squares close early;
/// then as near to the first as possible.
std::vector<std::int32_t> laying_order(const MeshDemand& mesh,
                                       const std::vector<std::vector<ChipEdge>>& edges) {
    const std::int32_t columns = mesh.mesh->columns();
    const auto chips = static_cast<std::int32_t>(mesh.chip_count());
    std::vector<std::int32_t> order;
    std::vector<std::size_t> laid_beside(mesh.chip_count(), 0);
    std::vector<bool> laid(mesh.chip_count(), false);
    // Candidates wait in buckets by their ring around the first chip.
    std::vector<std::int32_t> waiting{0};
    while (!waiting.empty()) {
        const auto better = [&](std::int32_t a, std::int32_t b) {
            const auto key = [&](std::int32_t chip) {
                const std::size_t beside = laid_beside[static_cast<std::size_t>(chip)];
                return std::tuple(-static_cast<std::int64_t>(beside),
                                  std::max(chip / columns, chip % columns), chip);
            };
            return key(a) < key(b);
        };
        const auto best = std::min_element(waiting.begin(), waiting.end(), better);
        const std::int32_t chip = *best;
        waiting.erase(best);
        laid[static_cast<std::size_t>(chip)] = true;
        order.push_back(chip);
        for (const ChipEdge& edge : edges[static_cast<std::size_t>(chip)]) {
            if (!laid[static_cast<std::size_t>(edge.b)] &&
                ++laid_beside[static_cast<std::size_t>(edge.b)] == 1) {
                waiting.push_back(edge.b);
            }
        }
        if (waiting.empty() && static_cast<std::int32_t>(order.size()) < chips) {
            waiting.push_back(
                static_cast<std::int32_t>(std::find(laid.begin(), laid.end(), false) - laid.begin()));
        }
    }
    return order;
}

/// Lays the chips of one mesh one after another on ASICs, backtracking.
class Embedder {
  public:
    Embedder(const MeshGraph& graph, const Demand& demand, const MeshDemand& mesh, const Adjacency& adjacency,
             SearchLimits limits)
        : graph_(graph),
          demand_(demand),
          mesh_(mesh),
          adjacency_(adjacency),
          limits_(limits),
          edges_(mesh.chip_count()),
          place_(mesh.chip_count(), kNobody),
          chip_on_(adjacency.size(), kNobody),
          board_part_(adjacency.cluster().boards().size(), kNobody),
          board_uses_(adjacency.cluster().boards().size(), 0) {
        for (const ChipEdge& edge : mesh.edges) {
            edges_[static_cast<std::size_t>(edge.a)].push_back(edge);
            edges_[static_cast<std::size_t>(edge.b)].push_back({edge.b, edge.a, edge.need});
        }
        order_ = laying_order(mesh, edges_);
        const std::size_t parts =
            static_cast<std::size_t>(*std::max_element(mesh.parts.begin(), mesh.parts.end())) + 1;
        part_host_.assign(parts, kNobody);
        part_uses_.assign(parts, 0);
        host_part_uses_.assign(adjacency.cluster().hosts().size(), 0);
    }

    /// Calls `found()` with every way; stops when it returns false. True if all ways were seen.
    template <class Found>
    bool run(std::size_t most_missing, Found found) {
        missing_left_ = most_missing;
        missing_.clear();
        lay_first(found);
        return !stopped_ && !cut_short_;
    }

    Footprint footprint() const {
        Footprint print;
        for (const std::uint32_t asic : place_) {
            print.chips.push_back({asic});
        }
        for (const ChipEdge& edge : mesh_.edges) {
            const AsicIndex a = print.chips[static_cast<std::size_t>(edge.a)];
            const AsicIndex b = print.chips[static_cast<std::size_t>(edge.b)];
            const std::uint32_t links = adjacency_.links(a, b);
            print.short_links += links < edge.need.wanted ? edge.need.wanted - links : 0;
            print.distance += adjacency_.distance(a, b);
        }
        return print;
    }

    const std::vector<ChipEdge>& missing() const { return missing_; }

  private:
    bool out_of_effort() {
        ++steps_;
        cut_short_ = cut_short_ || steps_ > most_steps_;
        stopped_ =
            stopped_ || (steps_ % kStepsPerLook == 0 && std::chrono::steady_clock::now() >= limits_.deadline);
        return is_over();
    }
    bool is_over() const { return stopped_ || steps_ > most_steps_; }

    template <class Found>
    void lay_first(Found& found) {
        const std::uint64_t asics = adjacency_.size();
        for (std::uint32_t asic = 0; asic < asics && !stopped_; ++asic) {
            most_steps_ = asics < kManyAsics ? limits_.steps : limits_.steps * (asic + 1) / asics;
            try_at(0, order_[0], {asic}, found);
        }
    }

    template <class Found>
    void lay(std::size_t at, Found& found) {
        if (at == order_.size()) {
            stopped_ = !found() || stopped_;
            return;
        }
        const std::int32_t chip = order_[at];
        const AsicIndex* beside = laid_neighbour(chip);
        if (beside == nullptr || missing_left_ > 0) {
            for (std::uint32_t asic = 0; asic < adjacency_.size() && !is_over(); ++asic) {
                try_at(at, chip, {asic}, found);
            }
            return;
        }
        // Copied, for the chip beside may not move but the reference into `anchor_` may.
        const AsicIndex anchor = *beside;
        for (const Neighbour& neighbour : adjacency_.neighbours(anchor)) {
            if (is_over()) {
                return;
            }
            try_at(at, chip, neighbour.asic, found);
        }
    }

    template <class Found>
    void try_at(std::size_t at, std::int32_t chip, AsicIndex asic, Found& found) {
        if (out_of_effort()) {
            return;
        }
        const std::size_t known_missing = missing_.size();
        if (may_play(chip, asic) && edges_hold(chip, asic)) {
            put(chip, asic);
            lay(at + 1, found);
            take(chip, asic);
        }
        missing_left_ += missing_.size() - known_missing;
        missing_.resize(known_missing);
    }

    /// The ASIC of a laid neighbour; null if there is none.
    const AsicIndex* laid_neighbour(std::int32_t chip) {
        for (const ChipEdge& edge : edges_[static_cast<std::size_t>(chip)]) {
            const std::uint32_t place = place_[static_cast<std::size_t>(edge.b)];
            if (place != kNobody) {
                anchor_ = {place};
                return &anchor_;
            }
        }
        return nullptr;
    }

    bool may_play(std::int32_t chip, AsicIndex asic) const {
        const auto index = static_cast<std::size_t>(chip);
        if (chip_on_[asic.value] != kNobody || !demand_.domains[mesh_.domains[index]][asic.value]) {
            return false;
        }
        const auto part = static_cast<std::uint32_t>(mesh_.parts[index]);
        const std::uint32_t host = adjacency_.host(asic);
        if (part_uses_[part] > 0 && part_host_[part] != host) {
            return false;
        }
        // The first chip of a part: no other part may be on this host.
        if (demand_.sharing == HostSharing::distinct && part_uses_[part] == 0 && host_part_uses_[host] > 0) {
            return false;
        }
        const std::uint32_t board = adjacency_.board(asic);
        if (board_uses_[board] > 0 && board_part_[board] != part && !demand_.share_boards &&
            adjacency_.on_whole_board(asic)) {
            return false;
        }
        return mesh_.pinnings[index].empty() || position_free(index, asic);
    }

    /// No other chip of the same pinning stands at the same tray and location, on whatever host.
    bool position_free(std::size_t chip, AsicIndex asic) const {
        const Cluster& cluster = adjacency_.cluster();
        for (const std::size_t group : mesh_.pinnings[chip]) {
            for (const ChipId other : graph_.pinnings[group].chips) {
                const std::uint32_t place = place_[static_cast<std::size_t>(other.value)];
                if (place != kNobody && cluster.asic({place}).location == cluster.asic(asic).location &&
                    cluster.board_of({place}).tray == cluster.board_of(asic).tray) {
                    return false;
                }
            }
        }
        return true;
    }

    bool edges_hold(std::int32_t chip, AsicIndex asic) {
        for (const ChipEdge& edge : edges_[static_cast<std::size_t>(chip)]) {
            const std::uint32_t place = place_[static_cast<std::size_t>(edge.b)];
            if (place == kNobody || adjacency_.links({place}, asic) >= edge.need.least) {
                continue;
            }
            if (missing_left_ == 0 || !adjacency_.looks_unplugged({place}, asic)) {
                return false;
            }
            --missing_left_;
            missing_.push_back(edge);
        }
        return true;
    }

    void put(std::int32_t chip, AsicIndex asic) {
        const auto part = static_cast<std::uint32_t>(mesh_.parts[static_cast<std::size_t>(chip)]);
        place_[static_cast<std::size_t>(chip)] = asic.value;
        chip_on_[asic.value] = static_cast<std::uint32_t>(chip);
        if (part_uses_[part]++ == 0) {
            part_host_[part] = adjacency_.host(asic);
            ++host_part_uses_[part_host_[part]];
        }
        if (board_uses_[adjacency_.board(asic)]++ == 0) {
            board_part_[adjacency_.board(asic)] = part;
        }
    }

    void take(std::int32_t chip, AsicIndex asic) {
        const auto part = static_cast<std::uint32_t>(mesh_.parts[static_cast<std::size_t>(chip)]);
        place_[static_cast<std::size_t>(chip)] = kNobody;
        chip_on_[asic.value] = kNobody;
        if (--part_uses_[part] == 0) {
            --host_part_uses_[part_host_[part]];
        }
        --board_uses_[adjacency_.board(asic)];
    }

    const MeshGraph& graph_;
    const Demand& demand_;
    const MeshDemand& mesh_;
    const Adjacency& adjacency_;
    SearchLimits limits_;
    std::vector<std::vector<ChipEdge>> edges_;  ///< per chip, seen from it
    std::vector<std::int32_t> order_;
    std::vector<std::uint32_t> place_;    ///< per chip: ASIC
    std::vector<std::uint32_t> chip_on_;  ///< per ASIC
    std::vector<std::uint32_t> board_part_;
    std::vector<std::uint32_t> board_uses_;
    std::vector<std::uint32_t> part_host_;
    std::vector<std::uint32_t> part_uses_;
    std::vector<std::uint32_t> host_part_uses_;
    std::vector<ChipEdge> missing_;
    std::size_t missing_left_ = 0;
    AsicIndex anchor_;
    std::uint64_t steps_ = 0;
    std::uint64_t most_steps_ = 0;  ///< from where the first chip is now
    bool cut_short_ = false;        ///< there were more steps to take
    bool stopped_ = false;          ///< for good
};

void complete(Footprint& print, const Demand& demand, const Adjacency& adjacency) {
    print.asics = print.chips;
    std::sort(print.asics.begin(), print.asics.end());
    for (const AsicIndex asic : print.asics) {
        if (print.hosts.empty() || print.hosts.back() != adjacency.host(asic)) {
            print.hosts.push_back(adjacency.host(asic));
        }
        if (!demand.share_boards && adjacency.on_whole_board(asic) &&
            (print.whole_boards.empty() || print.whole_boards.back() != adjacency.board(asic))) {
            print.whole_boards.push_back(adjacency.board(asic));
        }
    }
}

/// What tells two footprints apart for everyone but the mesh itself.
std::string signature(const MeshDemand& mesh, const Footprint& print) {
    std::vector<std::uint32_t> words;
    words.reserve(print.chips.size() + mesh.named_chips.size());
    for (const AsicIndex asic : print.chips) {
        words.push_back(asic.value);
    }
    std::sort(words.begin(), words.end());
    for (const std::int32_t chip : mesh.named_chips) {
        words.push_back(print.chips[static_cast<std::size_t>(chip)].value);
    }
    return {reinterpret_cast<const char*>(words.data()), words.size() * sizeof(std::uint32_t)};
}

bool is_better(const Footprint& a, const Footprint& b) {
    return std::tie(a.short_links, a.distance, a.chips) < std::tie(b.short_links, b.distance, b.chips);
}

}  // namespace

Footprints find_footprints(const MeshGraph& graph, const Demand& demand, const MeshDemand& mesh,
                           const Adjacency& adjacency, SearchLimits limits) {
    Footprints found;
    if (mesh.chip_count() > adjacency.size()) {
        found.complete = true;
        return found;
    }
    Embedder embedder(graph, demand, mesh, adjacency, limits);
    std::unordered_map<std::string, std::size_t> known;
    found.complete = embedder.run(0, [&] {
        Footprint print = embedder.footprint();
        const auto [at, is_new] = known.try_emplace(signature(mesh, print), found.all.size());
        if (is_new) {
            found.all.push_back(std::move(print));
        } else if (is_better(print, found.all[at->second])) {
            found.all[at->second] = std::move(print);
        }
        return true;
    });
    for (Footprint& print : found.all) {
        complete(print, demand, adjacency);
    }
    std::sort(found.all.begin(), found.all.end(), [](const Footprint& a, const Footprint& b) {
        return std::tie(a.asics, a.chips) < std::tie(b.asics, b.chips);
    });
    return found;
}

std::optional<NearMiss> find_near_miss(const MeshGraph& graph, const Demand& demand, const MeshDemand& mesh,
                                       const Adjacency& adjacency, std::size_t most, SearchLimits limits) {
    std::optional<NearMiss> near;
    for (std::size_t missing = 0; missing <= most && !near; ++missing) {
        Embedder embedder(graph, demand, mesh, adjacency, limits);
        embedder.run(missing, [&] {
            near = NearMiss{embedder.footprint(), embedder.missing()};
            return false;
        });
    }
    if (near) {
        complete(near->footprint, demand, adjacency);
    }
    return near;
}

}  // namespace tt_run::topology
