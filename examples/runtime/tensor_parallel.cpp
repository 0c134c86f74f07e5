// Two layers of a network with their weights cut over the chips of a mesh: the first by columns, the second
// by rows, so that one all_reduce at the end puts the result together.

#include <cmath>
#include <cstdio>
#include <exception>
#include <random>
#include <vector>

#include "tt_run/device/mesh_mapper.hpp"
#include "tt_run/device/operations.hpp"

using namespace tt_run::device;

namespace {

constexpr std::uint32_t kTokens = 32, kWidth = 128, kHidden = 256;

Tensor random_tensor(std::mt19937& random, const Shape& shape) {
    std::normal_distribution<float> normal(0.0F, 0.1F);
    std::vector<float> values(shape.volume());
    for (float& value : values) {
        value = normal(random);
    }
    return Tensor::from_vector<float>(values, {shape, DataType::bfloat16, Layout::tile});
}

double correlation(const std::vector<float>& a, const std::vector<float>& b) {
    double ab = 0.0, aa = 0.0, bb = 0.0;
    for (std::size_t k = 0; k < a.size(); ++k) {
        ab += static_cast<double>(a[k]) * static_cast<double>(b[k]);
        aa += static_cast<double>(a[k]) * static_cast<double>(a[k]);
        bb += static_cast<double>(b[k]) * static_cast<double>(b[k]);
    }
    return ab / std::sqrt(aa * bb);
}

}  // namespace

int main() try {
    const auto device = MeshDevice::create();
    std::mt19937 random(1);
    const Tensor x = random_tensor(random, {kTokens, kWidth});
    const Tensor up = random_tensor(random, {kWidth, kHidden});
    const Tensor down = random_tensor(random, {kHidden, kWidth});

    const Tensor inputs = distribute_tensor(x, replicate_tensor_to_mesh_mapper(device), device);
    const Tensor up_columns = distribute_tensor(up, shard_tensor_to_mesh_mapper(device, 1), device);
    const Tensor down_rows = distribute_tensor(down, shard_tensor_to_mesh_mapper(device, 0), device);
    const Tensor hidden = linear(inputs, up_columns, std::nullopt, {.activation = "silu"});
    const Tensor output = all_reduce(matmul(hidden, down_rows));

    const Tensor expected = matmul(linear(x, up, std::nullopt, {.activation = "silu"}), down);
    const double likeness =
        correlation(get_device_tensors(output).front().to_vector<float>(), expected.to_vector<float>());
    std::printf("%zu chips, correlation with one: %.5f\n", device->num_devices(), likeness);
    device->close();
    return likeness >= 0.99 ? 0 : 1;
} catch (const std::exception& error) {
    std::fprintf(stderr, "tensor_parallel: %s\n", error.what());
    return 1;
}
