#pragma once

#include "topology/mapping/chain_places.hpp"

namespace tt_run::topology {

struct ChainResult {
    SatAnswer answer = SatAnswer::unknown;
    Seating seating;  ///< if satisfied
};

/// Seats a chain whose needs differ: which mesh takes which seat, as a formula of its own. How long it takes
/// is a matter of luck, so that it begins anew with the ring cut elsewhere, each time with more effort, until
/// all of `effort` is spent; of a complete table also as often on the hosts of `path` alone, along which
/// links would do. A contradiction is a proof only if the table is complete.
ChainResult seat_uneven_chain(const MeshChain& chain, const SeatGraph& graph, const SeatTable& table,
                              std::size_t kind, const Adjacency& adjacency, std::size_t most_hosts,
                              std::span<const std::uint32_t> path, Effort effort);

}  // namespace tt_run::topology
