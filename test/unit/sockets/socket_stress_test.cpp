// Many transfers of random kinds at once, each end in a thread of its own: for the thread sanitizer above
// all.

#include <thread>

#include <catch2/catch.hpp>

#include "test/unit/sockets/socket_fixture.hpp"

using namespace tt_run;
using namespace tt_run::device;
using namespace tt_run::sockets;
using test::TwoRows;

namespace {

constexpr int kTransfers = 150;

/// What both ends do next, from one seed.
struct Plan {
    explicit Plan(std::uint32_t seed) : random(seed) {}
    std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(random() % limit); }
    TensorSpec spec() {
        const std::uint32_t page = 32 * (1 + below(128));
        return {Shape({1 + below(60), page}), DataType::uint8, Layout::row_major};
    }
    std::vector<std::uint8_t> bytes(std::size_t count) {
        std::vector<std::uint8_t> all(count);
        for (std::uint8_t& byte : all) {
            byte = static_cast<std::uint8_t>(random());
        }
        return all;
    }
    std::mt19937 random;
};

void send_all(std::uint32_t seed, const std::shared_ptr<MeshDevice>& device, const MeshSocket& socket) {
    Plan plan(seed);
    for (int k = 0; k < kTransfers; ++k) {
        const TensorSpec spec = plan.spec();
        const auto bytes = plan.bytes(spec.logical_shape().volume());
        const Tensor tensor = to_device(Tensor::from_vector<std::uint8_t>(bytes, spec), device);
        const std::uint32_t way = plan.below(4);
        way == 0   ? send_direct_async(tensor, socket)
        : way == 1 ? send(tensor, socket)
                   : send_async(tensor, socket);
    }
    device->synchronize();
}

/// False at the first byte that is not what was sent.
bool receive_all(std::uint32_t seed, const std::shared_ptr<MeshDevice>& device, const MeshSocket& socket) {
    Plan plan(seed);
    for (int k = 0; k < kTransfers; ++k) {
        const TensorSpec spec = plan.spec();
        const auto bytes = plan.bytes(spec.logical_shape().volume());
        const Tensor tensor = allocate_tensor_on_device(spec, device);
        plan.below(4) == 0 ? recv_direct_async(tensor, socket) : recv_async(tensor, socket);
        if (k % 3 != 0) {
            continue;  // let some pile up
        }
        for (const Tensor& shard : get_device_tensors(from_device(tensor))) {
            if (shard.to_vector<std::uint8_t>() != bytes) {
                return false;
            }
        }
    }
    device->synchronize();
    return true;
}

}  // namespace

TEST_CASE("a socket both of whose ends work at once loses and mixes up nothing") {
    const std::uint32_t seed = std::random_device{}();
    INFO("seed " << seed);
    const TwoRows rows;
    for (const std::uint32_t fifo : {4096U, 10240U, 65536U}) {
        INFO("fifo " << fifo);
        const auto ends =
            MeshSocket::create_socket_pair(rows.sender, rows.receiver, test::four_connections(fifo));
        std::thread sender([&] { send_all(seed + fifo, rows.sender, ends.first); });
        const bool is_right = receive_all(seed + fifo, rows.receiver, ends.second);
        sender.join();
        CHECK(is_right);
    }
}
