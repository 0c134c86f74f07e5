// As many stages as there are meshes, in a row: each receives, adds one, and sends on; the last one checks.
//   tt-run --emulate --cluster closetbox --rank-binding configs/closetbox/rank_bindings.yaml chain

#include <cstdio>
#include <exception>
#include <optional>
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

constexpr int kTensors = 5;

SocketConfig between(int sender, int receiver, const MeshShape& shape) {
    SocketConfig config;
    for (const MeshCoordinate& coordinate : MeshCoordinateRange(shape)) {
        config.socket_connection_config.push_back({{coordinate, {0, 0}}, {coordinate, {0, 1}}});
    }
    config.socket_mem_config = {BufferType::l1, 16 * 1024};
    config.sender_rank = Rank{sender};
    config.receiver_rank = Rank{receiver};
    return config;
}

}  // namespace

int main(int argc, char** argv) try {
    DistributedContext::create(argc, argv);
    const auto world = DistributedContext::get_current_world();
    const int rank = *world->rank();
    const int last = *world->size() - 1;
    set_fabric_config(FabricConfig::mesh);
    const auto device = MeshDevice::create();

    // Every rank makes the socket to its predecessor first: the first stage has none and sets the row going.
    std::optional<MeshSocket> from;
    std::optional<MeshSocket> to;
    if (rank > 0) {
        from.emplace(device, between(rank - 1, rank, device->shape()));
    }
    if (rank < last) {
        to.emplace(device, between(rank, rank + 1, device->shape()));
    }
    const TensorSpec spec(Shape({64, 256}), DataType::float32, Layout::tile);
    for (int number = 0; number < kTensors; ++number) {
        Tensor tensor;
        if (from) {
            tensor = allocate_tensor_on_device(spec, device);
            recv_async(tensor, *from);
        } else {
            const std::vector<float> values(spec.logical_shape().volume(), static_cast<float>(100 * number));
            tensor = to_device(Tensor::from_vector<float>(values, spec), device);
        }
        const Tensor next = add(tensor, 1.0F);
        if (to) {
            send_async(next, *to);
            continue;
        }
        const float wanted = static_cast<float>(100 * number + last + 1);
        for (const Tensor& shard : get_device_tensors(next)) {
            for (const float value : shard.to_vector<float>()) {
                if (value != wanted) {
                    std::printf("tensor %d: %g should be %g\n", number, double{value}, double{wanted});
                    return 1;
                }
            }
        }
    }
    device->synchronize();
    if (rank == last) {
        std::printf("%d tensors came through %d meshes of %zu chips\n", kTensors, last + 1,
                    device->num_devices());
    }
    world->barrier();
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
