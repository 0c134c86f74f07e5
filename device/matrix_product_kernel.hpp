// The kernel of matrix_product_*.cpp, each of which is compiled for another kind of vectors. Defined before
// this is included: TT_RUN_MULTIPLY, the function's name, and TT_RUN_LANES, how many floats a vector has.
// Nothing of the standard library is used here, and nothing has a name outside: the linker keeps one of
// several like-named functions, perhaps one that this processor cannot run.
//
// The usual blocked product: panels of `b` in the second cache, of `a` in the first, a tile of `out` in
// registers. What is in one vector belongs to different elements, so how wide it is changes no sum, and nor
// do the blocks of the inner dimension: between them the sums rest in `out`, as exact as they are.
#include "device/matrix_product.hpp"

namespace tt_run::device {

namespace {

using Index = std::size_t;
using Vector [[gnu::vector_size(TT_RUN_LANES * sizeof(float))]] = float;
/// One that may stand anywhere.
using Unaligned [[gnu::vector_size(TT_RUN_LANES * sizeof(float)), gnu::aligned(4), gnu::may_alias]] = float;

constexpr Index kLanes = TT_RUN_LANES;
/// A tile: so many rows of two vectors each, as many as fit the registers (AVX-512 has 32, others 16).
constexpr Index kTileRows = kLanes == 16 ? 12 : 6;
constexpr Index kTileColumns = 2 * kLanes;
/// Blocks of the inner dimension, and of columns.
constexpr Index kDepth = 256;
constexpr Index kColumns = kProductWorkspace / kDepth;

constexpr Index smaller(Index a, Index b) {
    return a < b ? a : b;
}

Vector load(const float* from) {
    return *reinterpret_cast<const Unaligned*>(from);
}

void store(float* to, Vector value) {
    *reinterpret_cast<Unaligned*>(to) = value;
}

/// Rounded once. (-ffp-contract=fast makes the instruction of the first form.)
Vector fused(float a, Vector b, Vector sum) {
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
    return a * b + sum;
#else
    for (Index lane = 0; lane < kLanes; ++lane) {
        sum[lane] = __builtin_fmaf(a, b[lane], sum[lane]);
    }
    return sum;
#endif
}

float a_at(const MatrixProduct& product, Index row, Index k) {
    return product.a_transposed ? product.a[k * product.rows + row] : product.a[row * product.inner + k];
}

float b_at(const MatrixProduct& product, Index k, Index column) {
    return product.b_transposed ? product.b[column * product.inner + k]
                                : product.b[k * product.columns + column];
}

/// `panel`: for each of `depth`, the elements of a tile's rows; those beyond the matrix stay as they are.
void pack_rows(const MatrixProduct& product, Index row, Index rows, Index first, Index depth, float* panel) {
    for (Index r = 0; r < rows; ++r) {
        for (Index k = 0; k < depth; ++k) {
            panel[k * kTileRows + r] = a_at(product, row + r, first + k);
        }
    }
}

/// `panel`: for each of `depth`, the elements of a tile's columns; 0 beyond the matrix.
void pack_columns(const MatrixProduct& product, Index column, Index columns, Index first, Index depth,
                  float* panel) {
    for (Index k = 0; k < depth; ++k) {
        for (Index c = 0; c < kTileColumns; ++c) {
            panel[k * kTileColumns + c] = c < columns ? b_at(product, first + k, column + c) : 0.0F;
        }
    }
}

/// Adds to `kRows` rows of a tile.
template <Index kRows>
void add_rows(const float* a, const float* b, Index depth, float* out, Index stride) {
    Vector sums[kRows][2];
    for (Index r = 0; r < kRows; ++r) {
        sums[r][0] = load(out + r * stride);
        sums[r][1] = load(out + r * stride + kLanes);
    }
    for (Index k = 0; k < depth; ++k, a += kTileRows, b += kTileColumns) {
        const Vector left = load(b);
        const Vector right = load(b + kLanes);
#pragma GCC unroll 12
        for (Index r = 0; r < kRows; ++r) {
            sums[r][0] = fused(a[r], left, sums[r][0]);
            sums[r][1] = fused(a[r], right, sums[r][1]);
        }
    }
    for (Index r = 0; r < kRows; ++r) {
        store(out + r * stride, sums[r][0]);
        store(out + r * stride + kLanes, sums[r][1]);
    }
}

void add_tile(const float* a, const float* b, Index depth, float* out, Index stride, Index rows) {
    if (rows == kTileRows) {
        return add_rows<kTileRows>(a, b, depth, out, stride);
    }
    for (Index r = 0; r < rows; ++r) {
        add_rows<1>(a + r, b, depth, out + r * stride, stride);
    }
}

/// A tile at the matrix's right edge, of fewer columns.
void add_narrow_tile(const float* a, const float* b, Index depth, float* out, Index stride, Index rows,
                     Index columns) {
    float tile[kTileRows * kTileColumns] = {};
    for (Index r = 0; r < rows; ++r) {
        for (Index c = 0; c < columns; ++c) {
            tile[r * kTileColumns + c] = out[r * stride + c];
        }
    }
    add_tile(a, b, depth, tile, kTileColumns, rows);
    for (Index r = 0; r < rows; ++r) {
        for (Index c = 0; c < columns; ++c) {
            out[r * stride + c] = tile[r * kTileColumns + c];
        }
    }
}

}  // namespace

void TT_RUN_MULTIPLY(const MatrixProduct& product, float* workspace) {
    float panel[kDepth * kTileRows] = {};
    for (Index left = 0; left < product.columns; left += kColumns) {
        const Index right = smaller(product.columns, left + kColumns);
        for (Index first = 0; first < product.inner; first += kDepth) {
            const Index depth = smaller(kDepth, product.inner - first);
            for (Index column = left; column < right; column += kTileColumns) {
                pack_columns(product, column, smaller(kTileColumns, right - column), first, depth,
                             workspace + (column - left) * kDepth);
            }
            for (Index row = 0; row < product.rows; row += kTileRows) {
                const Index rows = smaller(kTileRows, product.rows - row);
                pack_rows(product, row, rows, first, depth, panel);
                for (Index column = left; column < right; column += kTileColumns) {
                    const float* const b = workspace + (column - left) * kDepth;
                    float* const out = product.out + row * product.columns + column;
                    if (right - column >= kTileColumns) {
                        add_tile(panel, b, depth, out, product.columns, rows);
                    } else {
                        add_narrow_tile(panel, b, depth, out, product.columns, rows, right - column);
                    }
                }
            }
        }
    }
}

}  // namespace tt_run::device
