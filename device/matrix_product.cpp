#include "device/matrix_product.hpp"

#include <algorithm>
#include <vector>

namespace tt_run::device {

namespace {

using Multiply = void (*)(const MatrixProduct&, float*);

Multiply best_here() {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) {
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
    static thread_local std::vector<float> workspace(kProductWorkspace);
    std::fill_n(product.out, product.rows * product.columns, 0.0F);
    best(product, workspace.data());
}

}  // namespace tt_run::device
