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

/// With the widest vectors that this processor has; so last digits may differ between kinds of processors.
void multiply(const MatrixProduct& product);

// The same for each kind of vectors; only where the processor has them.
void multiply_by_default(const MatrixProduct& product);
void multiply_by_avx2(const MatrixProduct& product);
void multiply_by_avx512(const MatrixProduct& product);

}  // namespace tt_run::device
