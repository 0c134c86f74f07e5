#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "device/tensor_codec.hpp"
#include "tt_run/device/tensor_spec.hpp"

namespace tt_run::device {

/// A tensor's elements in logical order, without padding, to be moved about: as they are stored, or, for
/// block floats, as floats (exactly what they mean, though moving them into other blocks may round them
/// anew).
struct Array {
    Shape shape;
    std::size_t width = 0;  ///< bytes of an element
    std::vector<std::byte> data;
};

Array unpack_array(const TensorSpec& spec, std::span<const std::byte> pages);
/// `array` has the spec's logical shape. Padding becomes zero.
void pack_array(const TensorSpec& spec, const Array& array, std::span<std::byte> pages);

/// Elements [begin[d], end[d]) of each dimension d, every step[d]-th.
Array slice(const Array& array, std::span<const std::uint32_t> begin, std::span<const std::uint32_t> end,
            std::span<const std::uint32_t> step);
Array slice(const Array& array, std::span<const std::uint32_t> begin, std::span<const std::uint32_t> end);
/// One behind the other along a dimension; their other extents are equal.
Array concatenate(const std::vector<Array>& arrays, std::size_t dimension);
/// Dimension d of the result is dimension order[d] of the array.
Array permute(const Array& array, std::span<const std::size_t> order);

}  // namespace tt_run::device
