#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "tt_run/device/mesh_device.hpp"
#include "tt_run/device/tensor.hpp"
#include "tt_run/export.hpp"

namespace tt_run::device {

/// What one axis of a mesh does to a tensor: cut one of its dimensions, or copy it.
struct PlacementShard {
    std::int32_t dim = 0;  ///< negative ones count from the end
};
struct PlacementReplicate {};
using Placement = std::variant<PlacementReplicate, PlacementShard>;

struct MeshMapperConfig {
    std::vector<Placement> placements;                            ///< one for each axis of the mesh
    std::optional<MeshShape> mesh_shape_override = std::nullopt;  ///< a smaller mesh, or one of other axes
};

/// Cuts a host tensor, as it is logically and before padding, into shards for a mesh. An axis of n devices
/// cuts a dimension of e elements into chunks of ceil(e / n). All shards must come out alike; over one axis
/// there may be fewer of them than devices, over several there must not.
///
/// An override with as many axes as the device, and no larger, is its north-west corner; any other is filled
/// into the device row-major. Throws if it has more devices, or another number of axes than placements.
class TT_RUN_API MeshMapper {
  public:
    MeshMapper(const std::shared_ptr<MeshDevice>& device, MeshMapperConfig config);
    /// For a mesh of this shape, without a device.
    MeshMapper(const MeshShape& shape, MeshMapperConfig config);
    /// A host tensor over the device's shape.
    Tensor map(const Tensor& tensor) const;

  private:
    MeshShape device_shape_;
    MeshShape distribution_;
    MeshMapperConfig config_;
};

struct MeshComposerConfig {
    std::vector<std::int32_t> dims;  ///< for each axis of the mesh, along which dimension it is put together
    std::optional<MeshShape> mesh_shape_override = std::nullopt;
};

/// Puts a tensor's shards together, in mesh order. Of a big mesh it gathers them from all its ranks first, so
/// that all must call it. Throws unless there are as many dims as axes and as many shards as devices.
class TT_RUN_API MeshComposer {
  public:
    MeshComposer(std::shared_ptr<MeshDevice> device, MeshComposerConfig config);
    /// One host tensor.
    Tensor compose(const Tensor& tensor) const;

  private:
    std::shared_ptr<MeshDevice> device_;
    MeshShape distribution_;
    MeshComposerConfig config_;
};

TT_RUN_API MeshMapper replicate_tensor_to_mesh_mapper(const std::shared_ptr<MeshDevice>& device);
/// One axis: all devices, row-major.
TT_RUN_API MeshMapper shard_tensor_to_mesh_mapper(const std::shared_ptr<MeshDevice>& device,
                                                  std::int32_t dim);
/// Rows of the mesh cut the first dimension, columns the second; nothing copies.
TT_RUN_API MeshMapper shard_tensor_2d_mesh(const std::shared_ptr<MeshDevice>& device,
                                           const MeshShape& mesh_shape,
                                           const std::array<std::optional<std::int32_t>, 2>& dims);
TT_RUN_API MeshComposer concat_mesh_to_tensor_composer(const std::shared_ptr<MeshDevice>& device,
                                                       std::int32_t dim);
TT_RUN_API MeshComposer concat_mesh_2d_to_tensor(const std::shared_ptr<MeshDevice>& device,
                                                 const MeshShape& mesh_shape,
                                                 const std::array<std::int32_t, 2>& dims);

/// Cut, and moved to the device if one is given.
TT_RUN_API Tensor distribute_tensor(const Tensor& tensor, const MeshMapper& mapper,
                                    const std::shared_ptr<MeshDevice>& device = nullptr);
/// Read from the devices if it is there, and put together.
TT_RUN_API Tensor aggregate_tensor(const Tensor& tensor, const MeshComposer& composer);

}  // namespace tt_run::device
