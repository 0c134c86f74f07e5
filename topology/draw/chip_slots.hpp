#pragma once

#include <vector>

#include "topology/draw/picture.hpp"
#include "topology/physical/cluster.hpp"

namespace tt_run::topology::draw {

/// Where the chips of one host stand in its picture, so that those with links stand beside each other.
struct HostGrid {
    std::int32_t rows = 0;
    std::int32_t columns = 0;
    struct Slot {
        std::int32_t row = 0;
        std::int32_t column = 0;
    };
    std::vector<Slot> slots;   ///< by position in `Cluster::asics_of(host)`
    std::vector<Frame> trays;  ///< one for each board whose chips fill a rectangle
};

/// Machines that are known (Galaxies, T3K, QuietBoxes, LoudBox, single cards) stand as they are cabled, also
/// with boards or chips missing; of others the grid is guessed from the links, and without links boards stand
/// side by side.
HostGrid grid_of(const Cluster& cluster, const Host& host);

}  // namespace tt_run::topology::draw
