#include "device/block_float.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "support/check.hpp"

namespace tt_run::device {

namespace {

constexpr std::size_t kBlocks = kTileElements / kBlockElements;
constexpr std::uint32_t kMantissaBits = 24;  // of a float, the leading one included
constexpr int kExponentBias = 127;

std::uint32_t magnitude_bits(DataType type) {
    return type == DataType::bfloat8_b ? 7 : 3;
}

std::uint32_t exponent_of(std::uint32_t single) {
    return (single >> 23U) & 0xFFU;
}

std::uint32_t rounded_half_to_even(std::uint32_t value, std::uint32_t dropped_bits) {
    const std::uint32_t kept = value >> dropped_bits;
    const std::uint32_t rest = value & ((1U << dropped_bits) - 1U);
    const std::uint32_t half = 1U << (dropped_bits - 1U);
    return kept + ((rest > half || (rest == half && (kept & 1U) != 0)) ? 1U : 0U);
}

/// Sign and magnitude, as they are stored.
std::uint8_t encode_value(std::uint32_t single, std::uint32_t shared_exponent, std::uint32_t bits) {
    const std::uint32_t exponent = exponent_of(single);
    const std::uint32_t gap = shared_exponent - exponent;
    if (exponent == 0 || gap >= kMantissaBits) {
        return 0;
    }
    const std::uint32_t mantissa = ((single & 0x007FFFFFU) | 0x00800000U) >> gap;
    const std::uint32_t largest = (1U << bits) - 1U;
    const std::uint32_t magnitude = std::min(rounded_half_to_even(mantissa, kMantissaBits - bits), largest);
    return magnitude == 0 ? 0 : static_cast<std::uint8_t>(((single >> 31U) << bits) | magnitude);
}

/// What one step of magnitude is worth. A double, so that a product with a magnitude is exact before it
/// becomes a float, denormal or infinite as it may be.
double step_of(std::uint32_t shared_exponent, std::uint32_t bits) {
    return std::ldexp(1.0, static_cast<int>(shared_exponent) - kExponentBias - static_cast<int>(bits) + 1);
}

float decode_value(std::uint32_t stored, double step, std::uint32_t bits) {
    const auto value = static_cast<float>((stored & ((1U << bits) - 1U)) * step);
    return (stored >> bits) != 0 ? -value : value;
}

}  // namespace

void encode_block_float_tile(DataType type, std::span<const float, kTileElements> values,
                             std::span<std::byte> tile) {
    TT_RUN_CHECK(is_block_float(type) && tile.size() == tile_bytes(type));
    const std::uint32_t bits = magnitude_bits(type);
    const std::span<std::byte> stored = tile.subspan(kBlocks);
    for (std::size_t block = 0; block < kBlocks; ++block) {
        std::uint32_t singles[kBlockElements];
        std::uint32_t shared = 0;
        for (std::size_t k = 0; k < kBlockElements; ++k) {
            singles[k] = std::bit_cast<std::uint32_t>(values[block * kBlockElements + k]);
            shared = std::max(shared, exponent_of(singles[k]));
        }
        tile[block] = static_cast<std::byte>(shared);
        for (std::size_t k = 0; k < kBlockElements; ++k) {
            const std::uint8_t code = encode_value(singles[k], shared, bits);
            const std::size_t at = block * kBlockElements + k;
            if (type == DataType::bfloat8_b) {
                stored[at] = static_cast<std::byte>(code);
            } else if (at % 2 == 0) {
                stored[at / 2] = static_cast<std::byte>(code);
            } else {
                stored[at / 2] |= static_cast<std::byte>(code << 4U);
            }
        }
    }
}

void decode_block_float_tile(DataType type, std::span<const std::byte> tile,
                             std::span<float, kTileElements> values) {
    TT_RUN_CHECK(is_block_float(type) && tile.size() == tile_bytes(type));
    const std::uint32_t bits = magnitude_bits(type);
    const std::span<const std::byte> stored = tile.subspan(kBlocks);
    for (std::size_t block = 0; block < kBlocks; ++block) {
        const double step = step_of(static_cast<std::uint32_t>(tile[block]), bits);
        for (std::size_t k = 0; k < kBlockElements; ++k) {
            const std::size_t at = block * kBlockElements + k;
            const std::uint32_t code =
                type == DataType::bfloat8_b
                    ? static_cast<std::uint32_t>(stored[at])
                    : (static_cast<std::uint32_t>(stored[at / 2]) >> (at % 2 * 4)) & 0xFU;
            values[at] = decode_value(code, step, bits);
        }
    }
}

}  // namespace tt_run::device
