// One process with the 32 chips of an emulated Wormhole Galaxy.

#include "tt_run/device/mesh_device.hpp"

#include <cstdlib>
#include <future>
#include <numeric>

#include <catch2/catch.hpp>

#include "device/device_grid.hpp"
#include "device/runtime.hpp"
#include "device/work_queue.hpp"
#include "test/unit/device/random_tensor.hpp"
#include "tt_run/device/mesh_mapper.hpp"
#include "tt_run/device/operations.hpp"
#include "tt_run/device/visible_devices.hpp"
#include "tt_run/device/warnings.hpp"

using namespace tt_run::device;
using tt_run::test::RandomTensors;

namespace {

const bool kEnvironment = [] {
    ::setenv("TT_RUN_EMULATE", "wh-galaxy", 1);
    ::unsetenv("TT_VISIBLE_DEVICES");
    ::unsetenv("TT_MESH_GRAPH_DESC_PATH");
    // Small chips for valgrind and tsan, which map memory of their own.
    ::setenv("TT_RUN_CHIP_DRAM", "1G", 0);
    return true;
}();

std::shared_ptr<MeshDevice> open(std::uint32_t rows, std::uint32_t columns, std::uint32_t queues = 1) {
    return MeshDevice::create({.mesh_shape = MeshShape(rows, columns), .num_command_queues = queues});
}

std::vector<float> counted(std::size_t count) {
    std::vector<float> values(count);
    std::iota(values.begin(), values.end(), 0.0F);
    return values;
}

}  // namespace

TEST_CASE("nothing is there before the first open") {
    REQUIRE(kEnvironment);
    CHECK(!Runtime::is_started());
    CHECK(get_num_devices() == 32);
    CHECK(Runtime::is_started());
}

TEST_CASE("a mesh opens as asked, turned, or as a line, or says why not") {
    const auto whole = MeshDevice::create();
    CHECK(whole->shape() == MeshShape(8, 4));
    CHECK(whole->arch() == "wormhole_b0");
    CHECK(whole->get_device_ids().size() == 32);
    CHECK(whole->compute_with_storage_grid_size() == CoreGrid{.y = 9, .x = 8});
    CHECK(whole->dram_grid_size() == CoreGrid{.y = 1, .x = 12});
    CHECK_THROWS_WITH(open(1, 1), Catch::Contains("is already open"));
    whole->close();
    CHECK(!whole->is_open());
    whole->close();

    CHECK(open(2, 4)->get_device_ids() == std::vector<std::int32_t>{0, 1, 2, 3, 4, 5, 6, 7});
    CHECK(open(2, 8)->get_device_ids() ==
          std::vector<std::int32_t>{0, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29});
    const auto line = open(1, 10);
    CHECK(line->get_device_ids() == std::vector<std::int32_t>{0, 1, 2, 3, 7, 6, 5, 4, 8, 9});
    CHECK(line->get_fabric_node_id(MeshCoordinate(0, 4)).text() == "M0D7");
    line->close();
    CHECK_THROWS_WITH(open(5, 5), Catch::Contains("does not fit the system mesh MeshShape([8, 4])"));
    CHECK_THROWS_WITH(open(1, 33), Catch::Contains("does not fit"));
    CHECK_THROWS_WITH(MeshDevice::create({.mesh_shape = MeshShape(2, 2, 2)}),
                      Catch::Contains("has 3 dimensions"));
    const auto placed = MeshDevice::create({.mesh_shape = MeshShape(2, 2), .offset = MeshCoordinate(6, 2)});
    CHECK(placed->get_device_ids() == std::vector<std::int32_t>{26, 27, 30, 31});
    CHECK_THROWS_WITH(MeshDevice::create({.mesh_shape = MeshShape(2, 2), .offset = MeshCoordinate(0, 3)}),
                      Catch::Contains("reaches beyond"));
    CHECK_THROWS_WITH(MeshDevice::create({.mesh_shape = MeshShape(2, 2), .offset = MeshCoordinate(8, 0)}),
                      Catch::Contains("is outside the system mesh"));
    const auto chosen = MeshDevice::create({.mesh_shape = MeshShape(1, 2), .physical_device_ids = {9, 5}});
    CHECK(chosen->get_device_id(MeshCoordinate(0, 1)) == 5);
    CHECK_THROWS_WITH(MeshDevice::create({.physical_device_ids = {1}}), Catch::Contains("need a mesh shape"));
    CHECK_THROWS_WITH(MeshDevice::create_unit_mesh(32), Catch::Contains("there is no device 32"));
    CHECK_THROWS_WITH(MeshDevice::create({.num_command_queues = 3}),
                      Catch::Contains("1 or 2 command queues"));
    const auto units = MeshDevice::create_unit_meshes({0, 1});
    CHECK(units[1]->get_device_ids() == std::vector<std::int32_t>{1});
}

TEST_CASE("submeshes lie inside, divide, and keep their parent") {
    auto device = open(4, 4);
    const auto part = device->create_submesh(MeshShape(2, 2), MeshCoordinate(1, 2));
    CHECK(part->get_device_ids() == std::vector<std::int32_t>{6, 7, 10, 11});
    CHECK(part->get_fabric_node_id(MeshCoordinate(0, 0)) == device->get_fabric_node_id(MeshCoordinate(1, 2)));
    CHECK(part->parent() == device);
    CHECK_THROWS_WITH(device->create_submesh(MeshShape(4, 4), MeshCoordinate(0, 1)),
                      Catch::Contains("reaches beyond"));
    CHECK_THROWS_WITH(device->create_submeshes(MeshShape(3, 2)), Catch::Contains("cannot be divided"));
    const auto quarters = device->create_submeshes(MeshShape(2, 2));
    CHECK(quarters.size() == 4);
    CHECK(quarters[3]->get_device_ids() == std::vector<std::int32_t>{10, 11, 14, 15});
    CHECK(device->get_submeshes().size() == 5);
    CHECK_THROWS_WITH(device->reshape(MeshShape(2, 8)), Catch::Contains("with submeshes"));
    const auto buffer = MeshBuffer::create({.size = 64, .page_size = 32}, part);
    const std::weak_ptr<MeshDevice> watched = device;
    device->close();
    CHECK(!part->is_open());
    device.reset();
    CHECK(!watched.expired());
}

TEST_CASE("a mesh is reshaped where neighbours stay neighbours") {
    const auto device = open(2, 4);
    device->reshape(MeshShape(1, 8));
    CHECK(device->get_device_ids() == std::vector<std::int32_t>{0, 1, 2, 3, 7, 6, 5, 4});
    device->reshape(MeshShape(2, 4));
    CHECK(device->get_device_ids() == std::vector<std::int32_t>{0, 1, 2, 3, 4, 5, 6, 7});
    device->reshape(MeshShape(4, 2));
    CHECK(device->get_device_ids() == std::vector<std::int32_t>{0, 4, 1, 5, 2, 6, 3, 7});
    CHECK_THROWS_WITH(device->reshape(MeshShape(3, 3)), Catch::Contains("has 9"));
    device->reshape(MeshShape(8, 1));
    const auto buffer = MeshBuffer::create({.size = 64, .page_size = 32}, device);
    CHECK_THROWS_WITH(device->reshape(MeshShape(1, 8)), Catch::Contains("with 1 buffers"));
}

TEST_CASE("buffers have one address on all devices, a pattern inside, and an end") {
    const auto device = open(2, 2);
    const auto first = MeshBuffer::create({.size = 13 * 100, .page_size = 100}, device);
    CHECK(first->aligned_page_size() == 128);
    CHECK(first->bytes_per_bank() == 256);  // 13 pages in 12 banks
    std::vector<std::byte> read;
    read_shard(device->mesh_command_queue(), read, first, MeshCoordinate(1, 1));
    CHECK(read.size() == 1300);
    CHECK(std::ranges::count(read, MeshBuffer::kPoison) == 1300);
    auto data = std::make_shared<std::vector<std::byte>>(1300);
    for (std::size_t k = 0; k < data->size(); ++k) {
        (*data)[k] = static_cast<std::byte>(k);
    }
    write_shard(device->mesh_command_queue(), first, data, MeshCoordinate(0, 1));
    read_shard(device->mesh_command_queue(), read, first, MeshCoordinate(0, 1));
    CHECK(read == *data);
    read_shard(device->mesh_command_queue(), read, first, MeshCoordinate(0, 0));
    CHECK(std::ranges::count(read, MeshBuffer::kPoison) == 1300);

    const auto second = MeshBuffer::create({.size = 32, .page_size = 32}, device);
    CHECK(second->address() == first->address() + 256);
    const std::size_t address = first->address();
    first->deallocate();
    first->deallocate();
    CHECK_THROWS_WITH(first->local_bytes(MeshCoordinate(0, 0)), Catch::Contains("deallocated"));
    CHECK(MeshBuffer::create({.size = 32, .page_size = 32}, device)->address() == address);
    CHECK_THROWS_WITH(MeshBuffer::create({.size = 32, .page_size = 32}, device, second->address()),
                      Catch::Contains("is not free"));

    const auto l1 = MeshBuffer::create(
        {.size = 4096, .page_size = 4096, .buffer_type = BufferType::l1, .bytes_per_bank = 4096}, device);
    const auto other =
        MeshBuffer::create({.size = 64, .page_size = 64, .buffer_type = BufferType::l1}, device);
    CHECK(other->address() < l1->address());  // L1 from the top
    CHECK(l1->bank_bytes(MeshCoordinate(0, 0), l1->bank_of({7, 8})).size() == 4096);
    CHECK_THROWS_WITH(l1->bank_of({8, 0}), Catch::Contains("outside the compute grid of 8 x 9"));
}

TEST_CASE("memory that runs out says which, how much and what is free") {
    const auto device = MeshDevice::create({.mesh_shape = MeshShape(1, 1),
                                            .l1_small_size = 1024,
                                            .trace_region_size = 1 << 20,
                                            .worker_l1_size = 65536});
    const MemoryView l1 = device->memory_view(BufferType::l1);
    CHECK(l1.banks == 72);
    CHECK(l1.bytes_per_bank == 65536);
    const auto half = MeshBuffer::create(
        {.size = 32768, .page_size = 32768, .buffer_type = BufferType::l1, .bytes_per_bank = 32768}, device);
    CHECK_THROWS_WITH(
        MeshBuffer::create(
            {.size = 40000, .page_size = 40000, .buffer_type = BufferType::l1, .bytes_per_bank = 40000},
            device),
        Catch::Contains(
            "Out of Memory: not enough space to allocate a L1 buffer of 40000 bytes across 72 banks") &&
            Catch::Contains("of its 65536 bytes 32768 are free, the largest stretch 32768"));
    CHECK(device->memory_view(BufferType::l1_small).bytes_per_bank == 1024);
    CHECK(MeshBuffer::create({.size = 16, .page_size = 16, .buffer_type = BufferType::l1_small}, device)
              ->address() >= half->address());
    CHECK(MeshBuffer::create({.size = 1 << 19, .page_size = 64, .buffer_type = BufferType::trace}, device)
              ->is_allocated());
    CHECK_THROWS_WITH(MeshDevice::create({.mesh_shape = MeshShape(1, 1), .worker_l1_size = 2'000'000}),
                      Catch::Contains("do not fit a core's"));
}

TEST_CASE("tensors go to devices and come back, byte for byte, in every type and layout") {
    RandomTensors random;
    INFO("seed " << random.seed());
    const auto device = open(2, 2);
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
    const auto device = open(1, 2);
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

TEST_CASE("devices on PCIe are those with a connection of their own") {
    CHECK(get_pcie_device_ids().size() == 32);  // every chip of a Galaxy has one
}

TEST_CASE("a deallocated tensor cannot be used") {
    const auto device = open(1, 2);
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
    const auto device = open(2, 4);
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
    CHECK_THROWS_WITH(to_device(columns, open(1, 1)), Catch::Contains("is already open"));
}

TEST_CASE("operations on devices give what they give on the host") {
    RandomTensors random;
    INFO("seed " << random.seed());
    const auto device = open(4, 4);
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
    const auto device = open(2, 4);
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

TEST_CASE("the caller runs on while a queue waits; events order two queues") {
    const auto device = open(1, 2, 2);
    std::promise<void> gate;
    const auto opened = gate.get_future().share();
    const Tensor x = to_device(
        Tensor::from_vector<float>(counted(32), {Shape{1, 32}, DataType::float32, Layout::tile}), device);
    MeshCommandQueue& first = device->mesh_command_queue(0);
    MeshCommandQueue& second = device->mesh_command_queue(1);
    first.enqueue([opened] { opened.wait(); }, "a long step", 1 << 20);
    const Tensor y = add(x, 1.0F);  // behind it
    const MeshEvent event = first.record_event();
    std::vector<int> order;
    second.wait_for_event(event);
    second.enqueue([&] { order.push_back(2); });
    CHECK(!event.query());
    order.push_back(1);
    gate.set_value();
    device->synchronize();
    CHECK(event.query());
    event.synchronize();
    CHECK(order == std::vector<int>{1, 2});
    CHECK(get_device_tensors(y)[1].to_vector<float>()[31] == 32.0F);
    CHECK_THROWS_WITH(device->mesh_command_queue(2), Catch::Contains("there is no command queue 2"));
}

TEST_CASE("what fails in the queue is thrown at the next wait, naming the call") {
    const auto device = open(1, 1);
    const std::vector<std::uint32_t> beyond{9};
    const Tensor index = to_device(
        Tensor::from_vector<std::uint32_t>(beyond, {Shape{1}, DataType::uint32, Layout::row_major}), device);
    const Tensor table = to_device(
        Tensor::from_vector<float>(counted(12), {Shape{6, 2}, DataType::float32, Layout::row_major}), device);
    const Tensor rows = embedding(index, table);
    CHECK_THROWS_WITH(device->synchronize(),
                      Catch::Contains("index 9 is outside 6 rows") &&
                          Catch::Contains("`embedding`, called at device/mesh_device_test.cpp:"));
    device->synchronize();
    embedding(index, table);
    CHECK_THROWS_WITH(device->close(), Catch::Contains("index 9"));
    CHECK(!device->is_open());
}

TEST_CASE("memory given back while work is queued is not touched before that work is done") {
    const auto device = open(2, 2, 2);
    const auto part = device->create_submesh(MeshShape(1, 1));
    std::promise<void> gate;
    const auto opened = gate.get_future().share();
    const TensorSpec spec(Shape{64, 64}, DataType::float32, Layout::tile);
    Tensor x = to_device(Tensor::from_vector<float>(counted(64 * 64), spec), device);
    device->mesh_command_queue(0).enqueue([opened] { opened.wait(); }, "a long step", 1 << 20);
    const Tensor y = add(x, 1.0F);  // will read x, when its turn comes
    const std::size_t address = x.buffer()->address();
    x.deallocate();
    auto opener = std::async(std::launch::async, [&] { gate.set_value(); });
    // The same place, for another mesh device: made only once the queue above is through.
    const auto other = MeshBuffer::create({.size = 4096, .page_size = 4096}, part, address);
    CHECK(other->address() == address);
    CHECK(get_device_tensors(y)[0].to_vector<float>()[5] == 6.0F);
}

TEST_CASE("sub-devices divide the cores") {
    const auto device = open(1, 1);
    CHECK(device->get_sub_device_ids() == std::vector<SubDeviceId>{0});
    CHECK(device->sub_device_cores(0).num_cores() == 72);
    const SubDevice left{{{CoreRange{{0, 0}, {3, 8}}}}};
    const SubDevice right{{{CoreRange{{4, 0}, {7, 8}}}}};
    const auto manager = device->create_sub_device_manager({left, right});
    device->load_sub_device_manager(manager);
    CHECK(device->get_sub_device_ids().size() == 2);
    CHECK(device->sub_device_cores(1).contains({4, 0}));
    {
        const auto buffer = MeshBuffer::create(
            {.size = 64, .page_size = 64, .buffer_type = BufferType::l1, .sub_device = 1}, device);
        CHECK_THROWS_WITH(device->clear_loaded_sub_device_manager(), Catch::Contains("1 buffers still live"));
    }
    CHECK_THROWS_WITH(device->remove_sub_device_manager(manager), Catch::Contains("is loaded"));
    device->clear_loaded_sub_device_manager();
    device->remove_sub_device_manager(manager);
    CHECK_THROWS_WITH(device->load_sub_device_manager(manager),
                      Catch::Contains("there is no sub-device manager"));
    CHECK_THROWS_WITH(device->create_sub_device_manager({left, left}),
                      Catch::Contains("is in two sub-devices"));
    CHECK_THROWS_WITH(device->create_sub_device_manager({SubDevice{{{CoreRange{{0, 0}, {8, 0}}}}}}),
                      Catch::Contains("are not inside the compute grid"));
}

TEST_CASE("visible devices changed after the first open are warned of, once") {
    std::vector<std::string> warnings;
    set_warning_handler([&](const std::string& text) { warnings.push_back(text); });
    ::setenv("TT_VISIBLE_DEVICES", "0", 1);
    open(1, 1);
    open(1, 1);
    ::unsetenv("TT_VISIBLE_DEVICES");
    set_warning_handler(nullptr);
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].starts_with(
        "TT_VISIBLE_DEVICES changed from (unset) to 0 after the first device was opened"));
}
