// Operations that move elements and change none, and those that change only their type or layout.

#include <algorithm>
#include <numeric>

#include "device/array.hpp"
#include "device/operation.hpp"
#include "device/tensor_state.hpp"
#include "support/require.hpp"

namespace tt_run::device {

namespace {

/// `move` makes the result's elements from the inputs'.
template <class Move>
Tensor move_elements(const char* name, const std::vector<Tensor>& inputs, const TensorSpec& spec,
                     const OperationOptions& options, Where where, Move move) {
    TT_RUN_REQUIRE(!options.dtype, "{} does not change the type; use typecast", name);
    return run_operation(name, inputs, spec, options, where,
                         [move = std::move(move)](std::span<const ShardView> in, const TensorSpec& out,
                                                  std::span<std::byte> pages) {
                             std::vector<Array> arrays;
                             for (const ShardView& shard : in) {
                                 arrays.push_back(unpack_array(shard.spec, shard.pages));
                             }
                             pack_array(out, move(std::move(arrays)), pages);
                         });
}

TensorSpec unsharded(const Tensor& x, Shape shape) {
    return x.spec()
        .with_memory_config({TensorMemoryLayout::interleaved, x.memory_config().buffer_type, {}})
        .with_shape(std::move(shape));
}

Shape resolved_shape(const Shape& from, const std::vector<std::int32_t>& wanted) {
    std::vector<std::uint32_t> extents;
    std::size_t known = 1;
    std::optional<std::size_t> open;
    for (const std::int32_t extent : wanted) {
        TT_RUN_REQUIRE(extent >= 0 || (extent == -1 && !open), "reshape: {} is no extent", extent);
        if (extent == -1) {
            open = extents.size();
        } else {
            known *= static_cast<std::size_t>(extent);
        }
        extents.push_back(static_cast<std::uint32_t>(std::max(extent, 0)));
    }
    if (open) {
        TT_RUN_REQUIRE(known != 0 && from.volume() % known == 0, "reshape: {} cannot be divided so",
                       from.text());
        extents[*open] = static_cast<std::uint32_t>(from.volume() / known);
    }
    Shape shape(std::move(extents));
    TT_RUN_REQUIRE(shape.volume() == from.volume(), "reshape: {} has {} elements, {} has {}", from.text(),
                   from.volume(), shape.text(), shape.volume());
    return shape;
}

/// Converts each shard's pages to the result's type and layout.
Tensor convert(const char* name, const Tensor& x, const TensorSpec& spec, const OperationOptions& options,
               Where where) {
    return run_operation(
        name, {x}, spec, options, where,
        [](std::span<const ShardView> in, const TensorSpec& out, std::span<std::byte> pages) {
            std::ranges::copy(convert_pages(in[0].spec, in[0].pages, out), pages.begin());
        });
}

}  // namespace

Tensor reshape(const Tensor& x, const std::vector<std::int32_t>& shape, const OperationOptions& options,
               Where where) {
    const Shape resolved = resolved_shape(x.shape(), shape);
    return move_elements("reshape", {x}, unsharded(x, resolved), options, where,
                         [resolved](std::vector<Array> arrays) {
                             arrays[0].shape = resolved;
                             return std::move(arrays[0]);
                         });
}

Tensor permute(const Tensor& x, const std::vector<std::int32_t>& order, const OperationOptions& options,
               Where where) {
    TT_RUN_REQUIRE(order.size() == x.shape().rank(), "permute: {} dimensions do not order {}", order.size(),
                   x.shape().text());
    std::vector<std::size_t> positions;
    std::vector<std::uint32_t> extents;
    for (const std::int32_t dimension : order) {
        positions.push_back(x.shape().position(dimension));
        extents.push_back(x.shape()[dimension]);
        TT_RUN_REQUIRE(std::ranges::count(positions, positions.back()) == 1,
                       "permute: dimension {} comes twice", dimension);
    }
    return move_elements(
        "permute", {x}, unsharded(x, Shape(std::move(extents))), options, where,
        [positions](const std::vector<Array>& arrays) { return permute(arrays[0], std::span(positions)); });
}

Tensor transpose(const Tensor& x, std::int32_t dim0, std::int32_t dim1, const OperationOptions& options,
                 Where where) {
    std::vector<std::int32_t> order(x.shape().rank());
    std::iota(order.begin(), order.end(), 0);
    std::swap(order[x.shape().position(dim0)], order[x.shape().position(dim1)]);
    return permute(x, order, options, where);
}

Tensor concat(const std::vector<Tensor>& tensors, std::int32_t dim, const OperationOptions& options,
              Where where) {
    TT_RUN_REQUIRE(!tensors.empty(), "concat: there is no tensor");
    const Tensor& first = tensors.front();
    const std::size_t dimension = first.shape().position(dim);
    std::uint32_t extent = 0;
    for (const Tensor& tensor : tensors) {
        TT_RUN_REQUIRE(tensor.dtype() == first.dtype() && tensor.shape().rank() == first.shape().rank() &&
                           tensor.shape().with(dim, 0) == first.shape().with(dim, 0),
                       "concat: {} {} and {} {} differ in more than dimension {}", first.shape().text(),
                       name_of(first.dtype()), tensor.shape().text(), name_of(tensor.dtype()), dim);
        extent += tensor.shape()[dim];
    }
    return move_elements(
        "concat", tensors, unsharded(first, first.shape().with(dim, extent)), options, where,
        [dimension](const std::vector<Array>& arrays) { return concatenate(arrays, dimension); });
}

Tensor slice(const Tensor& x, const std::vector<std::uint32_t>& begin, const std::vector<std::uint32_t>& end,
             const std::vector<std::uint32_t>& step, const OperationOptions& options, Where where) {
    const std::vector<std::uint32_t> steps =
        step.empty() ? std::vector<std::uint32_t>(x.shape().rank(), 1) : step;
    TT_RUN_REQUIRE(
        begin.size() == x.shape().rank() && end.size() == begin.size() && steps.size() == begin.size(),
        "slice: {} needs as many begins, ends and steps as dimensions", x.shape().text());
    std::vector<std::uint32_t> extents;
    for (std::size_t d = 0; d < begin.size(); ++d) {
        TT_RUN_REQUIRE(begin[d] < end[d] && end[d] <= x.shape().extents()[d] && steps[d] > 0,
                       "slice: [{}, {}) by {} is not within dimension {} of {}", begin[d], end[d], steps[d],
                       d, x.shape().text());
        extents.push_back((end[d] - begin[d] + steps[d] - 1) / steps[d]);
    }
    return move_elements("slice", {x}, unsharded(x, Shape(std::move(extents))), options, where,
                         [begin, end, steps](const std::vector<Array>& arrays) {
                             return slice(arrays[0], std::span(begin), std::span(end), std::span(steps));
                         });
}

Tensor typecast(const Tensor& x, DataType dtype, const OperationOptions& options, Where where) {
    OperationOptions others = options;
    others.dtype.reset();
    return convert("typecast", x, x.spec().with_data_type(dtype), others, where);
}

Tensor to_layout(const Tensor& x, Layout layout, const OperationOptions& options, Where where) {
    return convert("to_layout", x, x.spec().with_layout(layout), options, where);
}

Tensor tilize(const Tensor& x, float pad_value, const OperationOptions& options, Where where) {
    if (pad_value == 0.0F) {
        return to_layout(x, Layout::tile, options, where);
    }
    TT_RUN_REQUIRE(!options.dtype, "tilize does not change the type; use typecast");
    return run_operation(
        "tilize", {x}, x.spec().with_layout(Layout::tile), options, where,
        [pad_value](std::span<const ShardView> in, const TensorSpec& out, std::span<std::byte> pages) {
            if (is_floating_point(out.data_type())) {
                encode_floats(out, decode_floats(in[0].spec, in[0].pages), pages, pad_value);
            } else {
                encode_integers(out, decode_integers(in[0].spec, in[0].pages), pages,
                                to_integer(pad_value, out.data_type()));
            }
        });
}

Tensor embedding(const Tensor& indices, const Tensor& weight, Layout layout, const OperationOptions& options,
                 Where where) {
    TT_RUN_REQUIRE(!is_floating_point(indices.dtype()), "embedding: indices are integers, not {}",
                   name_of(indices.dtype()));
    TT_RUN_REQUIRE(weight.shape().rank() >= 2, "embedding: the weight {} must be rows",
                   weight.shape().text());
    std::vector<std::uint32_t> extents = indices.shape().extents();
    extents.push_back(weight.shape()[-1]);
    const TensorSpec spec(Shape(std::move(extents)), weight.dtype(), layout);
    TT_RUN_REQUIRE(!options.dtype, "embedding does not change the type; use typecast");
    return run_operation(
        "embedding", {indices, weight}, spec, options, where,
        [](std::span<const ShardView> in, const TensorSpec& out, std::span<std::byte> pages) {
            const std::vector<Integer> wanted = decode_integers(in[0].spec, in[0].pages);
            const Array table = unpack_array(in[1].spec, in[1].pages);
            const std::size_t row = table.shape[-1] * table.width;
            const std::size_t rows = row == 0 ? 0 : table.data.size() / row;
            Array found{out.logical_shape(), table.width, {}};
            found.data.reserve(wanted.size() * row);
            for (const Integer index : wanted) {
                TT_RUN_REQUIRE(index >= 0 && static_cast<std::size_t>(index) < rows,
                               "embedding: index {} is outside {} rows", index, rows);
                const auto from =
                    table.data.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(index) * row);
                found.data.insert(found.data.end(), from, from + static_cast<std::ptrdiff_t>(row));
            }
            pack_array(out, found, pages);
        });
}

}  // namespace tt_run::device
