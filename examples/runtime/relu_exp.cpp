// A tensor cut over a 4 x 4 mesh, relu and exp on every chip, and the result put together and checked.

#include <cmath>
#include <cstdio>
#include <exception>
#include <random>
#include <vector>

#include "tt_run/device/mesh_mapper.hpp"
#include "tt_run/device/operations.hpp"

using namespace tt_run::device;

int main() try {
    const MeshShape mesh(4, 4);
    const auto device = MeshDevice::create({.mesh_shape = mesh});

    std::mt19937 random(0);
    std::normal_distribution<float> normal;
    std::vector<float> values(1024 * 1024);
    for (float& value : values) {
        value = normal(random);
    }
    const Tensor host =
        Tensor::from_vector<float>(values, {Shape{1, 1, 1024, 1024}, DataType::float32, Layout::tile});
    const Tensor input = distribute_tensor(host, shard_tensor_2d_mesh(device, mesh, {2, 3}), device);
    const Tensor output = tt_run::device::exp(relu(input));
    const Tensor whole = aggregate_tensor(output, concat_mesh_2d_to_tensor(device, mesh, {2, 3}));

    const std::vector<float> results = whole.to_vector<float>();
    for (std::size_t k = 0; k < values.size(); ++k) {
        const double expected = std::exp(std::fmax(static_cast<double>(values[k]), 0.0));
        if (std::fabs(static_cast<double>(results[k]) - expected) > 1e-5 * expected) {
            std::fprintf(stderr, "element %zu is %g, not %g\n", k, static_cast<double>(results[k]), expected);
            return 1;
        }
    }
    std::printf("exp(relu(x)) over %s is right\n", mesh.text().c_str());
    device->close();
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "relu_exp: %s\n", error.what());
    return 1;
}
