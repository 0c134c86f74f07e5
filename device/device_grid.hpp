#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "tt_run/device/mesh_coordinate.hpp"

namespace tt_run::device {

/// The devices of `system`, row-major numbers, that a mesh of `shape` takes, in its row-major order: as it
/// is, or turned by 90 degrees (so that its row i is the system's column i), or, for a row or column, as a
/// line through the system's rows, to and fro. With an offset only as it is. Throws std::runtime_error if
/// none of these fits.
std::vector<std::size_t> place_grid(const MeshShape& system, const MeshShape& shape,
                                    const std::optional<MeshCoordinate>& offset);

/// `devices`, standing in a grid of `from`, in their order in a grid of `to`. Throws unless the one is the
/// other turned, or one of them is a line.
std::vector<std::size_t> reshape_grid(const MeshShape& from, const MeshShape& to);

}  // namespace tt_run::device
