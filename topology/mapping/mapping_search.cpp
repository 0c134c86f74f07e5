#include "topology/mapping/mapping_search.hpp"

#include <algorithm>

#include "topology/mapping/connected_room.hpp"

namespace tt_run::topology {

namespace {

/// Listing footprints of one kind. All of a Galaxy's small meshes take thousands; long lines are cut off
/// here. On clusters of more than 7,500 chips, so many for each chip.
constexpr std::uint64_t kFootprintSteps = 3'000'000;
constexpr std::uint64_t kFootprintStepsOfChip = 400;
/// Seating mesh by mesh finds its way at once or goes astray.
constexpr std::uint64_t kPlacingSteps = 20'000;
constexpr std::uint64_t kListingSteps = 5'000'000;
/// Seating closely comes out well soon or is better begun anew.
constexpr std::uint32_t kClosePlacings = 24;
constexpr std::uint64_t kClosePlacingSteps = 1'000;
/// Conflicts times seats of all meshes: what a bounded search in a formula may take, a quarter of a second.
constexpr std::size_t kWorkInFormula = 20'000'000;
constexpr int kLeastConflicts = 200;
/// More than any chain on 36 Galaxies has needed.
constexpr int kConflictsForTiling = 10'000;
/// Where needs differ and meshes fill the cluster, trays alone mostly will not do, which takes long to see.
constexpr int kConflictsForFullUnevenTiling = 300;
/// Chains from this length on go to their own formula first.
constexpr std::size_t kLongChain = 6;

}  // namespace

MappingSearch::MappingSearch(const MeshGraph& graph, const Adjacency& adjacency, const Demand& demand,
                             Deadline deadline)
    : graph_(graph),
      adjacency_(adjacency),
      demand_(demand),
      deadline_(deadline),
      table_(graph, demand, adjacency,
             {std::max(kFootprintSteps, kFootprintStepsOfChip * adjacency.size()), deadline}),
      tiling_(table_.tiling(adjacency)),
      chain_(find_chain(demand)),
      exceeds_room_(table_.complete() && exceeds_connected_room(demand, adjacency, table_)) {}

MappingSearch::Answer MappingSearch::find(std::size_t most_hosts, int conflicts) {
    if (is_hopeless()) {
        return {SatAnswer::contradiction, {}};
    }
    Answer tiled = seat(tiling_, most_hosts, {conflicts_for_tiling(), deadline_});
    if (tiled.answer == SatAnswer::satisfied) {
        return tiled;
    }
    Answer seated = seat(table_, most_hosts, {conflicts, deadline_});
    const bool is_wish = conflicts >= 0;
    if (seated.answer == SatAnswer::satisfied ||
        (table_.complete() && (is_wish || seated.answer == SatAnswer::contradiction))) {
        return seated;
    }
    ChipResult chips = map_by_formula(graph_, demand_, adjacency_, most_hosts, {}, {conflicts, deadline_});
    return {chips.answer, std::move(chips.chips)};
}

/// First with every mesh at home; where that goes astray, close together, several times.
SearchEnd MappingSearch::place(const SeatTable& table, std::size_t most_hosts, Answer& answer) const {
    const auto found = [&](const Seating& seating) {
        answer = {SatAnswer::satisfied, chips_of(table, seating)};
        return false;
    };
    SearchEnd end = place_meshes(demand_, adjacency_, table, most_hosts, {kPlacingSteps, deadline_}, found);
    for (std::uint32_t seed = 0;
         end == SearchEnd::gave_up && seed < kClosePlacings && std::chrono::steady_clock::now() < deadline_;
         ++seed) {
        end = place_meshes_closely(demand_, adjacency_, table, most_hosts, seed,
                                   {kClosePlacingSteps, deadline_}, found);
    }
    return end;
}

/// A formula of seats knows every mesh in every seat, so a conflict costs more the more of both there are.
int MappingSearch::within_reason(const SeatTable& table, int conflicts) const {
    if (conflicts < 0) {
        return conflicts;
    }
    std::size_t pairs = 1;
    for (const MeshDemand& mesh : demand_.meshes) {
        pairs += table.seats(mesh.kind).size();
    }
    const std::size_t affordable = kWorkInFormula / pairs;
    return affordable >= static_cast<std::size_t>(conflicts)
               ? conflicts
               : std::max(static_cast<int>(affordable), kLeastConflicts);
}

int MappingSearch::conflicts_for_tiling() const {
    if (!chain_ || chain_->is_uniform()) {
        return kConflictsForTiling;
    }
    std::size_t chips = 0;
    for (const MeshDemand& mesh : demand_.meshes) {
        chips += mesh.chip_count();
    }
    return chips == adjacency_.size() ? kConflictsForFullUnevenTiling : kConflictsForTiling;
}

MappingSearch::Answer MappingSearch::seat(const SeatTable& table, std::size_t most_hosts,
                                          Effort effort) const {
    if (chain_ && chain_->order.size() >= kLongChain) {
        const ChainResult chain = seat_chain(*chain_, demand_, adjacency_, table, most_hosts, effort);
        if (chain.answer != SatAnswer::unknown || chain_->is_uniform()) {
            return {chain.answer, chips_of(table, chain.seating)};
        }
    }
    Answer answer;
    const SearchEnd end = place(table, most_hosts, answer);
    if (end == SearchEnd::exhausted) {
        answer.answer = SatAnswer::contradiction;
    }
    if (end == SearchEnd::gave_up) {
        const SeatingResult seats = seat_by_formula(demand_, adjacency_, table, most_hosts, {},
                                                    {within_reason(table, effort.conflicts), deadline_});
        answer = {seats.answer, chips_of(table, seats.seating)};
    }
    return answer;
}

SatAnswer MappingSearch::find_all(std::size_t most_hosts, Distinct distinct, const Found& found) {
    if (is_hopeless()) {
        return SatAnswer::contradiction;
    }
    if (chain_ && chain_->order.size() >= kLongChain) {
        if (find_chains(tiling_, most_hosts, distinct, found) == SatAnswer::satisfied) {
            return SatAnswer::satisfied;
        }
        const SatAnswer end = find_chains(table_, most_hosts, distinct, found);
        if (end == SatAnswer::satisfied || distinct == Distinct::host_sets) {
            return end == SatAnswer::satisfied || table_.complete() ? end : SatAnswer::unknown;
        }
        // Every ring and line has been shown; they can still be turned.
    }
    const bool by_hosts = distinct == Distinct::host_sets;
    std::vector<Seating> seen;
    const SearchEnd end =
        place_meshes(demand_, adjacency_, table_, most_hosts,
                     {by_hosts ? kPlacingSteps : kListingSteps, deadline_}, [&](const Seating& seating) {
                         seen.push_back(seating);
                         return found(chips_of(table_, seating));
                     });
    if (end == SearchEnd::stopped) {
        return SatAnswer::satisfied;
    }
    if (end == SearchEnd::exhausted) {
        return table_.complete() ? SatAnswer::contradiction : SatAnswer::unknown;
    }
    for (;;) {
        const SeatingResult seats =
            seat_by_formula(demand_, adjacency_, table_, most_hosts, {seen, by_hosts}, {-1, deadline_});
        if (seats.answer != SatAnswer::satisfied) {
            return table_.complete() ? seats.answer : SatAnswer::unknown;
        }
        seen.push_back(seats.seating);
        if (!found(chips_of(table_, seats.seating))) {
            return SatAnswer::satisfied;
        }
    }
}

SatAnswer MappingSearch::find_chains(const SeatTable& table, std::size_t most_hosts, Distinct distinct,
                                     const Found& found) {
    ChainFormula formula(*chain_, demand_, adjacency_, table, most_hosts);
    for (;;) {
        const ChainResult chain = formula.next({-1, deadline_});
        if (chain.answer != SatAnswer::satisfied || !found(chips_of(table, chain.seating))) {
            return chain.answer;
        }
        distinct == Distinct::host_sets ? formula.forbid_hosts() : formula.forbid_links();
    }
}

std::vector<std::size_t> MappingSearch::hopeless_meshes() const {
    std::vector<std::size_t> hopeless;
    std::vector<bool> told(table_.kinds(), false);
    for (std::size_t mesh = 0; mesh < demand_.meshes.size(); ++mesh) {
        const std::size_t kind = demand_.meshes[mesh].kind;
        if (!told[kind] && table_.complete(kind) && table_.seats(kind).empty()) {
            hopeless.push_back(mesh);
        }
        told[kind] = true;
    }
    return hopeless;
}

std::vector<std::vector<AsicIndex>> MappingSearch::chips_of(const SeatTable& table,
                                                            const Seating& seating) const {
    std::vector<std::vector<AsicIndex>> chips;
    for (std::size_t mesh = 0; mesh < seating.size(); ++mesh) {
        chips.push_back(table.seats(demand_.meshes[mesh].kind)[seating[mesh]].chips);
    }
    return chips;
}

}  // namespace tt_run::topology
