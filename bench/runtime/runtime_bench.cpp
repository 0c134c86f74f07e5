// One process with an emulated Galaxy: opening it, moving a tensor, an operation, a small piece of work.

#include <cstdlib>
#include <cstring>
#include <vector>

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

void exp_of_4_mib(benchmark::State& state) {
    const auto device = MeshDevice::create({.mesh_shape = MeshShape(4, 4)});
    const Tensor x = distribute_tensor(some_tensor(DataType::float32),
                                       shard_tensor_2d_mesh(device, MeshShape(4, 4), {0, 1}), device);
    for (auto _ : state) {
        const Tensor y = tt_run::device::exp(x);
        device->synchronize();
    }
    state.SetBytesProcessed(state.iterations() * kSide * kSide * 4);
}
BENCHMARK(exp_of_4_mib)->Unit(benchmark::kMillisecond);

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
BENCHMARK(to_device_4_mib);

void memcpy_4_mib(benchmark::State& state) {
    const std::vector<char> from(std::size_t{kSide} * kSide * 4, 'x');
    std::vector<char> to(from.size());
    for (auto _ : state) {
        std::memcpy(to.data(), from.data(), from.size());
        benchmark::ClobberMemory();
    }
    state.SetBytesProcessed(state.iterations() * kSide * kSide * 4);
}
BENCHMARK(memcpy_4_mib);

void matmul_512(benchmark::State& state) {
    const auto device = MeshDevice::create({.mesh_shape = MeshShape(1, 1)});
    const std::vector<float> values(512 * 512, 0.5F);
    const Tensor x = to_device(
        Tensor::from_vector<float>(values, {Shape{512, 512}, DataType::bfloat16, Layout::tile}), device);
    for (auto _ : state) {
        const Tensor y = matmul(x, x);
        device->synchronize();
    }
}
BENCHMARK(matmul_512)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
