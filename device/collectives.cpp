// Operations between the devices of a mesh.

#include <algorithm>

#include "device/array.hpp"
#include "device/operation.hpp"
#include "device/page_copy.hpp"
#include "device/shard_exchange.hpp"
#include "device/tensor_state.hpp"
#include "support/require.hpp"

namespace tt_run::device {

namespace {

/// A device's part in a collective: who takes part with it, in order, and which of them it is.
struct Group {
    std::vector<std::size_t> members;  ///< positions among the tensor's coordinates
    std::size_t self = 0;
};

Group group_of(const std::vector<MeshCoordinate>& coordinates, std::size_t self,
               std::optional<std::size_t> cluster_axis) {
    Group group;
    for (std::size_t k = 0; k < coordinates.size(); ++k) {
        bool in_line = true;
        for (std::size_t d = 0; d < coordinates[k].dims(); ++d) {
            const auto dimension = static_cast<std::int32_t>(d);
            in_line = in_line && (!cluster_axis || d == *cluster_axis ||
                                  coordinates[k][dimension] == coordinates[self][dimension]);
        }
        if (in_line) {
            group.self = k == self ? group.members.size() : group.self;
            group.members.push_back(k);
        }
    }
    return group;
}

/// How the result's pages are made from the packed pages of the group, in order.
using GroupKernel = std::function<std::vector<std::byte>(
    const TensorSpec& in, std::span<const HostBytes> shards, std::size_t self, const TensorSpec& out)>;

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
        for (std::size_t k = 0; k < coordinates.size(); ++k) {
            if (to[k].empty()) {
                continue;
            }
            const Group group = group_of(coordinates, k, cluster_axis);
            std::vector<HostBytes> shards;
            for (const std::size_t member : group.members) {
                shards.push_back(all[member]);
            }
            copy_pages_in(kernel(in, shards, group.self, out), out.page_bytes(), to[k], to_aligned_page);
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
                                              std::size_t, const TensorSpec& out) {
            std::vector<Array> arrays;
            for (const HostBytes& shard : shards) {
                arrays.push_back(unpack_array(in, *shard));
            }
            std::vector<std::byte> pages(out.packed_bytes());
            pack_array(out, concatenate(arrays, dimension), pages);
            return pages;
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
                                              std::size_t self, const TensorSpec& out) {
            const std::vector<float> total = sum_of(in, shards);
            const auto bytes = std::as_bytes(std::span(total));
            const Array whole{in.logical_shape(), sizeof(float), {bytes.begin(), bytes.end()}};
            std::vector<std::uint32_t> begin(whole.shape.rank(), 0);
            std::vector<std::uint32_t> end = whole.shape.extents();
            const std::uint32_t extent = out.logical_shape().extents()[dimension];
            begin[dimension] = static_cast<std::uint32_t>(self) * extent;
            end[dimension] = begin[dimension] + extent;
            const Array part = slice(whole, std::span(begin), std::span(end));
            std::vector<float> values(part.shape.volume());
            std::ranges::copy(part.data, std::as_writable_bytes(std::span(values)).begin());
            std::vector<std::byte> pages(out.packed_bytes());
            encode_floats(out, values, pages);
            return pages;
        });
}

Tensor all_reduce(const Tensor& x, std::optional<std::int32_t> cluster_axis, const OperationOptions& options,
                  Where where) {
    require_sums("all_reduce", x);
    return run_collective(
        "all_reduce", x, x.spec(), checked_axis("all_reduce", x, cluster_axis), options, where,
        [](const TensorSpec& in, std::span<const HostBytes> shards, std::size_t, const TensorSpec& out) {
            std::vector<std::byte> pages(out.packed_bytes());
            encode_floats(out, sum_of(in, shards), pages);
            return pages;
        });
}

}  // namespace tt_run::device
