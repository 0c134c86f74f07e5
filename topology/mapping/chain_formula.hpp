#pragma once

#include "topology/mapping/mesh_chain.hpp"
#include "topology/mapping/place_meshes.hpp"

namespace tt_run::topology {

struct ChainResult {
    SatAnswer answer = SatAnswer::unknown;
    Seating seating;  ///< if satisfied
};

/// Seats a chain. As its meshes are interchangeable, the formula knows no meshes, only which seats are taken
/// and which links between seats are used: two for each seat. Parts that close too early are joined by
/// exchanging links, or forbidden, until one chain is left. A contradiction is a proof only if the table is
/// complete.
ChainResult seat_chain(const MeshChain& chain, const Demand& demand, const Adjacency& adjacency,
                       const SeatTable& table, std::size_t most_hosts, Effort effort);

}  // namespace tt_run::topology
