// What a rank does when it does little: opens its mesh, runs relu if told so, closes.

#include <cstring>
#include <vector>

#include "tt_run/device/operations.hpp"

using namespace tt_run::device;

int main(int count, char** words) {
    const auto device = MeshDevice::create();
    if (count > 1 && std::strcmp(words[1], "relu") == 0) {
        const std::vector<float> values(256 * 256, -1.0F);
        const Tensor host =
            Tensor::from_vector<float>(values, {Shape{256, 256}, DataType::bfloat16, Layout::tile});
        relu(to_device(host, device));
        device->synchronize();
    }
    device->close();
    return 0;
}
