#include "device/matrix_product.hpp"
#include "device/operation.hpp"
#include "device/tensor_codec.hpp"
#include "device/vector_math.hpp"
#include "support/require.hpp"

namespace tt_run::device {

namespace {

/// A stack of matrices to be multiplied, perhaps turned first.
struct Factor {
    std::vector<float> values;
    MatrixStack stack;
    bool transposed = false;

    std::size_t rows() const { return transposed ? stack.columns : stack.rows; }
    std::size_t columns() const { return transposed ? stack.rows : stack.columns; }
    const float* matrix(std::size_t batch) const {
        return values.data() + (stack.count == 1 ? 0 : batch) * stack.rows * stack.columns;
    }
};

Factor factor_of(const ShardView& shard, bool transposed) {
    return {decode_floats(shard.spec, shard.pages), matrices_of(shard.spec.logical_shape()), transposed};
}

std::vector<float> multiply_all(const Factor& a, const Factor& b, std::size_t batches) {
    std::vector<float> result(batches * a.rows() * b.columns());
    for (std::size_t batch = 0; batch < batches; ++batch) {
        multiply({.a = a.matrix(batch),
                  .b = b.matrix(batch),
                  .out = result.data() + batch * a.rows() * b.columns(),
                  .rows = a.rows(),
                  .inner = a.columns(),
                  .columns = b.columns(),
                  .a_transposed = a.transposed,
                  .b_transposed = b.transposed});
    }
    return result;
}

Shape product_shape(const Shape& a, const Shape& b, const MatmulOptions& options) {
    TT_RUN_REQUIRE(a.rank() >= 2 && b.rank() >= 2, "matmul: {} and {} must have two dimensions or more",
                   a.text(), b.text());
    const std::uint32_t inner_a = a[options.transpose_a ? -2 : -1];
    const std::uint32_t inner_b = b[options.transpose_b ? -1 : -2];
    TT_RUN_REQUIRE(inner_a == inner_b, "matmul: the inner dimensions of {} and {} are {} and {}", a.text(),
                   b.text(), inner_a, inner_b);
    const MatrixStack left = matrices_of(a);
    const MatrixStack right = matrices_of(b);
    const Shape& batches = left.count >= right.count && a.rank() >= b.rank() ? a : b;
    const bool same_batches = std::vector(a.begin(), a.end() - 2) == std::vector(b.begin(), b.end() - 2) ||
                              left.count == 1 || right.count == 1;
    TT_RUN_REQUIRE(same_batches, "matmul: the batches of {} and {} differ", a.text(), b.text());
    return (left.count == 1 && right.count != 1 ? b : batches)
        .with(-2, a[options.transpose_a ? -1 : -2])
        .with(-1, b[options.transpose_b ? -2 : -1]);
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b, const MatmulOptions& options, Where where) {
    return linear(a, b, std::nullopt, options, where);
}

Tensor linear(const Tensor& a, const Tensor& b, const std::optional<Tensor>& bias,
              const MatmulOptions& options, Where where) {
    TT_RUN_REQUIRE(is_floating_point(a.dtype()) && is_floating_point(b.dtype()),
                   "matmul is for floating-point tensors, not {} and {}", name_of(a.dtype()),
                   name_of(b.dtype()));
    const TensorSpec spec =
        a.spec().with_memory_config({}).with_shape(product_shape(a.shape(), b.shape(), options));
    std::vector<Tensor> inputs{a, b};
    if (bias) {
        TT_RUN_REQUIRE(bias->shape().volume() == spec.logical_shape()[-1],
                       "linear: the bias {} is not one row of {}", bias->shape().text(),
                       spec.logical_shape().text());
        inputs.push_back(*bias);
    }
    const VectorFunction activation = options.activation ? activation_function(*options.activation) : nullptr;
    return run_operation(
        bias ? "linear" : "matmul", inputs, spec, options.result, where,
        [activation, turn_a = options.transpose_a, turn_b = options.transpose_b](
            std::span<const ShardView> in, const TensorSpec& out, std::span<std::byte> pages) {
            const Factor left = factor_of(in[0], turn_a);
            const Factor right = factor_of(in[1], turn_b);
            std::vector<float> values = multiply_all(left, right, matrices_of(out.logical_shape()).count);
            if (in.size() == 3) {
                const std::vector<float> row = decode_floats(in[2].spec, in[2].pages);
                for (std::size_t begin = 0; begin < values.size(); begin += row.size()) {
                    for (std::size_t k = 0; k < row.size(); ++k) {
                        values[begin + k] += row[k];
                    }
                }
            }
            if (activation != nullptr) {
                activation(values);
            }
            encode_floats(out, values, pages);
        });
}

}  // namespace tt_run::device
