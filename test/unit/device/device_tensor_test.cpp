// Tensors on the devices of a mesh: there and back, cut and put together, operations on them.

#include <algorithm>
#include <future>

#include <catch2/catch.hpp>

#include "device/work_queue.hpp"
#include "test/unit/device/galaxy_fixture.hpp"
#include "test/unit/device/random_tensor.hpp"
#include "tt_run/device/mesh_mapper.hpp"
#include "tt_run/device/operations.hpp"

using namespace tt_run::device;
using tt_run::test::counted;
using tt_run::test::open_part;
using tt_run::test::RandomTensors;

TEST_CASE("tensors go to devices and come back, byte for byte, in every type and layout") {
    RandomTensors random;
    INFO("seed " << random.seed());
    const auto device = open_part(2, 2);
    for (const DataType type : kAllDataTypes) {
        for (const Layout layout : {Layout::row_major, Layout::tile}) {
            if (is_block_float(type) && layout == Layout::row_major) {
                continue;
            }
            for (const MemoryConfig& memory : {kDramMemoryConfig, kL1MemoryConfig}) {
                const Tensor host = random.tensor({1, 2, 33, 65}, type, layout);
                const Tensor there = to_device(host, device, memory);
                CHECK(there.is_on_device());
                CHECK(there.memory_config() == memory);
                const Tensor back = from_device(there);
                CHECK(back.coordinates().size() == 4);
                for (std::size_t k = 0; k < 4; ++k) {
                    CHECK(std::ranges::equal(*back.host_pages(k), *host.host_pages(0)));
                }
                CHECK_THROWS_WITH(there.to_vector<float>(), Catch::Contains("give a mesh composer"));
                const Tensor copy = allocate_tensor_on_device(there.spec(), device);
                copy_host_to_device_tensor(host, copy);
                CHECK(get_device_tensors(copy)[3].to_vector<float>() == host.to_vector<float>());
            }
        }
    }
}

TEST_CASE("borrowed memory is read before a call that sends it returns") {
    const auto device = open_part(1, 2);
    for (const std::size_t count : {std::size_t{64}, std::size_t{1} << 18U}) {
        auto memory = std::make_shared<std::vector<float>>(count, 1.0F);
        const std::weak_ptr<std::vector<float>> seen = memory;
        const TensorSpec spec(Shape({1, static_cast<std::uint32_t>(count)}), DataType::float32,
                              Layout::row_major);
        Tensor host = Tensor::from_pages(HostBytes::borrow(std::as_bytes(std::span(*memory)), memory), spec);
        CHECK(host.host_pages(0).is_borrowed());
        CHECK((*host.host_pages(0)).data() == static_cast<void*>(memory->data()));
        const Tensor idle = to_device(host, device);
        std::promise<void> gate;
        device->mesh_command_queue().enqueue([opened = gate.get_future().share()] { opened.wait(); },
                                             "waiting", WorkQueue::kInlineBytes + 1);
        const Tensor busy = to_device(host, device);
        std::ranges::fill(*memory, 2.0F);
        gate.set_value();
        for (const Tensor& sent : {idle, busy}) {
            CHECK(get_device_tensors(sent)[1].to_vector<float>() == std::vector<float>(count, 1.0F));
        }
        CHECK(host.to_vector<float>().front() == 2.0F);
        memory.reset();
        CHECK(!seen.expired());
        host = Tensor();
        CHECK(seen.expired());
    }
    CHECK_THROWS_WITH(Tensor::from_pages(HostBytes::borrow({}, nullptr),
                                         TensorSpec(Shape({4}), DataType::float32, Layout::row_major)),
                      Catch::Contains("0 bytes are not the 16"));
}

TEST_CASE("tiles are padded with the value asked for") {
    const TensorSpec spec(Shape({3, 33}), DataType::float32, Layout::row_major);
    const Tensor tiled = tilize(Tensor::from_vector<float>(std::vector<float>(99, 1.0F), spec), -2.5F);
    CHECK(tiled.layout() == Layout::tile);
    CHECK(tiled.to_vector<float>() == std::vector<float>(99, 1.0F));
    const TensorSpec padded(tiled.padded_shape(), DataType::float32, Layout::tile);
    const std::span<const std::byte> pages = *tiled.host_pages(0);
    const std::vector<float> stored =
        Tensor::from_pages({pages.begin(), pages.end()}, padded).to_vector<float>();
    CHECK(std::ranges::count(stored, -2.5F) == 2 * 1024 - 99);
    const Tensor whole = tilize(
        typecast(Tensor::from_vector<float>(std::vector<float>(99, 1.0F), spec), DataType::uint8), 7.9F);
    CHECK(std::ranges::count(*whole.host_pages(0), std::byte{7}) == 2 * 1024 - 99);
}

TEST_CASE("a deallocated tensor cannot be used") {
    const auto device = open_part(1, 2);
    Tensor x = to_device(
        Tensor::from_vector<float>(counted(64), {Shape{2, 32}, DataType::float32, Layout::tile}), device);
    const Tensor also = x;
    x.deallocate();
    CHECK(!also.is_allocated());
    CHECK_THROWS_WITH(relu(also), Catch::Contains("used after deallocate"));
    CHECK_THROWS_WITH(from_device(also), Catch::Contains("used after deallocate"));
    CHECK_THROWS_WITH(relu(Tensor()), Catch::Contains("there is no tensor"));
}

TEST_CASE("mappers cut as told and composers put together again") {
    const auto device = open_part(2, 4);
    const Tensor x =
        Tensor::from_vector<float>(counted(8 * 12), {Shape{1, 1, 8, 12}, DataType::float32, Layout::tile});
    const auto mapper = shard_tensor_2d_mesh(device, MeshShape(2, 4), {2, 3});
    const Tensor cut = distribute_tensor(x, mapper, device);
    CHECK(cut.shape() == Shape{1, 1, 4, 3});
    CHECK(cut.padded_shape() == Shape{1, 1, 32, 32});
    CHECK(get_device_tensors(cut)[5].to_vector<float>() ==
          std::vector<float>{51, 52, 53, 63, 64, 65, 75, 76, 77, 87, 88, 89});
    CHECK(
        aggregate_tensor(cut, concat_mesh_2d_to_tensor(device, MeshShape(2, 4), {2, 3})).to_vector<float>() ==
        x.to_vector<float>());

    const Tensor rows = distribute_tensor(x, shard_tensor_to_mesh_mapper(device, 2), device);
    CHECK(rows.shape() == Shape{1, 1, 1, 12});
    CHECK(aggregate_tensor(rows, concat_mesh_to_tensor_composer(device, 2)).to_vector<float>() ==
          x.to_vector<float>());
    const Tensor few = reshape(slice(x, {0, 0, 0, 0}, {1, 1, 4, 3}), {4, 3});
    const Tensor fewer = distribute_tensor(few, shard_tensor_to_mesh_mapper(device, 0), device);
    CHECK(fewer.coordinates().size() == 4);
    CHECK(aggregate_tensor(relu(fewer), concat_mesh_to_tensor_composer(device, 0)).shape() == Shape{4, 3});
    const Tensor copies = distribute_tensor(x, replicate_tensor_to_mesh_mapper(device), device);
    CHECK(aggregate_tensor(copies, concat_mesh_to_tensor_composer(device, 0)).shape() == Shape{8, 1, 8, 12});
    const Tensor columns =
        distribute_tensor(x, shard_tensor_2d_mesh(device, MeshShape(2, 4), {std::nullopt, 3}));
    CHECK(columns.shape() == Shape{1, 1, 8, 3});
    CHECK(columns.mesh_shape() == MeshShape(2, 4));
    const Tensor corner = distribute_tensor(x, shard_tensor_2d_mesh(device, MeshShape(2, 2), {2, 3}));
    CHECK(corner.coordinates() == std::vector<MeshCoordinate>{{0, 0}, {0, 1}, {1, 0}, {1, 1}});
    const Tensor filled =
        distribute_tensor(x, MeshMapper(device, {{PlacementShard{2}}, MeshShape(std::vector{4U})}));
    CHECK(filled.coordinates().back() == MeshCoordinate(0, 3));

    const Tensor odd =
        Tensor::from_vector<float>(counted(35), {Shape{5, 7}, DataType::float32, Layout::row_major});
    CHECK_THROWS_WITH(distribute_tensor(odd, shard_tensor_2d_mesh(device, MeshShape(2, 4), {0, 1})),
                      Catch::Contains("is not divisible"));
    CHECK_THROWS_WITH(MeshMapper(device, {{PlacementShard{0}}}), Catch::Contains("needs 2 placements"));
    CHECK_THROWS_WITH(shard_tensor_2d_mesh(device, MeshShape(4, 4), {0, 1}),
                      Catch::Contains("has more devices than"));
    CHECK_THROWS_WITH(MeshComposer(device, {{0}}), Catch::Contains("needs 2 dims"));
    CHECK_THROWS_WITH(to_device(columns, open_part(1, 1)), Catch::Contains("is already open"));
}

TEST_CASE("operations on devices give what they give on the host") {
    RandomTensors random;
    INFO("seed " << random.seed());
    const auto device = open_part(4, 4);
    const auto mapper = shard_tensor_2d_mesh(device, MeshShape(4, 4), {2, 3});
    const auto composer = concat_mesh_2d_to_tensor(device, MeshShape(4, 4), {2, 3});
    for (const Layout layout : {Layout::row_major, Layout::tile}) {
        const Tensor x = random.tensor({1, 1, 128, 132}, DataType::float32, layout);
        const Tensor there = distribute_tensor(x, mapper, device);
        CHECK(aggregate_tensor(exp(relu(there)), composer).to_vector<float>() ==
              exp(relu(x)).to_vector<float>());
        const Tensor host_sum = add(x, 2.0F);
        const Tensor into = allocate_tensor_on_device(there.spec(), device);
        add(there, 2.0F, {.output_tensor = into});
        CHECK(aggregate_tensor(into, composer).to_vector<float>() == host_sum.to_vector<float>());
    }
    const Tensor x = to_device(random.tensor({32, 32}, DataType::float32, Layout::tile), device);
    CHECK_THROWS_WITH(add(x, random.tensor({32, 32}, DataType::float32, Layout::tile)),
                      Catch::Contains("not all on one mesh device"));
    CHECK_THROWS_WITH(relu(x, {.output_tensor = to_device(
                                   random.tensor({32, 64}, DataType::float32, Layout::tile), device)}),
                      Catch::Contains("the output tensor is of"));
}

TEST_CASE("devices of a mesh gather, reduce and scatter along an axis or all together") {
    const auto device = open_part(2, 4);
    const std::vector<float> values = counted(8 * 8 * 3);
    const Tensor x = Tensor::from_vector<float>(values, {Shape{8, 8, 3}, DataType::float32, Layout::tile});
    const Tensor cut = distribute_tensor(x, shard_tensor_to_mesh_mapper(device, 0), device);
    const auto shards = [](const Tensor& tensor) { return get_device_tensors(tensor); };
    const Tensor all = all_gather(cut, 0);
    CHECK(all.shape() == Shape{8, 8, 3});
    CHECK(shards(all)[6].to_vector<float>() == values);
    const Tensor line = all_gather(cut, 0, 1);
    CHECK(line.shape() == Shape{4, 8, 3});
    CHECK(shards(line)[5].to_vector<float>() == std::vector<float>(values.begin() + 96, values.end()));
    const Tensor column = all_gather(cut, -1, 0);
    CHECK(column.shape() == Shape{1, 8, 6});
    CHECK(shards(column)[2].to_vector<float>()[9] == values[6 * 24 + 3]);
    std::vector<float> total(24, 0.0F);
    for (std::size_t k = 0; k < values.size(); ++k) {
        total[k % 24] += values[k];
    }
    CHECK(shards(all_reduce(cut))[7].to_vector<float>() == total);
    const Tensor scattered = reduce_scatter(cut, 1);
    CHECK(scattered.shape() == Shape{1, 1, 3});
    CHECK(shards(scattered)[5].to_vector<float>() ==
          std::vector<float>(total.begin() + 15, total.begin() + 18));
    CHECK_THROWS_WITH(reduce_scatter(cut, 2), Catch::Contains("cannot be divided among 8 devices"));
    CHECK_THROWS_WITH(all_gather(cut, 0, 2), Catch::Contains("has no axis 2"));
}
