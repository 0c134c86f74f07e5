#pragma once

#include "topology/mapping/place_meshes.hpp"

namespace tt_run::topology {

/// More pairs of a mesh and a seat than this make a formula too large to be worth it.
inline constexpr std::size_t kMostSeatPairs = 400'000;

struct SeatingResult {
    SatAnswer answer = SatAnswer::unknown;
    Seating seating;  ///< if satisfied
};

/// The same question as place_meshes(), as one formula: which mesh takes which seat. For the cases in which
/// seating one after another goes astray. A contradiction is a proof only if the table is complete.
/// `forbidden` are seatings not wanted again.
SeatingResult seat_by_formula(const Demand& demand, const Adjacency& adjacency, const SeatTable& table,
                              std::size_t most_hosts, const std::vector<Seating>& forbidden, Effort effort);

}  // namespace tt_run::topology
