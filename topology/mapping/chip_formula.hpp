#pragma once

#include <vector>

#include "topology/mapping/demand.hpp"
#include "topology/mapping/sat.hpp"

namespace tt_run::topology {

/// More pairs of a chip and an ASIC than this make a formula too large to be worth it.
inline constexpr std::size_t kMostChipPairs = 2'000'000;

struct ChipResult {
    SatAnswer answer = SatAnswer::unknown;
    std::vector<std::vector<AsicIndex>> chips;  ///< as in Mapping, if satisfied
};

/// The whole question as one formula over chips and ASICs, for meshes with too many footprints to list (long
/// lines above all). Its contradiction is always a proof. `forbidden` are mappings not wanted again.
ChipResult map_by_formula(const MeshGraph& graph, const Demand& demand, const Adjacency& adjacency,
                          std::size_t most_hosts,
                          const std::vector<std::vector<std::vector<AsicIndex>>>& forbidden, Effort effort);

}  // namespace tt_run::topology
