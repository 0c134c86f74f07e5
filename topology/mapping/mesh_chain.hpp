#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "topology/mapping/demand.hpp"

namespace tt_run::topology {

/// Meshes of one kind, each connected to the next: a ring, or a line.
struct MeshChain {
    std::vector<std::size_t> order;  ///< of the meshes, from one end, or from the first for a ring
    bool closed = false;
    /// Links that each needs to the next one; of a ring's last mesh, to the first.
    std::vector<std::uint32_t> needs;

    std::uint32_t least_need() const { return *std::min_element(needs.begin(), needs.end()); }
    bool is_uniform() const { return std::count(needs.begin(), needs.end(), needs[0]) == std::ssize(needs); }
};

/// The chain that all meshes of `demand` make up, of at least three; nothing if they do not.
std::optional<MeshChain> find_chain(const Demand& demand);

}  // namespace tt_run::topology
