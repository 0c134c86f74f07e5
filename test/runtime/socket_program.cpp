// Programs of ranks that use sockets, one for each word; sockets_test and socket_mishaps_test say what is to
// come of them.

#include "test/runtime/socket_program.hpp"

#include <array>
#include <cstdio>
#include <exception>
#include <random>
#include <stdexcept>

#include "tt_run/device/fabric.hpp"

namespace tt_run::test {

using namespace tt_run::device;
using namespace tt_run::sockets;
using distributed::ContextPtr;
using distributed::DistributedContext;
using distributed::Rank;

void require(bool condition, const char* what) {
    if (!condition) {
        throw std::runtime_error(what);
    }
}

ContextPtr world() {
    return DistributedContext::get_current_world();
}

int own_rank() {
    return *world()->rank();
}

std::shared_ptr<MeshDevice> open() {
    set_fabric_config(FabricConfig::mesh);
    return MeshDevice::create();
}

SocketConfig between(int sender, int receiver, std::uint32_t fifo, const MeshShape& shape, BufferType type) {
    SocketConfig config;
    for (const MeshCoordinate& coordinate : MeshCoordinateRange(shape)) {
        config.socket_connection_config.push_back({{coordinate, {0, 0}}, {coordinate, {0, 1}}});
    }
    config.socket_mem_config = {type, fifo};
    config.sender_rank = Rank{sender};
    config.receiver_rank = Rank{receiver};
    return config;
}

std::uint32_t shared_seed() {
    std::array<std::uint32_t, 1> seed{std::random_device{}()};
    world()->broadcast(std::as_writable_bytes(std::span(seed)), Rank{0});
    if (own_rank() == 0) {
        std::printf("seed %u\n", seed[0]);
    }
    return seed[0];
}

std::vector<std::uint8_t> random_bytes(std::uint32_t seed, std::size_t count) {
    std::mt19937 random(seed);
    std::vector<std::uint8_t> bytes(count);
    for (std::uint8_t& byte : bytes) {
        byte = static_cast<std::uint8_t>(random());
    }
    return bytes;
}

TensorSpec spec_of(const Geometry& geometry) {
    return {Shape({geometry.data / geometry.page, geometry.page}), DataType::uint8, Layout::row_major};
}

void send_bytes(std::uint32_t seed, const Geometry& geometry, const std::shared_ptr<MeshDevice>& device,
                const MeshSocket& socket) {
    const auto bytes = random_bytes(seed, geometry.data);
    send_async(to_device(Tensor::from_vector<std::uint8_t>(bytes, spec_of(geometry)), device), socket);
}

void receive_on(std::uint32_t seed, const Geometry& geometry, const std::shared_ptr<MeshDevice>& device,
                const MeshSocket& socket) {
    const Tensor tensor = allocate_tensor_on_device(spec_of(geometry), device);
    recv_async(tensor, socket);
    const auto bytes = random_bytes(seed, geometry.data);
    const std::vector<Tensor> shards = get_device_tensors(from_device(tensor));
    std::size_t checked = 0;
    for (const MeshCoreCoord& core : socket.get_active_cores()) {
        if (device->is_local(core.device_coord)) {
            const Tensor& shard = shards[core.device_coord.to_linear_index(device->shape())];
            require(shard.to_vector<std::uint8_t>() == bytes, "the bytes received are not the bytes sent");
            ++checked;
        }
    }
    require(checked > 0, "no device received anything");
}

}  // namespace tt_run::test

int main(int, char** words) try {
    tt_run::test::Programs programs;
    tt_run::test::add_exchanges(programs);
    tt_run::test::add_mishaps(programs);
    tt_run::test::add_endurance(programs);
    programs.at(words[1])();
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 9;
}
