#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "device/tile_layout.hpp"
#include "tt_run/device/tensor_spec.hpp"

namespace tt_run::device {

/// A tensor's last two dimensions, and how many such matrices it has. Fewer dimensions count as ones.
MatrixStack matrices_of(const Shape& shape);

/// The integer types' common carrier: wide enough for each of them.
using Integer = std::int64_t;

/// Bytes of pages that hold so many elements; of block floats, whole tiles.
std::size_t page_bytes_of(DataType type, std::size_t elements);
/// Elements in the order of the spec's pages, padding included, as floats; for floating-point types. Exact.
/// `values` must be as long as `pages` hold.
void decode_pages(DataType type, std::span<const std::byte> pages, std::span<float> values);
std::vector<float> decode_pages(DataType type, std::span<const std::byte> pages);
/// The inverse, rounding as the type does. `pages` must be as long as `values` need.
void encode_pages(DataType type, std::span<const float> values, std::span<std::byte> pages);

/// The same in logical order, row-major, without padding. `pages` are the packed pages of `spec`.
std::vector<float> decode_floats(const TensorSpec& spec, std::span<const std::byte> pages);
void encode_floats(const TensorSpec& spec, std::span<const float> values, std::span<std::byte> pages,
                   float pad = 0.0F);

/// For integer types; encoding keeps the low bits.
std::vector<Integer> decode_integers(const TensorSpec& spec, std::span<const std::byte> pages);
void encode_integers(const TensorSpec& spec, std::span<const Integer> values, std::span<std::byte> pages,
                     Integer pad = 0);

/// Elements of types other than block floats as they are, in logical order, without padding: `row_major` has
/// `element_bytes` for each. Padding becomes zero bytes.
void unpack_elements(const TensorSpec& spec, std::span<const std::byte> pages,
                     std::span<std::byte> row_major);
void pack_elements(const TensorSpec& spec, std::span<const std::byte> row_major, std::span<std::byte> pages);

/// How a value changes type: a float becomes an integer by dropping its fraction and staying in range (a NaN
/// becomes 0), an integer becomes another by keeping its low bits, and a float by rounding to nearest, even.
Integer to_integer(float value, DataType type);
/// The low bits of a value, read as the type reads them.
Integer wrapped(Integer value, DataType type);

}  // namespace tt_run::device
