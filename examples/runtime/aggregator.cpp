// Rank 1 gathers from all others, sums, and sends the sum back to each: forward and backward, fifty times.
//   tt-run --emulate --rank-binding configs/split-galaxy-4x2/rank_bindings.yaml aggregator

#include <cstdio>
#include <exception>
#include <vector>

#include <tt_run/device/fabric.hpp>
#include <tt_run/device/operations.hpp>
#include <tt_run/distributed/distributed_context.hpp>
#include <tt_run/sockets/mesh_socket.hpp>

using namespace tt_run::device;
using namespace tt_run::sockets;
using tt_run::distributed::DistributedContext;
using tt_run::distributed::Rank;

namespace {

constexpr int kCentre = 1;
constexpr int kRounds = 50;

SocketConfig between(int sender, int receiver, const MeshShape& shape) {
    SocketConfig config;
    for (const MeshCoordinate& coordinate : MeshCoordinateRange(shape)) {
        config.socket_connection_config.push_back({{coordinate, {0, 0}}, {coordinate, {0, 1}}});
    }
    config.socket_mem_config = {BufferType::l1, 4096};
    config.sender_rank = Rank{sender};
    config.receiver_rank = Rank{receiver};
    return config;
}

/// The sockets between the centre and each other rank, as this rank has them.
struct Lines {
    std::vector<MeshSocket> forward;
    std::vector<MeshSocket> backward;
};

Lines connect(const std::shared_ptr<MeshDevice>& device, int own, int ranks) {
    Lines lines;
    for (int rank = 0; rank < ranks; ++rank) {
        if (rank != kCentre && (own == rank || own == kCentre)) {
            lines.forward.emplace_back(device, between(rank, kCentre, device->shape()));
            lines.backward.emplace_back(device, between(kCentre, rank, device->shape()));
        }
    }
    return lines;
}

}  // namespace

int main(int argc, char** argv) try {
    DistributedContext::create(argc, argv);
    const auto world = DistributedContext::get_current_world();
    const int own = *world->rank();
    const int ranks = *world->size();
    set_fabric_config(FabricConfig::mesh);
    const auto device = MeshDevice::create();
    const Lines lines = connect(device, own, ranks);

    const TensorSpec spec(Shape({32, 128}), DataType::bfloat16, Layout::tile);
    float expected = 0;
    for (int round = 0; round < kRounds; ++round) {
        const std::vector<float> values(spec.logical_shape().volume(), static_cast<float>(own + round % 4));
        Tensor sum = to_device(Tensor::from_vector<float>(values, spec), device);
        if (own == kCentre) {
            for (const MeshSocket& line : lines.forward) {
                const Tensor part = allocate_tensor_on_device(spec, device);
                recv_async(part, line);
                sum = add(sum, part);
            }
            for (const MeshSocket& line : lines.backward) {
                send_async(sum, line);
            }
        } else {
            send_async(sum, lines.forward.front());
            recv_async(sum, lines.backward.front());
        }
        expected = static_cast<float>(ranks * (ranks - 1) / 2 + ranks * (round % 4));
        for (const Tensor& shard : get_device_tensors(sum)) {
            for (const float value : shard.to_vector<float>()) {
                if (value != expected) {
                    std::printf("rank %d, round %d: %g should be %g\n", own, round, double{value},
                                double{expected});
                    return 1;
                }
            }
        }
    }
    world->barrier();
    std::printf("rank %d agrees on all %d sums\n", own, kRounds);
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
