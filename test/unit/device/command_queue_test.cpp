// Queued work of a mesh device, as its caller sees it.

#include "tt_run/device/command_queue.hpp"

#include <future>

#include <catch2/catch.hpp>

#include "test/unit/device/galaxy_fixture.hpp"
#include "tt_run/device/operations.hpp"

using namespace tt_run::device;
using tt_run::test::counted;
using tt_run::test::open_part;

TEST_CASE("the caller runs on while a queue waits; events order two queues") {
    const auto device = open_part(1, 2, 2);
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
    const auto device = open_part(1, 1);
    const std::vector<std::uint32_t> beyond{9};
    const Tensor index = to_device(
        Tensor::from_vector<std::uint32_t>(beyond, {Shape{1}, DataType::uint32, Layout::row_major}), device);
    const Tensor table = to_device(
        Tensor::from_vector<float>(counted(12), {Shape{6, 2}, DataType::float32, Layout::row_major}), device);
    const Tensor rows = embedding(index, table);
    CHECK_THROWS_WITH(device->synchronize(),
                      Catch::Contains("index 9 is outside 6 rows") &&
                          Catch::Contains("`embedding`, called at device/command_queue_test.cpp:"));
    device->synchronize();
    embedding(index, table);
    CHECK_THROWS_WITH(device->close(), Catch::Contains("index 9"));
    CHECK(!device->is_open());
}
