#pragma once

#include <functional>

#include "topology/mapping/seat_table.hpp"

namespace tt_run::topology {

/// Which seat each mesh takes, by position in Demand::meshes.
using Seating = std::vector<std::uint32_t>;

enum class SearchEnd : std::uint8_t {
    exhausted,  ///< every way was tried
    stopped,    ///< whoever was shown the ways has seen enough
    gave_up,    ///< the limits were reached
};

/// Seats the meshes one after another, most constrained first, backtracking: quick where there is room, and
/// complete within its limits. Shows every seating that keeps all of `demand` and uses at most `most_hosts`
/// hosts to `found`, which says whether to go on. Prefers the natural host of a mesh, then hosts in use.
SearchEnd place_meshes(const Demand& demand, const Adjacency& adjacency, const SeatTable& table,
                       std::size_t most_hosts, SearchLimits limits,
                       const std::function<bool(const Seating&)>& found);

/// Likewise, but prefers the hosts in use and, on them, seats with the fewest free chips beside, so that what
/// is left hangs together; and turns back where the rest has no room. Quick where meshes of several shapes
/// nearly fill the hosts. Ties are broken by `seed`: where one goes astray, another may not.
SearchEnd place_meshes_closely(const Demand& demand, const Adjacency& adjacency, const SeatTable& table,
                               std::size_t most_hosts, std::uint32_t seed, SearchLimits limits,
                               const std::function<bool(const Seating&)>& found);

/// The host, counted among `hosts` in their order, where mesh `mesh` of `meshes` is at home: the first mesh
/// on the first, the last on the last, as many on each.
std::size_t natural_host(std::size_t mesh, std::size_t meshes, std::size_t hosts);

}  // namespace tt_run::topology
