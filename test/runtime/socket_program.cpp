// Programs of ranks that use sockets, one for each word; sockets_test says what is to come of them.

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <random>

#include "tt_run/device/fabric.hpp"
#include "tt_run/device/tensor.hpp"
#include "tt_run/distributed/distributed_context.hpp"
#include "tt_run/sockets/mesh_socket.hpp"

using namespace tt_run;
using namespace tt_run::device;
using namespace tt_run::sockets;
using distributed::ContextPtr;
using distributed::DistributedContext;
using distributed::Rank;

namespace {

struct Geometry {
    std::uint32_t fifo;
    std::uint32_t page;
    std::uint32_t data;
};
constexpr std::array<Geometry, 5> kGeometries{
    {{1024, 64, 2048}, {2048, 256, 4096}, {4096, 1088, 78336}, {512, 128, 16384}, {1024, 128, 4096}}};
constexpr int kRounds = 50;

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

std::shared_ptr<MeshDevice> open(std::uint32_t queues = 1) {
    set_fabric_config(FabricConfig::mesh);
    return MeshDevice::create({.num_command_queues = queues});
}

SocketConfig between(int sender, int receiver, std::uint32_t fifo, const MeshShape& shape,
                     BufferType type = BufferType::l1) {
    SocketConfig config;
    for (const MeshCoordinate& coordinate : MeshCoordinateRange(shape)) {
        config.socket_connection_config.push_back({{coordinate, {0, 0}}, {coordinate, {0, 1}}});
    }
    config.socket_mem_config = {type, fifo};
    config.sender_rank = Rank{sender};
    config.receiver_rank = Rank{receiver};
    return config;
}

/// One seed for all ranks, made by the first and printed.
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

/// Every device of this rank that the socket names has the bytes then.
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

/// Rank 1 and all others, one socket each way.
struct Star {
    std::shared_ptr<MeshDevice> device;
    std::map<int, MeshSocket> forward;   ///< to rank 1, by the other rank
    std::map<int, MeshSocket> backward;  ///< from rank 1
};

Star make_star(const std::shared_ptr<MeshDevice>& device, std::uint32_t fifo) {
    Star star{device, {}, {}};
    for (int rank = 0; rank < *world()->size(); ++rank) {
        if (rank != 1 && (own_rank() == 1 || own_rank() == rank)) {
            star.forward.emplace(rank, MeshSocket(device, between(rank, 1, fifo, device->shape())));
            star.backward.emplace(rank, MeshSocket(device, between(1, rank, fifo, device->shape())));
        }
    }
    return star;
}

void go_forward(const Star& star, std::uint32_t seed, const Geometry& geometry) {
    for (const auto& [rank, socket] : star.forward) {
        own_rank() == 1 ? receive_on(seed + static_cast<std::uint32_t>(rank), geometry, star.device, socket)
                        : send_bytes(seed + static_cast<std::uint32_t>(rank), geometry, star.device, socket);
    }
}

void go_backward(const Star& star, std::uint32_t seed, const Geometry& geometry) {
    for (const auto& [rank, socket] : star.backward) {
        own_rank() == 1 ? send_bytes(seed + static_cast<std::uint32_t>(rank), geometry, star.device, socket)
                        : receive_on(seed + static_cast<std::uint32_t>(rank), geometry, star.device, socket);
    }
}

void patterns(const std::string& pattern) {
    const auto device = open();
    const std::uint32_t seed = shared_seed();
    for (const Geometry& geometry : kGeometries) {
        const Star star = make_star(device, geometry.fifo);
        for (int round = 0; round < kRounds; ++round) {
            const std::uint32_t own_seed = seed + 100 * static_cast<std::uint32_t>(round);
            if (pattern != "backward") {
                go_forward(star, own_seed, geometry);
            }
            if (pattern != "forward") {
                go_backward(star, own_seed, geometry);
            }
        }
        device->synchronize();
        world()->barrier();
    }
}

/// The larger mesh and one of the smaller: some of its devices are joined to all of the other's.
void unequal() {
    constexpr int kLarge = 2;
    constexpr int kSmall = 0;
    const auto device = open();
    const std::uint32_t seed = shared_seed();
    const Geometry geometry{4096, 1088, 78336};
    for (const bool forward : {true, false}) {
        if (own_rank() != kLarge && own_rank() != kSmall) {
            continue;
        }
        SocketConfig config =
            between(forward ? kLarge : kSmall, forward ? kSmall : kLarge, geometry.fifo, MeshShape(2, 4));
        for (SocketConnection& connection : config.socket_connection_config) {
            MeshCoordinate& large =
                (forward ? connection.sender_core : connection.receiver_core).device_coord;
            large = MeshCoordinate(large[0], large[1] + 4);
        }
        const MeshSocket socket(device, config);
        if ((own_rank() == kLarge) == forward) {
            send_bytes(seed, geometry, device, socket);
        } else {
            receive_on(seed, geometry, device, socket);
        }
        device->synchronize();
    }
    world()->barrier();
}

/// Mesh 0 and mesh 1 are driven by two ranks each.
void big_mesh() {
    const auto device = open();
    const std::uint32_t seed = shared_seed();
    const int mesh = own_rank() / 2;
    for (const bool forward : {true, false}) {
        SocketConfig config = between(0, 0, 2048, device->shape());
        config.sender_mesh_id = forward ? 0 : 1;
        config.receiver_mesh_id = forward ? 1 : 0;
        // Turned, so that every rank is joined to both of the other mesh.
        for (SocketConnection& connection : config.socket_connection_config) {
            const MeshCoordinate& from = connection.sender_core.device_coord;
            connection.receiver_core.device_coord =
                MeshCoordinate(from[0], (from[1] + from[0]) % device->shape()[1]);
        }
        const MeshSocket socket(device, config);
        for (int round = 0; round < 10; ++round) {
            const Geometry geometry{2048, 256, 40960};
            mesh == (forward ? 0 : 1) ? send_bytes(seed, geometry, device, socket)
                                      : receive_on(seed, geometry, device, socket);
        }
        device->synchronize();
    }
    world()->barrier();
}

/// World sockets from ranks 0, 2, 3, 4 to 1, and sockets of a sub-context of [0, 2, 3, 4] to its rank 1.
void contexts() {
    const auto device = open();
    const std::uint32_t seed = shared_seed();
    const Geometry geometry{1024, 64, 2048};
    const Star star = make_star(device, geometry.fifo);
    std::map<int, MeshSocket> inner;
    ContextPtr context;
    if (own_rank() != 1) {
        const std::array<Rank, 4> ranks{Rank{0}, Rank{2}, Rank{3}, Rank{4}};
        context = world()->create_sub_context(ranks);
        for (const int sender : {0, 2, 3}) {
            if (*context->rank() == sender || *context->rank() == 1) {
                SocketConfig config = between(sender, 1, geometry.fifo, device->shape());
                config.distributed_context = context;
                inner.emplace(sender, MeshSocket(device, config));
            }
        }
    }
    for (std::uint32_t round = 0; round < 5; ++round) {
        go_forward(star, seed + round, geometry);
        for (const auto& [sender, socket] : inner) {
            *context->rank() == 1 ? receive_on(seed + 7 * round, geometry, device, socket)
                                  : send_bytes(seed + 7 * round, geometry, device, socket);
        }
    }
    device->synchronize();
    world()->barrier();
}

void mismatch() {
    const auto device = open();
    SocketConfig config = between(0, 1, own_rank() == 0 ? 1024 : 2048, device->shape(),
                                  own_rank() == 0 ? BufferType::l1 : BufferType::dram);
    config.socket_connection_config[0].receiver_core.core_coord = {own_rank() == 0 ? 0U : 1U, 3};
    const MeshSocket socket(device, config);
}

void order() {
    const auto device = open();
    const int first = own_rank();
    const MeshSocket socket(device, between(first, 1 - first, 1024, device->shape()));
}

void alone() {
    const auto device = open();
    if (own_rank() == 0) {
        const MeshSocket socket(device, between(0, 1, 1024, device->shape()));
    }
    world()->barrier();
}

void no_memory() {
    const auto device = open();
    const auto taken =
        own_rank() == 1
            ? MeshBuffer::create(
                  {.size = device->memory_view(BufferType::l1).bytes_per_bank,
                   .page_size = 1024,
                   .buffer_type = BufferType::l1,
                   .bytes_per_bank = device->memory_view(BufferType::l1).largest_free_bytes_per_bank},
                  device)
            : nullptr;
    const MeshSocket socket(device, between(0, 1, 1024, device->shape()));
}

void null_socket() {
    const auto device = open();
    const MeshSocket socket(device, between(0, 1, 1024, device->shape()));
    if (own_rank() > 1) {
        require(socket.is_null(), "a third rank has a socket");
        try {
            const Tensor tensor = allocate_tensor_on_device(spec_of(kGeometries[0]), device);
            send_async(tensor, socket);
            throw std::logic_error("a null socket sends");
        } catch (const std::runtime_error& error) {
            require(std::string(error.what()).find("this is a null socket") != std::string::npos,
                    error.what());
        }
    }
    world()->barrier();
}

/// Both send and then receive: `data` bytes through FIFOs of 4096.
void send_first(std::uint32_t data) {
    const auto device = open();
    const MeshSocket there(device, between(0, 1, 4096, device->shape()));
    const MeshSocket back(device, between(1, 0, 4096, device->shape()));
    const Geometry geometry{4096, 1024, data};
    send_bytes(1, geometry, device, own_rank() == 0 ? there : back);
    receive_on(1, geometry, device, own_rank() == 0 ? back : there);
    device->synchronize();
}

void other_tensor() {
    const auto device = open();
    const MeshSocket socket(device, between(0, 1, 4096, device->shape()));
    own_rank() == 0 ? send_bytes(1, {4096, 1024, 65536}, device, socket)
                    : receive_on(1, {4096, 1024, 131072}, device, socket);
    device->synchronize();
}

/// From the first of three meshes in a row to the last.
void two_hops() {
    const auto device = open();
    if (own_rank() != 1) {
        const MeshSocket socket(device, between(0, 2, 4096, device->shape()));
        own_rank() == 0 ? send_bytes(3, {4096, 1024, 65536}, device, socket)
                        : receive_on(3, {4096, 1024, 65536}, device, socket);
        device->synchronize();
    }
    world()->barrier();
}

void die() {
    const auto device = open();
    const MeshSocket socket(device, between(0, 1, 4096, device->shape()));
    if (own_rank() == 1) {
        std::raise(SIGKILL);
    }
    send_bytes(1, {4096, 1024, 65536}, device, socket);
    device->synchronize();
}

const std::map<std::string, void (*)()> kPrograms{
    {"backward", [] { patterns("backward"); }},
    {"forward", [] { patterns("forward"); }},
    {"both", [] { patterns("both"); }},
    {"unequal", unequal},
    {"big-mesh", big_mesh},
    {"contexts", contexts},
    {"mismatch", mismatch},
    {"order", order},
    {"alone", alone},
    {"no-memory", no_memory},
    {"null", null_socket},
    {"deadlock", [] { send_first(65536); }},
    {"no-deadlock", [] { send_first(4096); }},
    {"other-tensor", other_tensor},
    {"two-hops", two_hops},
    {"die", die},
};

}  // namespace

int main(int, char** words) try {
    kPrograms.at(words[1])();
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 9;
}
