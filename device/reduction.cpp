// Operations that look along dimensions: sums, norms, softmax.

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <Eigen/Core>

#include "device/array.hpp"
#include "device/operation.hpp"
#include "device/tensor_codec.hpp"
#include "device/vector_math.hpp"
#include "support/require.hpp"

namespace tt_run::device {

namespace {

using Line = Eigen::Map<Eigen::ArrayXf>;
using ConstLine = Eigen::Map<const Eigen::ArrayXf>;

void require_floats(const char* name, const Tensor& x) {
    TT_RUN_REQUIRE(is_floating_point(x.dtype()), "{} is for floating-point tensors, not {}", name,
                   name_of(x.dtype()));
}

/// Elements with the reduced dimensions last, so that each result is one stretch of them.
std::vector<float> with_dimensions_last(const ShardView& shard, const std::vector<bool>& reduced) {
    std::vector<float> values = decode_floats(shard.spec, shard.pages);
    std::vector<std::size_t> order;
    for (const bool last : {false, true}) {
        for (std::size_t d = 0; d < reduced.size(); ++d) {
            if (reduced[d] == last) {
                order.push_back(d);
            }
        }
    }
    if (std::ranges::is_sorted(order) || values.empty()) {
        return values;
    }
    const auto bytes = std::as_bytes(std::span(values));
    const Array moved =
        permute({shard.spec.logical_shape(), sizeof(float), {bytes.begin(), bytes.end()}}, order);
    std::vector<float> result(values.size());
    std::ranges::copy(moved.data, std::as_writable_bytes(std::span(result)).begin());
    return result;
}

std::vector<bool> reduced_dimensions(const Shape& shape, const std::vector<std::int32_t>& dims) {
    std::vector<bool> reduced(shape.rank(), dims.empty());
    for (const std::int32_t dim : dims) {
        reduced[shape.position(dim)] = true;
    }
    return reduced;
}

Shape reduced_shape(const Shape& shape, const std::vector<bool>& reduced, bool keepdim) {
    std::vector<std::uint32_t> extents;
    for (std::size_t d = 0; d < reduced.size(); ++d) {
        if (!reduced[d]) {
            extents.push_back(shape.extents()[d]);
        } else if (keepdim) {
            extents.push_back(1);
        }
    }
    return Shape(std::move(extents));
}

template <class Function>
Tensor reduce(const char* name, const Tensor& x, const ReduceOptions& options, Where where,
              Function function) {
    require_floats(name, x);
    const std::vector<bool> reduced = reduced_dimensions(x.shape(), options.dims);
    const TensorSpec spec =
        x.spec().with_memory_config({}).with_shape(reduced_shape(x.shape(), reduced, options.keepdim));
    return run_operation(
        name, {x}, spec, options.result, where,
        [function, reduced](std::span<const ShardView> in, const TensorSpec& out,
                            std::span<std::byte> pages) {
            const std::vector<float> values = with_dimensions_last(in[0], reduced);
            std::vector<float> results(out.logical_shape().volume());
            const std::size_t run = results.empty() ? 0 : values.size() / results.size();
            for (std::size_t k = 0; k < results.size(); ++k) {
                results[k] = function(ConstLine(values.data() + k * run, static_cast<Eigen::Index>(run)));
            }
            encode_floats(out, results, pages);
        });
}

/// Calls `change` with each row of the last dimension, and the weight's and bias's row where there are any.
template <class Change>
Tensor map_rows(const char* name, const Tensor& x, const NormOptions& options, Where where, Change change) {
    require_floats(name, x);
    std::vector<Tensor> inputs{x};
    for (const auto& row : {options.weight, options.bias}) {
        if (row) {
            require_floats(name, *row);
            TT_RUN_REQUIRE(row->shape().volume() == x.shape()[-1], "{}: {} is not one row of {}", name,
                           row->shape().text(), x.shape().text());
            inputs.push_back(*row);
        }
    }
    return run_operation(
        name, inputs, x.spec(), options.result, where,
        [change, has_weight = options.weight.has_value(), has_bias = options.bias.has_value()](
            std::span<const ShardView> in, const TensorSpec& out, std::span<std::byte> pages) {
            std::vector<float> values = decode_floats(in[0].spec, in[0].pages);
            const auto width = static_cast<Eigen::Index>(in[0].spec.logical_shape()[-1]);
            const auto row_of = [&](std::size_t input) {
                return decode_floats(in[input].spec, in[input].pages);
            };
            const std::vector<float> weight = has_weight ? row_of(1) : std::vector<float>();
            const std::vector<float> bias = has_bias ? row_of(in.size() - 1) : std::vector<float>();
            for (std::size_t begin = 0; begin < values.size(); begin += static_cast<std::size_t>(width)) {
                Line line(values.data() + begin, width);
                change(line);
                if (has_weight) {
                    line *= ConstLine(weight.data(), width);
                }
                if (has_bias) {
                    line += ConstLine(bias.data(), width);
                }
            }
            encode_floats(out, values, pages);
        });
}

}  // namespace

Tensor sum(const Tensor& x, const ReduceOptions& options, Where where) {
    return reduce("sum", x, options, where, [](const ConstLine& line) { return line.sum(); });
}

Tensor mean(const Tensor& x, const ReduceOptions& options, Where where) {
    return reduce("mean", x, options, where,
                  [](const ConstLine& line) { return line.sum() / static_cast<float>(line.size()); });
}

Tensor max(const Tensor& x, const ReduceOptions& options, Where where) {
    return reduce("max", x, options, where, [](const ConstLine& line) {
        return line.size() == 0 ? -std::numeric_limits<float>::infinity() : line.maxCoeff();
    });
}

Tensor layer_norm(const Tensor& x, const NormOptions& options, Where where) {
    return map_rows("layer_norm", x, options, where, [epsilon = options.epsilon](Line& line) {
        line -= line.mean();
        line /= std::sqrt(line.square().mean() + epsilon);
    });
}

Tensor rms_norm(const Tensor& x, const NormOptions& options, Where where) {
    return map_rows("rms_norm", x, options, where, [epsilon = options.epsilon](Line& line) {
        line /= std::sqrt(line.square().mean() + epsilon);
    });
}

Tensor softmax(const Tensor& x, std::int32_t dim, const OperationOptions& options, Where where) {
    require_floats("softmax", x);
    return run_operation(
        "softmax", {x}, x.spec(), options, where,
        [dimension = x.shape().position(dim)](std::span<const ShardView> in, const TensorSpec& out,
                                              std::span<std::byte> pages) {
            std::vector<float> values = decode_floats(in[0].spec, in[0].pages);
            const Shape& shape = in[0].spec.logical_shape();
            Eigen::Index stride = 1;
            for (std::size_t d = dimension + 1; d < shape.rank(); ++d) {
                stride *= shape.extents()[d];
            }
            const Eigen::Index extent = shape.extents()[dimension];
            const Eigen::Index block = extent * stride;
            std::vector<float> line(static_cast<std::size_t>(extent));
            Line own(line.data(), extent);
            for (std::size_t begin = 0; begin < values.size(); begin += static_cast<std::size_t>(block)) {
                for (Eigen::Index k = 0; k < stride; ++k) {
                    Eigen::Map<Eigen::ArrayXf, 0, Eigen::InnerStride<>> there(
                        values.data() + begin + static_cast<std::size_t>(k), extent,
                        Eigen::InnerStride<>(stride));
                    own = there;
                    own -= own.maxCoeff();
                    exp_all(line);
                    there = own / own.sum();
                }
            }
            encode_floats(out, values, pages);
        });
}

}  // namespace tt_run::device
