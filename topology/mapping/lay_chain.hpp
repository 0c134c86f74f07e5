#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "topology/mapping/mesh_chain.hpp"
#include "topology/mapping/place_meshes.hpp"
#include "topology/mapping/seat_graph.hpp"

namespace tt_run::topology {

/// Lays the chain along a path of as many seats: of its turns, either way round, that have the links which
/// the chain needs, the one that leaves the most meshes on their natural hosts. Where all needs are alike,
/// and the path is not wanted `as_it_is`, parts of it are turned round as well, as long as that brings more
/// meshes home, or joins more of them within a host. Nothing if no turn has the links.
std::optional<Seating> lay_chain(const MeshChain& chain, const SeatGraph& graph,
                                 const std::vector<Footprint>& seats, std::span<const std::uint32_t> path,
                                 bool as_it_is);

}  // namespace tt_run::topology
