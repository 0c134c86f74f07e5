#pragma once

#include "topology/mapping/demand.hpp"

namespace tt_run::topology {

/// The whole mapping that these ASICs make: its score and what it lost. `demand` is that of the options that
/// were asked for.
Mapping score_mapping(const Demand& demand, const Adjacency& adjacency,
                      std::vector<std::vector<AsicIndex>> chips);

/// Hosts that play at least one chip, sorted.
std::vector<std::uint32_t> hosts_of(const Adjacency& adjacency,
                                    const std::vector<std::vector<AsicIndex>>& chips);

}  // namespace tt_run::topology
