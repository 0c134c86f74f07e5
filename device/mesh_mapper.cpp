#include "tt_run/device/mesh_mapper.hpp"

#include <algorithm>

#include "device/array.hpp"
#include "device/mesh_device_state.hpp"
#include "device/shard_exchange.hpp"
#include "device/tensor_state.hpp"
#include "support/require.hpp"

namespace tt_run::device {

namespace {

/// Elements [begin, end) of one dimension.
struct Chunk {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

/// The `index`-th of `count` chunks; nothing if the elements do not reach that far.
std::optional<Chunk> chunk_of(Chunk whole, std::uint32_t count, std::uint32_t index) {
    const std::uint32_t extent = whole.end - whole.begin;
    const std::uint32_t size = std::max(1U, (extent + count - 1) / count);
    const std::uint32_t begin = whole.begin + index * size;
    if (begin >= whole.end) {
        return std::nullopt;
    }
    return Chunk{begin, std::min(whole.end, begin + size)};
}

/// What part of a tensor the device at `coordinate` gets; nothing if none is left for it.
std::optional<std::vector<Chunk>> part_for(const Shape& shape, const std::vector<Placement>& placements,
                                           const MeshShape& distribution, const MeshCoordinate& coordinate) {
    std::vector<Chunk> part;
    for (const std::uint32_t extent : shape) {
        part.push_back({0, extent});
    }
    for (std::size_t axis = 0; axis < placements.size(); ++axis) {
        if (const auto* shard = std::get_if<PlacementShard>(&placements[axis])) {
            Chunk& chunk = part[shape.position(shard->dim)];
            const auto index = static_cast<std::int32_t>(axis);
            const auto cut = chunk_of(chunk, distribution[index], coordinate[index]);
            if (!cut) {
                return std::nullopt;
            }
            chunk = *cut;
        }
    }
    return part;
}

Array take(const Array& array, const std::vector<Chunk>& part) {
    std::vector<std::uint32_t> begin;
    std::vector<std::uint32_t> end;
    for (const Chunk& chunk : part) {
        begin.push_back(chunk.begin);
        end.push_back(chunk.end);
    }
    return slice(array, begin, end);
}

bool is_corner_of(const MeshShape& part, const MeshShape& whole) {
    return part.dims() == whole.dims() && std::ranges::equal(part, whole, std::less_equal<>());
}

MeshShape checked_distribution(const MeshShape& device, const std::optional<MeshShape>& override_shape,
                               std::size_t axes, const char* what) {
    const MeshShape distribution = override_shape.value_or(device);
    TT_RUN_REQUIRE(distribution.mesh_size() <= device.mesh_size(),
                   "{} has more devices than the mesh device {}", distribution.text(), device.text());
    TT_RUN_REQUIRE(distribution.dims() == axes, "{} needs {} {}, one for each dimension of it, but has {}",
                   distribution.text(), distribution.dims(), what, axes);
    return distribution;
}

/// Where the shard of a distribution's coordinate goes.
MeshCoordinate place_of(const MeshCoordinate& coordinate, const MeshShape& distribution,
                        const MeshShape& device) {
    return is_corner_of(distribution, device)
               ? coordinate
               : MeshCoordinate::from_linear_index(device, coordinate.to_linear_index(distribution));
}

MeshShape row_of(const std::shared_ptr<MeshDevice>& device) {
    return MeshShape(std::vector{static_cast<std::uint32_t>(device->num_devices())});
}

}  // namespace

MeshMapper::MeshMapper(const std::shared_ptr<MeshDevice>& device, MeshMapperConfig config)
    : MeshMapper(device->shape(), std::move(config)) {}

MeshMapper::MeshMapper(const MeshShape& shape, MeshMapperConfig config)
    : device_shape_(shape),
      distribution_(checked_distribution(device_shape_, config.mesh_shape_override, config.placements.size(),
                                         "placements")),
      config_(std::move(config)) {}

Tensor MeshMapper::map(const Tensor& tensor) const {
    TT_RUN_REQUIRE(!tensor.is_on_device() && tensor.coordinates().size() == 1,
                   "a mapper cuts one tensor on the host");
    const Array whole = unpack_array(tensor.spec(), *tensor.host_pages(0));
    std::optional<TensorSpec> spec;
    std::vector<std::pair<MeshCoordinate, HostBytes>> shards;
    for (const MeshCoordinate& coordinate : MeshCoordinateRange(distribution_)) {
        const auto part = part_for(tensor.shape(), config_.placements, distribution_, coordinate);
        TT_RUN_REQUIRE(part || distribution_.dims() == 1,
                       "{} cannot be cut into as many chunks as {} has devices", tensor.shape().text(),
                       distribution_.text());
        if (!part) {
            break;
        }
        const Array shard = take(whole, *part);
        spec = spec ? spec : tensor.spec().with_shape(shard.shape);
        TT_RUN_REQUIRE(shard.shape == spec->logical_shape(),
                       "{} is not divisible: its shards would be {} and {}, but must have one shape",
                       tensor.shape().text(), spec->logical_shape().text(), shard.shape.text());
        auto pages = std::make_shared<std::vector<std::byte>>(spec->packed_bytes());
        pack_array(*spec, shard, *pages);
        shards.emplace_back(place_of(coordinate, distribution_, device_shape_), std::move(pages));
    }
    TT_RUN_REQUIRE(!shards.empty(), "{} has nothing to cut", tensor.shape().text());
    std::ranges::sort(shards, {}, &std::pair<MeshCoordinate, HostBytes>::first);
    auto state = std::make_shared<TensorState>(TensorState{.spec = *spec});
    state->mesh_shape = device_shape_;
    state->distribution_shape = shards.size() == distribution_.mesh_size()
                                    ? distribution_
                                    : MeshShape(std::vector{static_cast<std::uint32_t>(shards.size())});
    state->coordinates.clear();
    for (auto& [coordinate, pages] : shards) {
        state->coordinates.push_back(coordinate);
        state->host_pages.push_back(std::move(pages));
    }
    return Tensor(std::move(state));
}

MeshComposer::MeshComposer(std::shared_ptr<MeshDevice> device, MeshComposerConfig config)
    : device_(std::move(device)),
      distribution_(
          checked_distribution(device_->shape(), config.mesh_shape_override, config.dims.size(), "dims")),
      config_(std::move(config)) {}

Tensor MeshComposer::compose(const Tensor& tensor) const {
    const Tensor host = tensor.is_on_device() ? from_device(tensor) : tensor;
    const std::size_t count = host.coordinates().size();
    TT_RUN_REQUIRE(distribution_.dims() == 1 || count == distribution_.mesh_size(),
                   "{} needs {} shards to compose, but the tensor has {}", distribution_.text(),
                   distribution_.mesh_size(), count);
    std::vector<HostBytes> pages = host.state().host_pages;
    const bool over_ranks = !std::ranges::all_of(pages, [](const HostBytes& shard) { return bool(shard); });
    if (over_ranks || (device_->local_coordinates().size() < device_->num_devices() && count > 1)) {
        pages = exchange_shards(device_->state(), host.coordinates(), pages, host.spec().packed_bytes(),
                                device_->state().runtime->mesh_context_of_callers());
    }
    std::vector<Array> arrays;
    for (const HostBytes& shard : pages) {
        arrays.push_back(unpack_array(host.spec(), *shard));
    }
    // Innermost axis first: every run of its devices becomes one array.
    for (std::size_t axis = distribution_.dims(); axis > 0;) {
        --axis;
        const std::size_t run =
            distribution_.dims() == 1 ? count : distribution_[static_cast<std::int32_t>(axis)];
        const std::size_t dimension = host.shape().position(config_.dims[axis]);
        std::vector<Array> joined;
        for (std::size_t k = 0; k < arrays.size(); k += run) {
            joined.push_back(concatenate({arrays.begin() + static_cast<std::ptrdiff_t>(k),
                                          arrays.begin() + static_cast<std::ptrdiff_t>(k + run)},
                                         dimension));
        }
        arrays = std::move(joined);
    }
    const TensorSpec spec = host.spec().with_shape(arrays.front().shape).with_memory_config({});
    std::vector<std::byte> composed(spec.packed_bytes());
    pack_array(spec, arrays.front(), composed);
    return Tensor::from_pages(std::move(composed), spec);
}

MeshMapper replicate_tensor_to_mesh_mapper(const std::shared_ptr<MeshDevice>& device) {
    return {device, {std::vector<Placement>(device->shape().dims(), PlacementReplicate{})}};
}

MeshMapper shard_tensor_to_mesh_mapper(const std::shared_ptr<MeshDevice>& device, std::int32_t dim) {
    return {device, {{PlacementShard{dim}}, row_of(device)}};
}

MeshMapper shard_tensor_2d_mesh(const std::shared_ptr<MeshDevice>& device, const MeshShape& mesh_shape,
                                const std::array<std::optional<std::int32_t>, 2>& dims) {
    MeshMapperConfig config{{}, mesh_shape};
    for (const auto& dim : dims) {
        config.placements.push_back(dim ? Placement(PlacementShard{*dim}) : Placement(PlacementReplicate{}));
    }
    return {device, std::move(config)};
}

MeshComposer concat_mesh_to_tensor_composer(const std::shared_ptr<MeshDevice>& device, std::int32_t dim) {
    return {device, {{dim}, row_of(device)}};
}

MeshComposer concat_mesh_2d_to_tensor(const std::shared_ptr<MeshDevice>& device, const MeshShape& mesh_shape,
                                      const std::array<std::int32_t, 2>& dims) {
    return {device, {{dims[0], dims[1]}, mesh_shape}};
}

Tensor distribute_tensor(const Tensor& tensor, const MeshMapper& mapper,
                         const std::shared_ptr<MeshDevice>& device) {
    const Tensor mapped = mapper.map(tensor);
    return device ? to_device(mapped, device) : mapped;
}

Tensor aggregate_tensor(const Tensor& tensor, const MeshComposer& composer) {
    return composer.compose(tensor);
}

}  // namespace tt_run::device
