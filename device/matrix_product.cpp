#include "device/matrix_product.hpp"

namespace tt_run::device {

namespace {

using Multiply = void (*)(const MatrixProduct&);

Multiply best_here() {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
        return multiply_by_avx512;
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        return multiply_by_avx2;
    }
#endif
    return multiply_by_default;
}

}  // namespace

void multiply(const MatrixProduct& product) {
    static const Multiply best = best_here();
    best(product);
}

}  // namespace tt_run::device
