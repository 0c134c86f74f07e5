// Operations between the devices of a mesh.

#include <algorithm>
#include <map>

#include "device/array.hpp"
#include "device/operation.hpp"
#include "device/page_copy.hpp"
#include "device/shard_exchange.hpp"
#include "device/tensor_state.hpp"
#include "support/require.hpp"

namespace tt_run::device {

namespace {

/// Devices that take part in a collective together, in order: positions among the tensor's coordinates.
using Group = std::vector<std::size_t>;

/// Along a line of the mesh, one group for each of its other coordinates; without an axis all in one.
std::vector<Group> groups_along(const std::vector<MeshCoordinate>& coordinates,
                                std::optional<std::size_t> cluster_axis) {
    std::map<std::vector<std::uint32_t>, Group> groups;
    for (std::size_t k = 0; k < coordinates.size(); ++k) {
        std::vector<std::uint32_t> line;
        if (cluster_axis) {
            line.assign(coordinates[k].begin(), coordinates[k].end());
            line[*cluster_axis] = 0;
        }
        groups[line].push_back(k);
    }
    std::vector<Group> result;
    for (auto& [line, group] : groups) {
        result.push_back(std::move(group));
    }
    return result;
}

/// The result's packed pages for each member of a group, in order, from the group's own; members may share
/// them.
using GroupKernel = std::function<std::vector<HostBytes>(
    const TensorSpec& in, std::span<const HostBytes> shards, const TensorSpec& out)>;

struct Exchange {
    const MeshDeviceState* device = nullptr;
    TensorSpec in;
    TensorSpec out;
    std::vector<MeshCoordinate> coordinates;
    std::vector<std::span<std::byte>> from;  ///< by coordinate; empty for other ranks' devices
    std::vector<std::span<std::byte>> to;
    std::size_t from_aligned_page = 0;
    std::size_t to_aligned_page = 0;
    std::optional<std::size_t> cluster_axis;
    GroupKernel kernel;

    void run() const {
        std::vector<HostBytes> own;
        for (const std::span<std::byte> stored : from) {
            if (stored.empty()) {
                own.push_back(nullptr);
                continue;
            }
            auto pages = std::make_shared<std::vector<std::byte>>(in.packed_bytes());
            copy_pages_out(stored, in.page_bytes(), *pages, from_aligned_page);
            own.push_back(std::move(pages));
        }
        const std::vector<HostBytes> all = exchange_shards(*device, coordinates, own, in.packed_bytes(),
                                                           device->runtime->mesh_context_of_queues());
        for (const Group& group : groups_along(coordinates, cluster_axis)) {
            if (std::ranges::all_of(group, [&](std::size_t member) { return to[member].empty(); })) {
                continue;
            }
            std::vector<HostBytes> shards;
            for (const std::size_t member : group) {
                shards.push_back(all[member]);
            }
            const std::vector<HostBytes> results = kernel(in, shards, out);
            for (std::size_t k = 0; k < group.size(); ++k) {
                if (!to[group[k]].empty()) {
                    copy_pages_in(*results[k], out.page_bytes(), to[group[k]], to_aligned_page);
                }
            }
        }
    }
};

std::vector<std::span<std::byte>> local_shards(const Tensor& tensor) {
    std::vector<std::span<std::byte>> shards;
    for (const MeshCoordinate& coordinate : tensor.coordinates()) {
        shards.push_back(tensor.device()->is_local(coordinate) ? tensor.buffer()->local_bytes(coordinate)
                                                               : std::span<std::byte>());
    }
    return shards;
}

std::optional<std::size_t> checked_axis(const char* name, const Tensor& x, std::optional<std::int32_t> axis) {
    if (!axis) {
        return std::nullopt;
    }
    const auto dims = static_cast<std::int32_t>(x.device()->shape().dims());
    TT_RUN_REQUIRE(*axis >= 0 && *axis < dims, "{}: {} has no axis {}", name, x.device()->shape().text(),
                   *axis);
    return static_cast<std::size_t>(*axis);
}

std::uint32_t group_size(const Tensor& x, std::optional<std::size_t> axis) {
    return static_cast<std::uint32_t>(axis ? x.device()->shape()[static_cast<std::int32_t>(*axis)]
                                           : x.device()->num_devices());
}

Tensor run_collective(const char* name, const Tensor& x, const TensorSpec& output,
                      std::optional<std::size_t> axis, const OperationOptions& options, Where where,
                      GroupKernel kernel) {
    TT_RUN_REQUIRE(x.coordinates().size() == x.device()->num_devices(),
                   "{}: the tensor is on {} of {} devices", name, x.coordinates().size(),
                   x.device()->num_devices());
    const TensorSpec spec = result_spec(output, options);
    TT_RUN_REQUIRE(spec.data_type() == x.dtype(), "{} does not change the type; use typecast", name);
    const Tensor result = result_tensor(name, spec, options, x);
    const MeshDeviceState& device = x.device()->state();
    Exchange exchange{&device,
                      x.spec(),
                      spec,
                      x.coordinates(),
                      local_shards(x),
                      local_shards(result),
                      x.buffer()->aligned_page_size(),
                      result.buffer()->aligned_page_size(),
                      axis,
                      std::move(kernel)};
    x.device()->state().queue().enqueue({.what = name,
                                         .where = where,
                                         .run = [exchange = std::move(exchange)] { exchange.run(); },
                                         .bytes = spec.packed_bytes() * x.coordinates().size(),
                                         .may_wait = device.runtime->mesh_context_of_queues() != nullptr});
    return result;
}

/// The sum of all shards, in order, and the elements' shape.
std::vector<float> sum_of(const TensorSpec& spec, std::span<const HostBytes> shards) {
    std::vector<float> total = decode_floats(spec, *shards.front());
    for (const HostBytes& shard : shards.subspan(1)) {
        std::ranges::transform(total, decode_floats(spec, *shard), total.begin(), std::plus<>());
    }
    return total;
}

void require_sums(const char* name, const Tensor& x) {
    TT_RUN_REQUIRE(is_floating_point(x.dtype()), "{} is for floating-point tensors, not {}", name,
                   name_of(x.dtype()));
}

}  // namespace

Tensor all_gather(const Tensor& x, std::int32_t dim, std::optional<std::int32_t> cluster_axis,
                  const OperationOptions& options, Where where) {
    const auto axis = checked_axis("all_gather", x, cluster_axis);
    const Shape shape = x.shape().with(dim, x.shape()[dim] * group_size(x, axis));
    return run_collective(
        "all_gather", x, x.spec().with_memory_config({}).with_shape(shape), axis, options, where,
        [dimension = x.shape().position(dim)](const TensorSpec& in, std::span<const HostBytes> shards,
                                              const TensorSpec& out) {
            std::vector<Array> arrays;
            for (const HostBytes& shard : shards) {
                arrays.push_back(unpack_array(in, *shard));
            }
            const auto pages = std::make_shared<std::vector<std::byte>>(out.packed_bytes());
            pack_array(out, concatenate(arrays, dimension), *pages);
            return std::vector<HostBytes>(shards.size(), pages);
        });
}

Tensor reduce_scatter(const Tensor& x, std::int32_t dim, std::optional<std::int32_t> cluster_axis,
                      const OperationOptions& options, Where where) {
    require_sums("reduce_scatter", x);
    const auto axis = checked_axis("reduce_scatter", x, cluster_axis);
    const std::uint32_t parts = group_size(x, axis);
    TT_RUN_REQUIRE(x.shape()[dim] % parts == 0,
                   "reduce_scatter: dimension {} of {} cannot be divided among {} devices", dim,
                   x.shape().text(), parts);
    const Shape shape = x.shape().with(dim, x.shape()[dim] / parts);
    return run_collective(
        "reduce_scatter", x, x.spec().with_memory_config({}).with_shape(shape), axis, options, where,
        [dimension = x.shape().position(dim)](const TensorSpec& in, std::span<const HostBytes> shards,
                                              const TensorSpec& out) {
            const std::vector<float> total = sum_of(in, shards);
            const auto bytes = std::as_bytes(std::span(total));
            const Array whole{in.logical_shape(), sizeof(float), {bytes.begin(), bytes.end()}};
            std::vector<std::uint32_t> begin(whole.shape.rank(), 0);
            std::vector<std::uint32_t> end = whole.shape.extents();
            std::vector<HostBytes> results;
            for (std::size_t member = 0; member < shards.size(); ++member) {
                end[dimension] = begin[dimension] + out.logical_shape().extents()[dimension];
                const Array part = slice(whole, std::span(begin), std::span(end));
                std::vector<float> values(part.shape.volume());
                std::ranges::copy(part.data, std::as_writable_bytes(std::span(values)).begin());
                const auto pages = std::make_shared<std::vector<std::byte>>(out.packed_bytes());
                encode_floats(out, values, *pages);
                results.push_back(pages);
                begin[dimension] = end[dimension];
            }
            return results;
        });
}

Tensor all_reduce(const Tensor& x, std::optional<std::int32_t> cluster_axis, const OperationOptions& options,
                  Where where) {
    require_sums("all_reduce", x);
    return run_collective("all_reduce", x, x.spec(), checked_axis("all_reduce", x, cluster_axis), options,
                          where,
                          [](const TensorSpec& in, std::span<const HostBytes> shards, const TensorSpec& out) {
                              const auto pages = std::make_shared<std::vector<std::byte>>(out.packed_bytes());
                              encode_floats(out, sum_of(in, shards), *pages);
                              return std::vector<HostBytes>(shards.size(), pages);
                          });
}

}  // namespace tt_run::device
