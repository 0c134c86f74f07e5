#include "topology/mapping/mapping_search.hpp"

#include <algorithm>

namespace tt_run::topology {

namespace {

/// Listing footprints of one kind. All of a Galaxy's small meshes take thousands; long lines are cut off here.
constexpr std::uint64_t kFootprintSteps = 3'000'000;
/// Seating mesh by mesh finds its way at once or goes astray.
constexpr std::uint64_t kPlacingSteps = 20'000;
constexpr std::uint64_t kListingSteps = 5'000'000;
/// Chains from this length on go to their own formula first.
constexpr std::size_t kLongChain = 6;

}  // namespace

MappingSearch::MappingSearch(const MeshGraph& graph, const Adjacency& adjacency, const Demand& demand,
                             Deadline deadline)
    : graph_(graph),
      adjacency_(adjacency),
      demand_(demand),
      deadline_(deadline),
      table_(graph, demand, adjacency, {kFootprintSteps, deadline}),
      chain_(find_chain(demand)) {}

MappingSearch::Answer MappingSearch::find(std::size_t most_hosts, int conflicts) {
    if (is_hopeless()) {
        return {SatAnswer::contradiction, {}};
    }
    const Effort effort{conflicts, deadline_};
    if (chain_ && chain_->order.size() >= kLongChain) {
        const ChainResult chain = seat_chain(*chain_, demand_, adjacency_, table_, most_hosts, effort);
        if (chain.answer == SatAnswer::satisfied) {
            return {chain.answer, chips_of(chain.seating)};
        }
        if (chain.answer == SatAnswer::contradiction && table_.complete()) {
            return {chain.answer, {}};
        }
    }
    Answer answer;
    const SearchEnd end = place_meshes(demand_, adjacency_, table_, most_hosts, {kPlacingSteps, deadline_},
                                       [&](const Seating& seating) {
                                           answer = {SatAnswer::satisfied, chips_of(seating)};
                                           return false;
                                       });
    if (answer.answer == SatAnswer::satisfied) {
        return answer;
    }
    if (table_.complete()) {
        if (end == SearchEnd::exhausted) {
            return {SatAnswer::contradiction, {}};
        }
        const SeatingResult seats = seat_by_formula(demand_, adjacency_, table_, most_hosts, {}, effort);
        if (seats.answer == SatAnswer::satisfied) {
            return {seats.answer, chips_of(seats.seating)};
        }
        if (seats.answer == SatAnswer::contradiction) {
            return {seats.answer, {}};
        }
    }
    ChipResult chips = map_by_formula(graph_, demand_, adjacency_, most_hosts, {}, effort);
    return {chips.answer, std::move(chips.chips)};
}

SatAnswer MappingSearch::find_all(std::size_t most_hosts,
                                  const std::function<bool(const std::vector<std::vector<AsicIndex>>&)>& found) {
    if (is_hopeless()) {
        return SatAnswer::contradiction;
    }
    std::vector<Seating> seen;
    const SearchEnd end = place_meshes(demand_, adjacency_, table_, most_hosts, {kListingSteps, deadline_},
                                       [&](const Seating& seating) {
                                           seen.push_back(seating);
                                           return found(chips_of(seating));
                                       });
    if (end == SearchEnd::stopped) {
        return SatAnswer::satisfied;
    }
    if (end == SearchEnd::exhausted) {
        return table_.complete() ? SatAnswer::contradiction : SatAnswer::unknown;
    }
    for (;;) {
        const SeatingResult seats = seat_by_formula(demand_, adjacency_, table_, most_hosts, seen, {-1, deadline_});
        if (seats.answer != SatAnswer::satisfied) {
            return table_.complete() ? seats.answer : SatAnswer::unknown;
        }
        seen.push_back(seats.seating);
        if (!found(chips_of(seats.seating))) {
            return SatAnswer::satisfied;
        }
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

std::vector<std::vector<AsicIndex>> MappingSearch::chips_of(const Seating& seating) const {
    std::vector<std::vector<AsicIndex>> chips;
    for (std::size_t mesh = 0; mesh < seating.size(); ++mesh) {
        chips.push_back(table_.seats(demand_.meshes[mesh].kind)[seating[mesh]].chips);
    }
    return chips;
}

}  // namespace tt_run::topology
