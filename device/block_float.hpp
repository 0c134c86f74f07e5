#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "tt_run/device/data_type.hpp"

namespace tt_run::device {

/// Block floats: sixteen values, one row of a face, share the largest of their exponents; each keeps a sign
/// and a magnitude of 7 bits (bfloat8_b) or 3 (bfloat4_b) whose leading one is written out.
///
/// Encoding: zeros and denormals become +0. A magnitude is shifted right by its distance to the shared
/// exponent, and what is shifted out is lost before it is rounded to nearest, ties to even; what rounds up
/// past the largest magnitude stays there; a magnitude that ends at 0 loses its sign. Infinities and NaNs
/// count as the numbers that their bits would be, 2^128 and above, and so decode as infinities.
///
/// A tile is 64 exponents, one for each row of its faces, then the values in face order: a byte each, or
/// two to a byte, the first in the lower half.
inline constexpr std::size_t kBlockElements = 16;

/// `values` are the 1024 of one tile in face order, `tile` its bytes.
void encode_block_float_tile(DataType type, std::span<const float, kTileElements> values,
                             std::span<std::byte> tile);
void decode_block_float_tile(DataType type, std::span<const std::byte> tile,
                             std::span<float, kTileElements> values);

}  // namespace tt_run::device
