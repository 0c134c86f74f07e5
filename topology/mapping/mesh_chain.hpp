#pragma once

#include <optional>
#include <vector>

#include "topology/mapping/demand.hpp"

namespace tt_run::topology {

/// Meshes of one kind, each connected to the next alike: a ring, or a line.
struct MeshChain {
    std::vector<std::size_t> order;  ///< of the meshes, from one end, or from the first for a ring
    bool closed = false;
    LinkNeed need;
};

/// The chain that all meshes of `demand` make up, of at least three; nothing if they do not.
std::optional<MeshChain> find_chain(const Demand& demand);

}  // namespace tt_run::topology
