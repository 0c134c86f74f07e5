#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "device/mesh_device_state.hpp"
#include "tt_run/device/tensor.hpp"

namespace tt_run::device {

/// The shards of a big mesh at every rank: each rank gives the packed pages of its own among `coordinates`,
/// and gets all of them, in that order. Collective over the ranks of the mesh, through `context`; without one
/// (a mesh of one rank) `own` are all there are. `bytes` is the size of each.
std::vector<HostBytes> exchange_shards(const MeshDeviceState& device,
                                       std::span<const MeshCoordinate> coordinates,
                                       std::span<const HostBytes> own, std::size_t bytes,
                                       const distributed::ContextPtr& context);

}  // namespace tt_run::device
