#pragma once

#include <span>

#include "topology/mapping/place_meshes.hpp"

namespace tt_run::topology {

/// More pairs of a mesh and a seat than this make a formula too large to be worth it.
inline constexpr std::size_t kMostSeatPairs = 400'000;

struct SeatingResult {
    SatAnswer answer = SatAnswer::unknown;
    Seating seating;  ///< if satisfied
};

/// Seatings not wanted again; or, with `by_hosts`, none on the very same hosts as one of them.
struct ForbiddenSeatings {
    std::span<const Seating> seatings;
    bool by_hosts = false;
};

/// The same question as place_meshes(), as one formula: which mesh takes which seat. For the cases in which
/// seating one after another goes astray. A contradiction is a proof only if the table is complete.
SeatingResult seat_by_formula(const Demand& demand, const Adjacency& adjacency, const SeatTable& table,
                              std::size_t most_hosts, const ForbiddenSeatings& forbidden, Effort effort);

}  // namespace tt_run::topology
