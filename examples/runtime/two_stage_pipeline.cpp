// Two meshes, one process each: the first computes relu and sends the result through a socket, the second
// receives it, computes exp, and checks the whole.
//   tt-run --emulate --rank-binding configs/split-galaxy-4x4/rank_bindings.yaml two_stage_pipeline

#include <cmath>
#include <cstdio>
#include <exception>
#include <random>
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

/// Core (0, 0) of every device to core (0, 0) of the device at the same place in the other mesh.
SocketConfig every_device(const MeshShape& shape) {
    SocketConfig config;
    for (const MeshCoordinate& coordinate : MeshCoordinateRange(shape)) {
        config.socket_connection_config.push_back({{coordinate, {0, 0}}, {coordinate, {0, 0}}});
    }
    config.socket_mem_config = {BufferType::dram, 10 * 1024};
    config.sender_rank = Rank{0};
    config.receiver_rank = Rank{1};
    return config;
}

/// Both ranks make the same values, so that the second can check what it gets.
std::vector<float> values(std::size_t count) {
    std::mt19937 random(17);
    std::normal_distribution<float> distribution;
    std::vector<float> all(count);
    for (float& value : all) {
        value = distribution(random);
    }
    return all;
}

}  // namespace

int main(int argc, char** argv) try {
    DistributedContext::create(argc, argv);
    const int rank = *DistributedContext::get_current_world()->rank();
    set_fabric_config(FabricConfig::mesh);
    const auto device = MeshDevice::create();
    const MeshSocket socket(device, every_device(device->shape()));

    const Shape shape({1, 1, 1024, 1024});
    const TensorSpec spec(shape, DataType::float32, Layout::tile);
    if (rank == 0) {
        const Tensor input = to_device(Tensor::from_vector<float>(values(shape.volume()), spec), device);
        send_async(relu(input), socket);
        device->synchronize();
        std::printf("rank 0 sent relu(x) from %zu devices\n", device->num_devices());
        return 0;
    }
    const Tensor received = allocate_tensor_on_device(spec, device);
    recv_async(received, socket);
    const Tensor result = exp(received);
    const std::vector<float> wanted = values(shape.volume());
    for (const Tensor& shard : get_device_tensors(result)) {
        const std::vector<float> found = shard.to_vector<float>();
        for (std::size_t k = 0; k < found.size(); ++k) {
            const float right = std::exp(wanted[k] > 0 ? wanted[k] : 0.0F);
            if (std::abs(found[k] - right) > 1e-6F * right) {
                std::printf("rank 1: value %zu is %g and should be %g\n", k, double{found[k]}, double{right});
                return 1;
            }
        }
    }
    std::printf("rank 1 received it on %zu devices, and exp(relu(x)) is right on all\n",
                device->num_devices());
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
