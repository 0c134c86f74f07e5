// Collectives against sums and stacks in float64, on a mesh of 2 x 4 that this process drives alone or,
// started as two ranks, together with another.

#include <cmath>
#include <cstdlib>
#include <map>
#include <string>

#include <catch2/catch.hpp>

#include "test/support/places.hpp"
#include "test/unit/device/random_tensor.hpp"
#include "tt_run/device/mesh_mapper.hpp"
#include "tt_run/distributed/distributed_context.hpp"

using namespace tt_run;
using namespace tt_run::device;
using tt_run::test::RandomTensors;
using tt_run::test::tolerance_of;

namespace {

[[maybe_unused]] const bool kEnvironment = [] {
    const char* const rank = std::getenv("PMI_RANK");
    ::setenv("TT_MESH_GRAPH_DESC_PATH",
             (tt_run::test::source_directory() + "/test/unit/device/two_host_mesh.textproto").c_str(), 1);
    if (rank == nullptr) {
        ::setenv("TT_MESH_GRAPH_DESC_PATH",
                 (tt_run::test::source_directory() + "/configs/t3k/mgd.textproto").c_str(), 1);
    } else {
        ::setenv("TT_MESH_ID", "0", 1);
        ::setenv("TT_MESH_HOST_RANK", rank, 1);
    }
    ::unsetenv("TT_VISIBLE_DEVICES");
    ::setenv("TT_RUN_CHIP_DRAM", "1G", 0);
    return true;
}();

/// The same at every rank.
std::uint32_t shared_seed() {
    std::uint32_t seed = std::random_device{}();
    distributed::DistributedContext::get_current_world()->broadcast(
        std::as_writable_bytes(std::span(&seed, 1)), distributed::Rank(0));
    return seed;
}

std::size_t index_of(const Shape& shape, const std::vector<std::uint32_t>& at) {
    std::size_t index = 0;
    for (std::size_t d = 0; d < at.size(); ++d) {
        index = index * shape.extents()[d] + at[d];
    }
    return index;
}

/// Calls `visit` with every index of a shape, row-major.
void for_each_index(const Shape& shape, const std::function<void(const std::vector<std::uint32_t>&)>& visit) {
    std::vector<std::uint32_t> at(shape.rank(), 0);
    for (std::size_t left = shape.volume(); left > 0; --left) {
        visit(at);
        for (std::size_t d = shape.rank(); d > 0;) {
            --d;
            if (++at[d] < shape.extents()[d]) {
                break;
            }
            at[d] = 0;
        }
    }
}

/// Who a device works with, row-major, and which of them it is.
struct Line {
    std::vector<std::size_t> members;
    std::size_t self = 0;
};
Line line_of(const MeshCoordinate& device, const MeshShape& shape, std::optional<std::int32_t> axis) {
    Line line;
    for (const MeshCoordinate& other : MeshCoordinateRange(shape)) {
        if (!axis || other[1 - *axis] == device[1 - *axis]) {
            line.self = other == device ? line.members.size() : line.self;
            line.members.push_back(other.to_linear_index(shape));
        }
    }
    return line;
}

struct Expected {
    Shape shape;
    std::vector<double> values;
    std::vector<double> sizes;  ///< the magnitudes that were added up, for the tolerance
};

Expected gathered(const Shape& shape, const std::vector<std::vector<float>>& shards, const Line& line,
                  std::size_t dim) {
    const auto extent = shape.extents()[dim];
    Expected expected{
        shape.with(static_cast<std::int32_t>(dim), extent * static_cast<std::uint32_t>(line.members.size())),
        {},
        {}};
    for_each_index(expected.shape, [&](std::vector<std::uint32_t> at) {
        const std::size_t member = line.members[at[dim] / extent];
        at[dim] %= extent;
        expected.values.push_back(shards[member][index_of(shape, at)]);
        expected.sizes.push_back(std::fabs(expected.values.back()));
    });
    return expected;
}

Expected summed(const Shape& shape, const std::vector<std::vector<float>>& shards, const Line& line) {
    Expected expected{shape, std::vector<double>(shape.volume()), std::vector<double>(shape.volume())};
    for (const std::size_t member : line.members) {
        for (std::size_t k = 0; k < shape.volume(); ++k) {
            expected.values[k] += shards[member][k];
            expected.sizes[k] += std::fabs(shards[member][k]);
        }
    }
    return expected;
}

Expected scattered(const Expected& total, std::size_t parts, std::size_t self, std::size_t dim) {
    const auto extent = total.shape.extents()[dim] / static_cast<std::uint32_t>(parts);
    Expected expected{total.shape.with(static_cast<std::int32_t>(dim), extent), {}, {}};
    for_each_index(expected.shape, [&](std::vector<std::uint32_t> at) {
        at[dim] += extent * static_cast<std::uint32_t>(self);
        expected.values.push_back(total.values[index_of(total.shape, at)]);
        expected.sizes.push_back(total.sizes[index_of(total.shape, at)]);
    });
    return expected;
}

void check_close(const Tensor& shard, const Expected& expected) {
    REQUIRE(shard.shape() == expected.shape);
    const std::vector<float> got = shard.to_vector<float>();
    // A block float's error goes by the largest of its block, which is no larger than the largest of all.
    const double largest = is_block_float(shard.dtype())
                               ? std::fabs(*std::ranges::max_element(
                                     expected.values, {}, [](double value) { return std::fabs(value); }))
                               : 0.0;
    for (std::size_t k = 0; k < got.size(); ++k) {
        const double around = is_block_float(shard.dtype()) ? largest : expected.sizes[k];
        INFO("element " << k << ": " << got[k] << " for " << expected.values[k]);
        REQUIRE(std::fabs(static_cast<double>(got[k]) - expected.values[k]) <=
                around * tolerance_of(shard.dtype()));
    }
}

}  // namespace

TEST_CASE("collectives agree with float64 on random shapes, types, dimensions and axes") {
    const std::shared_ptr<MeshDevice> device = MeshDevice::create();
    REQUIRE(device->shape() == MeshShape(2, 4));
    RandomTensors random(shared_seed());
    INFO("seed " << random.seed());
    const std::pair<DataType, Layout> forms[] = {
        {DataType::float32, Layout::row_major}, {DataType::float32, Layout::tile},
        {DataType::bfloat16, Layout::tile},     {DataType::bfloat8_b, Layout::tile},
        {DataType::bfloat4_b, Layout::tile},    {DataType::bfloat16, Layout::row_major}};
    for (int round = 0; round < 24; ++round) {
        const auto [type, layout] = forms[round % 6];
        const std::optional<std::int32_t> axis = round % 3 == 2 ? std::nullopt : std::optional(round / 6 % 2);
        const auto parts = static_cast<std::uint32_t>(axis ? device->shape()[*axis] : 8);
        // Cut along dimension 0 into one slice for each device; what is scattered must divide.
        const auto dim = 1 + random.below(2);
        Shape shape{1, 1 + random.below(20), 1 + random.below(40)};
        shape = shape.with(static_cast<std::int32_t>(dim), shape.extents()[dim] * parts);
        INFO(shape.text() << " " << name_of(type) << " dimension " << dim << " axis " << axis.value_or(-1));
        const Tensor whole = random.tensor(shape.with(0, 8), type, layout);
        const Tensor cut = distribute_tensor(whole, shard_tensor_to_mesh_mapper(device, 0), device);
        std::vector<std::vector<float>> shards;
        const std::vector<float> all = whole.to_vector<float>();
        for (std::size_t k = 0; k < 8; ++k) {
            const auto begin = all.begin() + static_cast<std::ptrdiff_t>(k * shape.volume());
            shards.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(shape.volume()));
        }
        const std::vector<Tensor> gathers =
            get_device_tensors(all_gather(cut, static_cast<std::int32_t>(dim), axis));
        const std::vector<Tensor> sums = get_device_tensors(all_reduce(cut, axis));
        const std::vector<Tensor> scatters =
            get_device_tensors(reduce_scatter(cut, static_cast<std::int32_t>(dim), axis));
        for (const MeshCoordinate& own : device->local_coordinates()) {
            INFO("on " << own.text());
            const std::size_t k = own.to_linear_index(device->shape());
            const Line line = line_of(own, device->shape(), axis);
            const Expected total = summed(shape, shards, line);
            check_close(gathers[k], gathered(shape, shards, line, dim));
            check_close(sums[k], total);
            check_close(scatters[k], scattered(total, line.members.size(), line.self, dim));
        }
    }
    device->close();
}

TEST_CASE("values of a big mesh are put together at every rank") {
    const std::shared_ptr<MeshDevice> device = MeshDevice::create();
    RandomTensors random(shared_seed());
    INFO("seed " << random.seed());
    for (const DataType type : {DataType::float32, DataType::bfloat16}) {
        const Tensor whole = random.tensor({2, 3, 8, 36}, type, Layout::tile);
        const Tensor cut =
            distribute_tensor(whole, shard_tensor_2d_mesh(device, device->shape(), {2, 3}), device);
        const Tensor back =
            aggregate_tensor(neg(cut), concat_mesh_2d_to_tensor(device, device->shape(), {2, 3}));
        CHECK(back.to_vector<float>() == neg(whole).to_vector<float>());
    }
}
