#pragma once

#include <optional>
#include <vector>

#include "topology/mapping/place_meshes.hpp"

namespace tt_run::topology {

/// Meshes of one kind, each connected to the next alike: a ring, or a line.
struct MeshChain {
    std::vector<std::size_t> order;  ///< of the meshes, from one end, or from the first for a ring
    bool closed = false;
    LinkNeed need;
};

/// The chain that all meshes of `demand` make up, of at least three; nothing if they do not.
std::optional<MeshChain> find_chain(const Demand& demand);

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

/// Whether no chain's seats form an odd ring: they fall into two camps, and links only join one with the
/// other.
bool has_two_camps(const MeshChain& chain, const Demand& demand, const Adjacency& adjacency,
                   const SeatTable& table);

}  // namespace tt_run::topology
