// Programs of ranks whose transfers all come through.

#include <array>
#include <chrono>
#include <random>
#include <stdexcept>

#include "test/runtime/socket_program.hpp"

namespace tt_run::test {

using namespace tt_run::device;
using namespace tt_run::sockets;
using distributed::ContextPtr;
using distributed::DistributedContext;
using distributed::Rank;

namespace {

constexpr std::array<Geometry, 5> kGeometries{
    {{1024, 64, 2048}, {2048, 256, 4096}, {4096, 1088, 78336}, {512, 128, 16384}, {1024, 128, 4096}}};
constexpr int kRounds = 50;

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

/// The first device of mesh 0 to every device of mesh 1, which all get the same; and past the FIFO.
void broadcast() {
    const auto device = open();
    const std::uint32_t seed = shared_seed();
    SocketConfig config = between(0, 1, 4096, device->shape());
    for (SocketConnection& connection : config.socket_connection_config) {
        connection.sender_core = {MeshCoordinate(0, 0), {0, 0}};
    }
    const MeshSocket socket(device, config);
    for (std::uint32_t round = 0; round < 10; ++round) {
        const Geometry geometry{4096, 1088, 78336};
        own_rank() == 0 ? send_bytes(seed + round, geometry, device, socket)
                        : receive_on(seed + round, geometry, device, socket);
    }
    device->synchronize();
    world()->barrier();
}

/// Every device of mesh 0 to every device of mesh 1 and back, a socket each, twice.
void all_to_all_devices() {
    const auto device = open();
    const std::uint32_t seed = shared_seed();
    if (own_rank() > 1) {
        return world()->barrier();
    }
    std::vector<MeshSocket> sockets;
    for (const bool forward : {true, false}) {
        for (const MeshCoordinate& from : MeshCoordinateRange(device->shape())) {
            for (const MeshCoordinate& to : MeshCoordinateRange(device->shape())) {
                SocketConfig config = between(forward ? 0 : 1, forward ? 1 : 0, 1024, device->shape());
                config.socket_connection_config = {{{from, {0, 0}}, {to, {0, 1}}}};
                sockets.emplace_back(device, config);
            }
        }
    }
    const Geometry geometry{1024, 256, 1024};
    for (std::uint32_t round = 0; round < 2; ++round) {
        for (std::size_t k = 0; k < sockets.size(); ++k) {
            const bool sends = sockets[k].get_socket_endpoint_type() == SocketEndpoint::sender;
            const std::uint32_t own_seed = seed + 1000 * round + static_cast<std::uint32_t>(k);
            sends ? send_bytes(own_seed, geometry, device, sockets[k])
                  : receive_on(own_seed, geometry, device, sockets[k]);
        }
    }
    device->synchronize();
    world()->barrier();
}

/// Past the FIFO, tensors of random sizes, longer than it by far.
void direct() {
    const auto device = open();
    const std::uint32_t seed = shared_seed();
    const MeshSocket socket(device, between(0, 1, 128, device->shape()));
    std::mt19937 random(seed);
    for (int round = 0; round < 20; ++round) {
        const auto page = static_cast<std::uint32_t>(32 * (1 + random() % 200));
        const auto pages = static_cast<std::uint32_t>(1 + random() % 200);
        const TensorSpec spec(Shape({pages, page}), DataType::uint8, Layout::row_major);
        const auto bytes = random_bytes(seed + static_cast<std::uint32_t>(round), std::size_t{page} * pages);
        if (own_rank() == 0) {
            send_direct_async(to_device(Tensor::from_vector<std::uint8_t>(bytes, spec), device), socket);
            continue;
        }
        const Tensor tensor = allocate_tensor_on_device(spec, device);
        recv_direct_async(tensor, socket);
        for (const Tensor& shard : get_device_tensors(from_device(tensor))) {
            require(shard.to_vector<std::uint8_t>() == bytes, "the bytes received are not the bytes sent");
        }
    }
    device->synchronize();
    const SocketCounters counters = socket.counters(0);
    const std::uint32_t count = own_rank() == 0 ? counters.bytes_sent : counters.bytes_acked;
    require(count == 20 * 2 * 64, "the count is not two pages for each transfer");
    world()->barrier();
}

/// Memory that no socket names, all around what they name, stays as it is.
void canary() {
    const auto device = open();
    const std::uint32_t seed = shared_seed();
    const Geometry geometry{4096, 1088, 78336};
    std::vector<Tensor> canaries;
    const auto plant = [&] {
        const auto bytes = random_bytes(seed + static_cast<std::uint32_t>(canaries.size()), geometry.data);
        canaries.push_back(to_device(Tensor::from_vector<std::uint8_t>(bytes, spec_of(geometry)), device));
        MemoryConfig l1;
        l1.buffer_type = BufferType::l1;
        canaries.push_back(
            to_device(Tensor::from_vector<std::uint8_t>(bytes, spec_of(geometry)), device, l1));
    };
    plant();
    const MeshSocket there(device, between(0, 1, 4096, device->shape()));
    plant();
    const MeshSocket back(device, between(1, 0, 10240, device->shape(), BufferType::dram));
    plant();
    for (std::uint32_t round = 0; round < 20; ++round) {
        own_rank() == 0 ? send_bytes(seed + round, geometry, device, there)
                        : receive_on(seed + round, geometry, device, there);
        own_rank() == 1 ? send_bytes(seed - round, geometry, device, back)
                        : receive_on(seed - round, geometry, device, back);
    }
    device->synchronize();
    for (std::size_t k = 0; k < canaries.size(); ++k) {
        const auto bytes = random_bytes(seed + static_cast<std::uint32_t>(k / 2 * 2), geometry.data);
        for (const Tensor& shard : get_device_tensors(from_device(canaries[k]))) {
            require(shard.to_vector<std::uint8_t>() == bytes, "memory that no socket names has changed");
        }
    }
    world()->barrier();
}

/// Transfers of all kinds among all ranks, until something ends it; a minute at most.
void traffic() {
    const auto device = open();
    const std::uint32_t seed = shared_seed();
    const Star star = make_star(device, 4096);
    const Geometry geometry{4096, 1088, 78336};
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    bool goes_on = true;
    for (std::uint32_t round = 0; goes_on; ++round) {
        go_forward(star, seed + 10 * round, geometry);
        go_backward(star, seed + 10 * round, geometry);
        device->synchronize();
        std::array<std::int32_t, 1> more{std::chrono::steady_clock::now() < end ? 1 : 0};
        world()->broadcast(std::as_writable_bytes(std::span(more)), Rank{0});
        goes_on = more[0] != 0;
    }
}

}  // namespace

void add_exchanges(Programs& programs) {
    programs["backward"] = [] { patterns("backward"); };
    programs["forward"] = [] { patterns("forward"); };
    programs["both"] = [] { patterns("both"); };
    programs["unequal"] = unequal;
    programs["big-mesh"] = big_mesh;
    programs["contexts"] = contexts;
    programs["null"] = null_socket;
    programs["two-hops"] = two_hops;
    programs["broadcast"] = broadcast;
    programs["all-to-all-devices"] = all_to_all_devices;
    programs["direct"] = direct;
    programs["canary"] = canary;
    programs["traffic"] = traffic;
}

}  // namespace tt_run::test
