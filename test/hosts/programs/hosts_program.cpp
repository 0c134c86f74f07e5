// A pipeline over all ranks of a job, with every byte checked at every stage: rank 0 makes random tensors,
// each other rank compares what it receives with what must come, and hands it on.
//   hosts_program SEED TENSORS BYTES      TENSORS 0: for ever, saying "running" once the first has come
//   through

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <unistd.h>

#include "tt_run/device/fabric.hpp"
#include "tt_run/device/tensor.hpp"
#include "tt_run/distributed/distributed_context.hpp"
#include "tt_run/sockets/mesh_socket.hpp"

using namespace tt_run::device;
using namespace tt_run::sockets;
using tt_run::distributed::DistributedContext;
using tt_run::distributed::Rank;

namespace {

constexpr std::uint32_t kPageBytes = 1024;

SocketConfig between(int sender, int receiver, const MeshShape& shape) {
    SocketConfig config;
    for (const MeshCoordinate& coordinate : MeshCoordinateRange(shape)) {
        config.socket_connection_config.push_back({{coordinate, {0, 0}}, {coordinate, {0, 1}}});
    }
    config.socket_mem_config = {BufferType::l1, 16 * kPageBytes};
    config.sender_rank = Rank{sender};
    config.receiver_rank = Rank{receiver};
    return config;
}

std::vector<std::uint8_t> random_bytes(std::uint32_t seed, std::size_t count) {
    std::mt19937 random(seed);
    std::vector<std::uint8_t> bytes(count);
    for (std::uint8_t& byte : bytes) {
        byte = static_cast<std::uint8_t>(random());
    }
    return bytes;
}

/// FNV-1a, continued.
std::uint64_t digest_of(const std::vector<std::uint8_t>& bytes, std::uint64_t digest) {
    for (const std::uint8_t byte : bytes) {
        digest = (digest ^ byte) * 1099511628211U;
    }
    return digest;
}

std::string host_name() {
    char name[256] = {};
    ::gethostname(name, sizeof name - 1);
    return name;
}

void run(std::uint32_t seed, std::uint32_t tensors, std::uint32_t bytes) {
    const auto world = DistributedContext::get_current_world();
    const int rank = *world->rank();
    const int last = *world->size() - 1;
    set_fabric_config(FabricConfig::mesh);
    const auto device = MeshDevice::create();
    std::optional<MeshSocket> from;
    std::optional<MeshSocket> to;
    if (rank > 0) {
        from.emplace(device, between(rank - 1, rank, device->shape()));
    }
    if (rank < last) {
        to.emplace(device, between(rank, rank + 1, device->shape()));
    }
    const TensorSpec spec(Shape({bytes / kPageBytes, kPageBytes}), DataType::uint8, Layout::row_major);
    std::uint64_t digest = 14695981039346656037U;
    for (std::uint32_t number = 0; tensors == 0 || number < tensors; ++number) {
        const std::vector<std::uint8_t> wanted = random_bytes(seed + number, bytes);
        Tensor tensor;
        if (from) {
            tensor = allocate_tensor_on_device(spec, device);
            recv_async(tensor, *from);
            for (const Tensor& shard : get_device_tensors(from_device(tensor))) {
                const std::vector<std::uint8_t> got = shard.to_vector<std::uint8_t>();
                if (got != wanted) {
                    throw std::runtime_error("tensor " + std::to_string(number) + " is not what was sent");
                }
                digest = digest_of(got, digest);
            }
        } else {
            tensor = to_device(Tensor::from_vector<std::uint8_t>(wanted, spec), device);
        }
        if (to) {
            send_async(tensor, *to);
        }
        if (tensors == 0 && number == 0 && rank == last) {
            std::printf("running\n");
            std::fflush(stdout);
        }
    }
    device->synchronize();
    std::printf("rank %d mesh %s host %s chips %zu digest %016llx\n", rank, std::getenv("TT_MESH_ID"),
                host_name().c_str(), device->num_devices(), static_cast<unsigned long long>(digest));
    world->barrier();
}

}  // namespace

int main(int argc, char** argv) try {
    DistributedContext::create(argc, argv);
    if (argc != 4) {
        throw std::runtime_error("hosts_program SEED TENSORS BYTES");
    }
    run(static_cast<std::uint32_t>(std::stoul(argv[1])), static_cast<std::uint32_t>(std::stoul(argv[2])),
        static_cast<std::uint32_t>(std::stoul(argv[3])));
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
