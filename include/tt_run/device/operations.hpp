#pragma once

#include <cstdint>
#include <optional>
#include <source_location>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "tt_run/device/tensor.hpp"
#include "tt_run/export.hpp"

namespace tt_run::device {

/// What every operation can be told. `dtype` is the result's, where it is not the input's.
struct OperationOptions {
    std::optional<MemoryConfig> memory_config = std::nullopt;
    std::optional<DataType> dtype = std::nullopt;
    /// Write there instead of into new memory; its spec must be the result's.
    std::optional<Tensor> output_tensor = std::nullopt;
};

// Operations on tensors on devices are queued on queue 0 and return at once; each device works on its own
// shard. On host tensors they are done when they return. They compute in float32 and round to the result's
// type at the end; integers wrap. What does not fit together throws at the call; `where` is the call that a
// failure in the queue will name.

using Where = std::source_location;

TT_RUN_API Tensor relu(const Tensor& x, const OperationOptions& options = {}, Where where = Where::current());
TT_RUN_API Tensor exp(const Tensor& x, const OperationOptions& options = {}, Where where = Where::current());
/// With the error function, not the tanh approximation.
TT_RUN_API Tensor gelu(const Tensor& x, const OperationOptions& options = {}, Where where = Where::current());
TT_RUN_API Tensor silu(const Tensor& x, const OperationOptions& options = {}, Where where = Where::current());
TT_RUN_API Tensor sqrt(const Tensor& x, const OperationOptions& options = {}, Where where = Where::current());
TT_RUN_API Tensor abs(const Tensor& x, const OperationOptions& options = {}, Where where = Where::current());
TT_RUN_API Tensor neg(const Tensor& x, const OperationOptions& options = {}, Where where = Where::current());

/// The second operand: a tensor, broadcast as in numpy, or a number.
using Operand = std::variant<Tensor, float>;
TT_RUN_API Tensor add(const Tensor& a, const Operand& b, const OperationOptions& options = {},
                      Where where = Where::current());
TT_RUN_API Tensor sub(const Tensor& a, const Operand& b, const OperationOptions& options = {},
                      Where where = Where::current());
TT_RUN_API Tensor mul(const Tensor& a, const Operand& b, const OperationOptions& options = {},
                      Where where = Where::current());
/// For floating-point tensors.
TT_RUN_API Tensor div(const Tensor& a, const Operand& b, const OperationOptions& options = {},
                      Where where = Where::current());

struct MatmulOptions {
    bool transpose_a = false;
    bool transpose_b = false;
    std::optional<std::string> activation = std::nullopt;  ///< "relu", "gelu" or "silu", after the bias
    OperationOptions result = {};
};
/// Of the last two dimensions; those before are batches, and of one operand they may be 1.
TT_RUN_API Tensor matmul(const Tensor& a, const Tensor& b, const MatmulOptions& options = {},
                         Where where = Where::current());
/// `bias`, if there, is one row.
TT_RUN_API Tensor linear(const Tensor& a, const Tensor& b, const std::optional<Tensor>& bias = std::nullopt,
                         const MatmulOptions& options = {}, Where where = Where::current());

TT_RUN_API Tensor softmax(const Tensor& x, std::int32_t dim = -1, const OperationOptions& options = {},
                          Where where = Where::current());

struct NormOptions {
    float epsilon = 1e-12F;
    std::optional<Tensor> weight = std::nullopt;  ///< one row
    std::optional<Tensor> bias = std::nullopt;    ///< one row
    OperationOptions result = {};
};
/// Over the last dimension.
TT_RUN_API Tensor layer_norm(const Tensor& x, const NormOptions& options = {},
                             Where where = Where::current());
TT_RUN_API Tensor rms_norm(const Tensor& x, const NormOptions& options = {}, Where where = Where::current());

struct ReduceOptions {
    std::vector<std::int32_t> dims = {};  ///< none: all of them
    bool keepdim = false;
    OperationOptions result = {};
};
TT_RUN_API Tensor sum(const Tensor& x, const ReduceOptions& options = {}, Where where = Where::current());
TT_RUN_API Tensor mean(const Tensor& x, const ReduceOptions& options = {}, Where where = Where::current());
TT_RUN_API Tensor max(const Tensor& x, const ReduceOptions& options = {}, Where where = Where::current());

/// One extent may be -1: what is left.
TT_RUN_API Tensor reshape(const Tensor& x, const std::vector<std::int32_t>& shape,
                          const OperationOptions& options = {}, Where where = Where::current());
TT_RUN_API Tensor permute(const Tensor& x, const std::vector<std::int32_t>& order,
                          const OperationOptions& options = {}, Where where = Where::current());
TT_RUN_API Tensor transpose(const Tensor& x, std::int32_t dim0, std::int32_t dim1,
                            const OperationOptions& options = {}, Where where = Where::current());
TT_RUN_API Tensor concat(const std::vector<Tensor>& tensors, std::int32_t dim = 0,
                         const OperationOptions& options = {}, Where where = Where::current());
/// Elements [begin, end) of each dimension, every `step`-th (all ones if empty).
TT_RUN_API Tensor slice(const Tensor& x, const std::vector<std::uint32_t>& begin,
                        const std::vector<std::uint32_t>& end, const std::vector<std::uint32_t>& step = {},
                        const OperationOptions& options = {}, Where where = Where::current());
/// A float becomes an integer without its fraction, held within range (NaN: 0); an integer becomes another by
/// its low bits.
TT_RUN_API Tensor typecast(const Tensor& x, DataType dtype, const OperationOptions& options = {},
                           Where where = Where::current());
TT_RUN_API Tensor to_layout(const Tensor& x, Layout layout, const OperationOptions& options = {},
                            Where where = Where::current());
/// To TILE, with `pad_value` (for integers, its whole part) where tiles reach beyond the shape.
TT_RUN_API Tensor tilize(const Tensor& x, float pad_value = 0.0F, const OperationOptions& options = {},
                         Where where = Where::current());
/// Rows of `weight` by index; an index beyond its rows fails in the queue.
TT_RUN_API Tensor embedding(const Tensor& indices, const Tensor& weight, Layout layout = Layout::row_major,
                            const OperationOptions& options = {}, Where where = Where::current());

// Between the devices of a mesh: along one of its axes, in each line apart, or (without one) among all,
// row-major. Of a big mesh all ranks must call them, in the same order.

/// Every device gets the shards of all, one behind the other along `dim`.
TT_RUN_API Tensor all_gather(const Tensor& x, std::int32_t dim,
                             std::optional<std::int32_t> cluster_axis = std::nullopt,
                             const OperationOptions& options = {}, Where where = Where::current());
/// Every device gets its part, along `dim`, of the sum of all.
TT_RUN_API Tensor reduce_scatter(const Tensor& x, std::int32_t dim,
                                 std::optional<std::int32_t> cluster_axis = std::nullopt,
                                 const OperationOptions& options = {}, Where where = Where::current());
/// Every device gets the sum of all.
TT_RUN_API Tensor all_reduce(const Tensor& x, std::optional<std::int32_t> cluster_axis = std::nullopt,
                             const OperationOptions& options = {}, Where where = Where::current());

}  // namespace tt_run::device
