#pragma once

#include <cstddef>

namespace tt_run::device {

/// `out` = `a` x `b` in float32, where `a` has `rows` rows and `inner` columns, and `b` has `inner` rows and
/// `columns` columns. All stand row by row; a transposed one stands row by row of its transpose. The result
/// must overlap neither.
struct MatrixProduct {
    const float* a = nullptr;
    const float* b = nullptr;
    float* out = nullptr;
    std::size_t rows = 0;
    std::size_t inner = 0;
    std::size_t columns = 0;
    bool a_transposed = false;
    bool b_transposed = false;
};

/// With the widest vectors that this processor has, and the same bits with any: each element begins at 0 and
/// takes its products one after the other, in the order of the inner dimension, each by one fused
/// multiply-add. (One without that instruction is slow.)
void multiply(const MatrixProduct& product);

/// What the following work in: room for so many floats.
inline constexpr std::size_t kProductWorkspace = std::size_t{256} * 512;
// For each kind of vectors, only where the processor has them. They add to what is in `out`.
void multiply_by_default(const MatrixProduct& product, float* workspace);
void multiply_by_avx2(const MatrixProduct& product, float* workspace);
void multiply_by_avx512(const MatrixProduct& product, float* workspace);

}  // namespace tt_run::device
