#pragma once

#include <memory>
#include <vector>

#include "tt_run/device/tensor.hpp"

namespace tt_run::device {

struct TensorState {
    TensorSpec spec;
    MeshShape mesh_shape{1, 1};
    std::vector<MeshCoordinate> coordinates{MeshCoordinate(0, 0)};
    MeshShape distribution_shape{1, 1};
    std::vector<HostBytes> host_pages = {};        ///< by coordinate; on the host
    std::shared_ptr<MeshBuffer> buffer = nullptr;  ///< on devices
    bool deallocated = false;
};

/// A buffer for a tensor's pages on every device.
MeshBufferConfig buffer_config(const TensorSpec& spec);

/// A device tensor of this spec whose memory the next queued work fills, placed as `like` is.
Tensor make_device_tensor(const TensorSpec& spec, const Tensor& like);

/// Packed pages of a value in another type: what `typecast` does to each shard.
std::vector<std::byte> convert_pages(const TensorSpec& from, std::span<const std::byte> pages,
                                     const TensorSpec& to);

}  // namespace tt_run::device
