// One process with an emulated Galaxy: opening it, moving a tensor, an operation, a small piece of work.

#include <cstdlib>
#include <cstring>
#include <vector>

#include <Eigen/Core>
#include <benchmark/benchmark.h>

#include "tt_run/device/mesh_mapper.hpp"
#include "tt_run/device/operations.hpp"

using namespace tt_run::device;

namespace {

const bool kEnvironment = ::setenv("TT_RUN_EMULATE", "wh-galaxy", 1) == 0;

constexpr std::uint32_t kSide = 1024;

Tensor some_tensor(DataType type) {
    const std::vector<float> values(std::size_t{kSide} * kSide, 0.5F);
    return Tensor::from_vector<float>(values, {Shape{kSide, kSide}, type, Layout::tile});
}

/// 32 chips of 12 GiB; the runtime is there already.
void open_and_close(benchmark::State& state) {
    for (auto _ : state) {
        MeshDevice::create()->close();
    }
}
BENCHMARK(open_and_close)->Unit(benchmark::kMillisecond);

void small_work(benchmark::State& state) {
    const auto device = MeshDevice::create();
    int count = 0;
    for (auto _ : state) {
        device->mesh_command_queue().enqueue([&] { ++count; });
    }
    device->close();
}
BENCHMARK(small_work);

/// 16 MiB of float32 on one device, next to the same work by Eigen alone on memory that is there.
constexpr std::uint32_t kRows = 2048;

Tensor sixteen_mib(const std::shared_ptr<MeshDevice>& device, Layout layout) {
    std::vector<float> values(std::size_t{kRows} * kRows);
    for (std::size_t k = 0; k < values.size(); ++k) {
        values[k] = static_cast<float>(k % 1000) * 0.02F - 10.0F;
    }
    return to_device(Tensor::from_vector<float>(values, {Shape{kRows, kRows}, DataType::float32, layout}),
                     device);
}

template <class Operation>
void on_a_device(benchmark::State& state, Layout layout, Operation operation) {
    const auto device = MeshDevice::create({.mesh_shape = MeshShape(1, 1)});
    const Tensor x = sixteen_mib(device, layout);
    const Tensor y = allocate_tensor_on_device(x.spec(), device);
    for (auto _ : state) {
        operation(x, OperationOptions{.output_tensor = y});
        device->synchronize();
    }
    state.SetBytesProcessed(state.iterations() * kRows * kRows * 4);
}

template <class Operation>
void by_eigen(benchmark::State& state, Operation operation) {
    const Eigen::ArrayXf x = Eigen::ArrayXf::Random(Eigen::Index{kRows} * kRows) * 10.0F;
    Eigen::ArrayXf y = x;
    for (auto _ : state) {
        operation(x, y);
        benchmark::ClobberMemory();
    }
    state.SetBytesProcessed(state.iterations() * kRows * kRows * 4);
}

void relu_of_16_mib(benchmark::State& state) {
    on_a_device(state, Layout::tile,
                [](const Tensor& x, const OperationOptions& options) { tt_run::device::relu(x, options); });
}
void eigen_relu_of_16_mib(benchmark::State& state) {
    by_eigen(state, [](const Eigen::ArrayXf& x, Eigen::ArrayXf& y) { y = x.max(0.0F); });
}
void exp_of_16_mib(benchmark::State& state) {
    on_a_device(state, Layout::tile,
                [](const Tensor& x, const OperationOptions& options) { tt_run::device::exp(x, options); });
}
void eigen_exp_of_16_mib(benchmark::State& state) {
    by_eigen(state, [](const Eigen::ArrayXf& x, Eigen::ArrayXf& y) { y = x.exp(); });
}
void add_of_16_mib(benchmark::State& state) {
    on_a_device(state, Layout::tile,
                [](const Tensor& x, const OperationOptions& options) { tt_run::device::add(x, x, options); });
}
void eigen_add_of_16_mib(benchmark::State& state) {
    by_eigen(state, [](const Eigen::ArrayXf& x, Eigen::ArrayXf& y) { y = x + x; });
}
BENCHMARK(relu_of_16_mib)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(eigen_relu_of_16_mib)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(exp_of_16_mib)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(eigen_exp_of_16_mib)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(add_of_16_mib)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(eigen_add_of_16_mib)->UseRealTime()->Unit(benchmark::kMillisecond);

/// Against the same bytes by memcpy, in memory that is there.
void to_device_4_mib(benchmark::State& state) {
    const auto device = MeshDevice::create({.mesh_shape = MeshShape(1, 1)});
    const Tensor host = some_tensor(DataType::float32);
    const Tensor there = to_device(host, device);
    for (auto _ : state) {
        copy_host_to_device_tensor(host, there);
        device->synchronize();
    }
    state.SetBytesProcessed(state.iterations() * kSide * kSide * 4);
}
BENCHMARK(to_device_4_mib)->UseRealTime();

void memcpy_4_mib(benchmark::State& state) {
    const std::vector<char> from(std::size_t{kSide} * kSide * 4, 'x');
    std::vector<char> to(from.size());
    for (auto _ : state) {
        std::memcpy(to.data(), from.data(), from.size());
        benchmark::ClobberMemory();
    }
    state.SetBytesProcessed(state.iterations() * kSide * kSide * 4);
}
BENCHMARK(memcpy_4_mib)->UseRealTime();

/// Products of two matrices of `kSide` x `kSide`: operations a second are twice its cube.
void count_products(benchmark::State& state) {
    state.counters["FLOPS"] = benchmark::Counter(
        2.0 * kSide * kSide * kSide * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

void matmul_1024(benchmark::State& state) {
    const auto device = MeshDevice::create({.mesh_shape = MeshShape(1, 1)});
    const Tensor x =
        to_device(some_tensor(state.range(0) == 0 ? DataType::float32 : DataType::bfloat16), device);
    for (auto _ : state) {
        const Tensor y = matmul(x, x);
        device->synchronize();
    }
    count_products(state);
}
void eigen_matmul_1024(benchmark::State& state) {
    const Eigen::MatrixXf x = Eigen::MatrixXf::Random(kSide, kSide);
    Eigen::MatrixXf y(kSide, kSide);
    for (auto _ : state) {
        y.noalias() = x * x;
        benchmark::ClobberMemory();
    }
    count_products(state);
}
BENCHMARK(matmul_1024)->Arg(0)->Arg(1)->ArgName("bfloat16")->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(eigen_matmul_1024)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
