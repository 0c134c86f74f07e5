// The program of mesh 0 in a job whose meshes run different ones.

#include <vector>

#include "test/runtime/stages.hpp"

int main() {
    using namespace tt_run::device;
    const auto device = open_stage();
    const tt_run::sockets::MeshSocket socket(device, stage_socket(device->shape()));
    const std::vector<float> values(stage_spec().logical_shape().volume(), 42.0F);
    send_async(to_device(Tensor::from_vector<float>(values, stage_spec()), device), socket);
    device->synchronize();
    return 0;
}
