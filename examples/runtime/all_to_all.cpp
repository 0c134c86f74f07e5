// Every mesh sends a tensor of its own to every other mesh, all at once.
//   tt-run --emulate --cluster 'wh-galaxy*5@all-to-all:4' --rank-binding configs/5-galaxy/rank_bindings.yaml
//   all_to_all

#include <cstdio>
#include <exception>
#include <map>
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

SocketConfig between(int sender, int receiver, const MeshShape& shape) {
    SocketConfig config;
    for (const MeshCoordinate& coordinate : MeshCoordinateRange(shape)) {
        config.socket_connection_config.push_back({{coordinate, {0, 0}}, {coordinate, {0, 1}}});
    }
    config.socket_mem_config = {BufferType::dram, 64 * 1024};
    config.sender_rank = Rank{sender};
    config.receiver_rank = Rank{receiver};
    return config;
}

float value_of(int sender, int receiver) {
    return static_cast<float>(10 * sender + receiver);
}

}  // namespace

int main(int argc, char** argv) try {
    DistributedContext::create(argc, argv);
    const auto world = DistributedContext::get_current_world();
    const int own = *world->rank();
    const int ranks = *world->size();
    set_fabric_config(FabricConfig::mesh);
    const auto device = MeshDevice::create({.num_command_queues = 2});

    // All ranks go through the pairs in one order.
    std::map<int, MeshSocket> to;
    std::map<int, MeshSocket> from;
    for (int sender = 0; sender < ranks; ++sender) {
        for (int receiver = 0; receiver < ranks; ++receiver) {
            if (sender != receiver && own == sender) {
                to.emplace(receiver, MeshSocket(device, between(sender, receiver, device->shape())));
            } else if (sender != receiver && own == receiver) {
                from.emplace(sender, MeshSocket(device, between(sender, receiver, device->shape())));
            }
        }
    }
    // What is sent is longer than a FIFO: receiving has a queue of its own, so that neither waits for the
    // other. All memory is taken before anything waits, and kept to the end.
    const TensorSpec spec(Shape({128, 512}), DataType::bfloat16, Layout::tile);
    std::map<int, Tensor> sent;
    std::map<int, Tensor> received;
    for (const auto& [receiver, socket] : to) {
        const std::vector<float> values(spec.logical_shape().volume(), value_of(own, receiver));
        sent[receiver] = to_device(Tensor::from_vector<float>(values, spec), device);
    }
    for (const auto& [sender, socket] : from) {
        received[sender] = allocate_tensor_on_device(spec, device);
    }
    for (const auto& [receiver, socket] : to) {
        send_async(sent[receiver], socket);
    }
    for (const auto& [sender, socket] : from) {
        recv_async(received[sender], socket, 1);
    }
    device->synchronize();
    for (const auto& [sender, tensor] : received) {
        for (const Tensor& shard : get_device_tensors(tensor)) {
            for (const float value : shard.to_vector<float>()) {
                if (value != value_of(sender, own)) {
                    std::printf("rank %d: %g from rank %d\n", own, double{value}, sender);
                    return 1;
                }
            }
        }
    }
    world->barrier();
    std::printf("rank %d has what %zu others sent it\n", own, received.size());
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
