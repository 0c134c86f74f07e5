#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "topology/mapping/footprint.hpp"

namespace tt_run::topology {

/// Whether meshes that are not placed yet can still find room, as far as a look at the free chips tells.
/// Keeps its tables from call to call; `demand` and `adjacency` must outlive it.
class RoomLeft {
  public:
    RoomLeft(const Demand& demand, const Adjacency& adjacency);

    /// False only if there is no way on: meshes that hang together need one region of free chips that is
    /// large enough for them and touches every placed mesh that they must be beside. `placed` is by mesh,
    /// null for one that is not placed; `is_free` by ASIC.
    bool suffices(std::span<const Footprint* const> placed, const std::vector<bool>& is_free);

  private:
    void find_regions(const std::vector<bool>& is_free);
    bool party_fits(std::size_t first, std::span<const Footprint* const> placed);
    void keep_regions_beside(const Footprint& print);

    const Demand& demand_;
    const Adjacency& adjacency_;
    std::vector<std::vector<std::size_t>> beside_;  ///< per mesh: those that a connection joins with it
    std::vector<std::uint32_t> region_;             ///< per ASIC
    std::vector<std::size_t> region_sizes_;
    std::vector<bool> fitting_;  ///< per region: touches all placed neighbours of a party so far
    std::vector<bool> touched_;
    std::vector<bool> seen_;  ///< per mesh
    std::vector<std::uint32_t> queue_;
};

}  // namespace tt_run::topology
