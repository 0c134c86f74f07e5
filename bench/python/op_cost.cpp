// The C++ side of bench/python/run: how long a call of relu on one tile takes, in nanoseconds, printed for
// each line that is read.

#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>

#include <tt_run/device/operations.hpp>

using namespace tt_run::device;

int main() {
    const auto device = MeshDevice::create({.mesh_shape = MeshShape(1, 1)});
    const TensorSpec spec(Shape({32, 32}), DataType::float32, Layout::tile);
    const Tensor input = allocate_tensor_on_device(spec, device);
    const Tensor output = allocate_tensor_on_device(spec, device);
    for (std::string line; std::getline(std::cin, line);) {
        const int calls = std::stoi(line);
        const auto begin = std::chrono::steady_clock::now();
        for (int k = 0; k < calls; ++k) {
            relu(input, {.output_tensor = output});
        }
        device->synchronize();
        const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
        std::printf("%.1f\n", took.count() / calls);
        std::fflush(stdout);
    }
}
