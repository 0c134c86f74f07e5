// The program of mesh 1.

#include <algorithm>
#include <cstdio>

#include "test/runtime/stages.hpp"

int main() {
    using namespace tt_run::device;
    const auto device = open_stage();
    const tt_run::sockets::MeshSocket socket(device, stage_socket(device->shape()));
    const Tensor tensor = allocate_tensor_on_device(stage_spec(), device);
    recv_async(tensor, socket);
    std::size_t right = 0;
    for (const Tensor& shard : get_device_tensors(from_device(tensor))) {
        const std::vector<float> values = shard.to_vector<float>();
        right += std::ranges::all_of(values, [](float value) { return value == 42.0F; }) ? 1U : 0U;
    }
    std::printf("stage two has %zu times 42\n", right);
    return 0;
}
