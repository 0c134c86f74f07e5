// Memory of the emulated chips, as programs ask for it.

#include "tt_run/device/mesh_buffer.hpp"

#include <future>

#include <catch2/catch.hpp>

#include "test/unit/device/galaxy_fixture.hpp"
#include "tt_run/device/operations.hpp"

using namespace tt_run::device;
using tt_run::test::counted;
using tt_run::test::open_part;

TEST_CASE("buffers have one address on all devices, a pattern inside, and an end") {
    const auto device = open_part(2, 2);
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

TEST_CASE("memory given back while work is queued is not touched before that work is done") {
    const auto device = open_part(2, 2, 2);
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
