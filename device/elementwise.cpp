// Operations that treat every element by itself.

#include <algorithm>
#include <array>
#include <cmath>

#include "device/operation.hpp"
#include "device/tensor_codec.hpp"
#include "device/vector_math.hpp"
#include "support/require.hpp"

namespace tt_run::device {

namespace {

bool is_padded(const TensorSpec& spec) {
    return spec.layout() == Layout::tile && spec.padded_shape().volume() != spec.logical_shape().volume();
}

/// Whether two shards' values stand in the same order as their pages have it: then nothing need be
/// rearranged. Padding must stay zero, for a block's values share the exponent of the largest.
bool share_page_order(const TensorSpec& a, const TensorSpec& b) {
    return a.logical_shape() == b.logical_shape() && a.layout() == b.layout() && !is_padded(a);
}

/// Elements worked on at a time: whole tiles, and few enough to stay in the processor's first cache.
constexpr std::size_t kChunk = 4 * kTileElements;
using Chunk = std::array<float, kChunk>;

/// Floats in the order of pages, a chunk at a time: `make(from, count)` gives the next `count` results.
template <class Make>
void make_pages(const TensorSpec& spec, std::span<std::byte> pages, Make make) {
    const std::size_t elements = spec.logical_shape().volume();  // nothing is padded
    for (std::size_t from = 0; from < elements; from += kChunk) {
        const std::size_t count = std::min(kChunk, elements - from);
        encode_pages(
            spec.data_type(), make(from, count),
            pages.subspan(page_bytes_of(spec.data_type(), from), page_bytes_of(spec.data_type(), count)));
    }
}

std::span<float> decode_chunk(const ShardView& shard, std::size_t from, std::size_t count, Chunk& chunk) {
    const DataType type = shard.spec.data_type();
    const std::span<float> values = std::span(chunk).first(count);
    decode_pages(type, shard.pages.subspan(page_bytes_of(type, from), page_bytes_of(type, count)), values);
    return values;
}

/// `change` works on many floats in place.
template <class Change>
Tensor map_floats(const char* name, const Tensor& x, const OperationOptions& options, Where where,
                  Change change) {
    TT_RUN_REQUIRE(is_floating_point(x.dtype()), "{} is for floating-point tensors, not {}", name,
                   name_of(x.dtype()));
    TT_RUN_REQUIRE(is_floating_point(options.dtype.value_or(x.dtype())),
                   "{} gives a floating-point tensor, not {}; use typecast", name,
                   name_of(options.dtype.value_or(x.dtype())));
    return run_operation(
        name, {x}, x.spec(), options, where,
        [change](std::span<const ShardView> inputs, const TensorSpec& spec, std::span<std::byte> pages) {
            const ShardView& in = inputs[0];
            if (share_page_order(in.spec, spec)) {
                alignas(64) Chunk chunk;
                make_pages(spec, pages, [&](std::size_t from, std::size_t count) {
                    const std::span<float> values = decode_chunk(in, from, count, chunk);
                    change(values);
                    return values;
                });
                return;
            }
            std::vector<float> values = decode_floats(in.spec, in.pages);
            change(std::span(values));
            encode_floats(spec, values, pages);
        });
}

template <class Function>
Tensor map_integers(const char* name, const Tensor& x, const OperationOptions& options, Where where,
                    Function function) {
    TT_RUN_REQUIRE(!is_floating_point(options.dtype.value_or(x.dtype())),
                   "{} of an integer tensor gives one; use typecast", name);
    return run_operation(
        name, {x}, x.spec(), options, where,
        [function](std::span<const ShardView> inputs, const TensorSpec& spec, std::span<std::byte> pages) {
            std::vector<Integer> values = decode_integers(inputs[0].spec, inputs[0].pages);
            std::ranges::transform(values, values.begin(), function);
            encode_integers(spec, values, pages);
        });
}

template <class Function>
Tensor map_numbers(const char* name, const Tensor& x, const OperationOptions& options, Where where,
                   VectorFunction change, Function function) {
    return is_floating_point(x.dtype()) ? map_floats(name, x, options, where, change)
                                        : map_integers(name, x, options, where, function);
}

Shape broadcast_shape(const char* name, const Shape& a, const Shape& b) {
    std::vector<std::uint32_t> extents(std::max(a.rank(), b.rank()));
    for (std::size_t k = 0; k < extents.size(); ++k) {
        const std::uint32_t left = k < a.rank() ? a.extents()[a.rank() - 1 - k] : 1;
        const std::uint32_t right = k < b.rank() ? b.extents()[b.rank() - 1 - k] : 1;
        TT_RUN_REQUIRE(left == right || left == 1 || right == 1, "{}: {} and {} cannot be broadcast together",
                       name, a.text(), b.text());
        extents[extents.size() - 1 - k] = left == 1 ? right : left;
    }
    return Shape(std::move(extents));
}

/// For every element of `whole`, in order, the index of the element of `part` that is broadcast there.
std::vector<std::size_t> broadcast_indices(const Shape& part, const Shape& whole) {
    std::vector<std::size_t> indices{0};
    std::size_t stride = 1;
    std::vector<std::size_t> strides(whole.rank(), 0);
    for (std::size_t k = 0; k < part.rank(); ++k) {
        const std::uint32_t extent = part.extents()[part.rank() - 1 - k];
        strides[whole.rank() - 1 - k] = extent == 1 ? 0 : stride;
        stride *= extent;
    }
    for (std::size_t d = 0; d < whole.rank(); ++d) {
        std::vector<std::size_t> next;
        next.reserve(indices.size() * whole.extents()[d]);
        for (const std::size_t index : indices) {
            for (std::uint32_t k = 0; k < whole.extents()[d]; ++k) {
                next.push_back(index + k * strides[d]);
            }
        }
        indices = std::move(next);
    }
    return indices;
}

template <class T, class Function>
std::vector<T> combine(const std::vector<T>& a, const Shape& a_shape, const std::vector<T>& b,
                       const Shape& b_shape, const Shape& whole, Function function) {
    std::vector<T> result(whole.volume());
    if (a_shape == whole && b_shape == whole) {
        std::ranges::transform(a, b, result.begin(), function);
        return result;
    }
    const std::vector<std::size_t> left = broadcast_indices(a_shape, whole);
    const std::vector<std::size_t> right = broadcast_indices(b_shape, whole);
    for (std::size_t k = 0; k < result.size(); ++k) {
        result[k] = function(a[left[k]], b[right[k]]);
    }
    return result;
}

template <class Function>
Tensor combine_tensors(const char* name, const Tensor& a, const Tensor& b, const OperationOptions& options,
                       Where where, Function function) {
    const bool floats = is_floating_point(a.dtype());
    TT_RUN_REQUIRE(floats == is_floating_point(b.dtype()) &&
                       floats == is_floating_point(options.dtype.value_or(a.dtype())),
                   "{}: {} and {} do not go together; use typecast", name, name_of(a.dtype()),
                   name_of(b.dtype()));
    const TensorSpec spec = a.spec().with_shape(broadcast_shape(name, a.shape(), b.shape()));
    return run_operation(
        name, {a, b}, spec, options, where,
        [function, floats](std::span<const ShardView> inputs, const TensorSpec& out,
                           std::span<std::byte> pages) {
            const ShardView& left = inputs[0];
            const ShardView& right = inputs[1];
            if (!floats) {
                encode_integers(out,
                                combine(decode_integers(left.spec, left.pages), left.spec.logical_shape(),
                                        decode_integers(right.spec, right.pages), right.spec.logical_shape(),
                                        out.logical_shape(), function),
                                pages);
            } else if (share_page_order(left.spec, out) && share_page_order(right.spec, out)) {
                alignas(64) Chunk a_chunk;
                alignas(64) Chunk b_chunk;
                make_pages(out, pages, [&](std::size_t from, std::size_t count) {
                    const std::span<float> a_values = decode_chunk(left, from, count, a_chunk);
                    const std::span<float> b_values = decode_chunk(right, from, count, b_chunk);
                    std::ranges::transform(a_values, b_values, a_values.begin(), function);
                    return a_values;
                });
            } else {
                encode_floats(out,
                              combine(decode_floats(left.spec, left.pages), left.spec.logical_shape(),
                                      decode_floats(right.spec, right.pages), right.spec.logical_shape(),
                                      out.logical_shape(), function),
                              pages);
            }
        });
}

template <class Function>
Tensor combine_any(const char* name, const Tensor& a, const Operand& b, const OperationOptions& options,
                   Where where, Function function) {
    if (const auto* tensor = std::get_if<Tensor>(&b)) {
        return combine_tensors(name, a, *tensor, options, where, function);
    }
    const float number = std::get<float>(b);
    if (is_floating_point(a.dtype())) {
        return map_floats(name, a, options, where, [=](std::span<float> values) {
            for (float& value : values) {
                value = function(value, number);
            }
        });
    }
    TT_RUN_REQUIRE(std::trunc(number) == number, "{}: {} is no integer, but the tensor is of {}", name,
                   number, name_of(a.dtype()));
    const auto integer = static_cast<Integer>(number);
    return map_integers(name, a, options, where, [=](Integer x) { return function(x, integer); });
}

}  // namespace

Tensor relu(const Tensor& x, const OperationOptions& options, Where where) {
    return map_numbers("relu", x, options, where, relu_all,
                       [](Integer value) { return std::max(value, Integer{0}); });
}

Tensor exp(const Tensor& x, const OperationOptions& options, Where where) {
    return map_floats("exp", x, options, where, exp_all);
}

Tensor gelu(const Tensor& x, const OperationOptions& options, Where where) {
    return map_floats("gelu", x, options, where, gelu_all);
}

Tensor silu(const Tensor& x, const OperationOptions& options, Where where) {
    return map_floats("silu", x, options, where, silu_all);
}

Tensor sqrt(const Tensor& x, const OperationOptions& options, Where where) {
    return map_floats("sqrt", x, options, where, sqrt_all);
}

Tensor abs(const Tensor& x, const OperationOptions& options, Where where) {
    return map_numbers("abs", x, options, where, abs_all, [](Integer value) { return std::abs(value); });
}

Tensor neg(const Tensor& x, const OperationOptions& options, Where where) {
    return map_numbers("neg", x, options, where, neg_all, [](Integer value) { return -value; });
}

Tensor add(const Tensor& a, const Operand& b, const OperationOptions& options, Where where) {
    return combine_any("add", a, b, options, where, [](auto x, auto y) { return x + y; });
}

Tensor sub(const Tensor& a, const Operand& b, const OperationOptions& options, Where where) {
    return combine_any("sub", a, b, options, where, [](auto x, auto y) { return x - y; });
}

Tensor mul(const Tensor& a, const Operand& b, const OperationOptions& options, Where where) {
    return combine_any("mul", a, b, options, where, [](auto x, auto y) {
        if constexpr (std::is_same_v<decltype(x), Integer>) {
            // Products of 32-bit integers may pass 63 bits; only the low ones are kept.
            Integer low = 0;
            (void)__builtin_mul_overflow(x, y, &low);
            return low;
        } else {
            return x * y;
        }
    });
}

Tensor div(const Tensor& a, const Operand& b, const OperationOptions& options, Where where) {
    TT_RUN_REQUIRE(is_floating_point(a.dtype()), "div is for floating-point tensors, not {}",
                   name_of(a.dtype()));
    if (const auto* number = std::get_if<float>(&b)) {
        return map_floats("div", a, options, where, [divisor = *number](std::span<float> values) {
            for (float& value : values) {
                value /= divisor;
            }
        });
    }
    const Tensor& divisor = std::get<Tensor>(b);
    TT_RUN_REQUIRE(is_floating_point(divisor.dtype()), "div is for floating-point tensors, not {}",
                   name_of(divisor.dtype()));
    return combine_tensors("div", a, divisor, options, where, [](auto x, auto y) {
        if constexpr (std::is_same_v<decltype(x), float>) {
            return x / y;
        } else {
            return x;  // never: integers were refused above
        }
    });
}

}  // namespace tt_run::device
