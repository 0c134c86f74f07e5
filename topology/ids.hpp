#pragma once

#include <compare>
#include <cstdint>

namespace tt_run::topology {

/// The number of a mesh or switch, as written in the Mesh Graph Descriptor (or assigned by us where a nested
/// one repeats numbers). Rank bindings, pinnings and TT_MESH_ID use this number.
struct MeshId {
    std::int32_t value = 0;
    auto operator<=>(const MeshId&) const = default;
};

/// The number of a device within its mesh: row-major, 0 in the north-west corner.
struct ChipId {
    std::int32_t value = 0;
    auto operator<=>(const ChipId&) const = default;
};

/// The number of a host's part of a mesh, row-major over the mesh's host grid, from 0 in each mesh.
struct MeshHostRank {
    std::int32_t value = 0;
    auto operator<=>(const MeshHostRank&) const = default;
};

}  // namespace tt_run::topology
