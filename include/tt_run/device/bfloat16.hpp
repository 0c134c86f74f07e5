#pragma once

#include <bit>
#include <compare>
#include <cstdint>

namespace tt_run::device {

/// The upper half of an IEEE single: 8 bits of exponent, 7 of mantissa.
struct bfloat16 {
    std::uint16_t bits = 0;

    constexpr bfloat16() = default;
    /// Rounds to nearest, ties to even; overflow gives infinity; a NaN stays one (quiet, sign kept).
    constexpr explicit bfloat16(float value) : bits(round(std::bit_cast<std::uint32_t>(value))) {}
    static constexpr bfloat16 from_bits(std::uint16_t bits) {
        bfloat16 result;
        result.bits = bits;
        return result;
    }

    /// Exact.
    constexpr explicit operator float() const {
        return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16U);
    }
    friend constexpr bool operator==(bfloat16 a, bfloat16 b) {
        return static_cast<float>(a) == static_cast<float>(b);
    }

  private:
    static constexpr std::uint16_t round(std::uint32_t single) {
        constexpr std::uint32_t kInfinity = 0x7F800000U;
        constexpr std::uint32_t kQuiet = 0x0040U;
        if ((single & 0x7FFFFFFFU) > kInfinity) {
            return static_cast<std::uint16_t>((single >> 16U) | kQuiet);
        }
        const std::uint32_t half_minus_ulp_of_even = 0x7FFFU + ((single >> 16U) & 1U);
        return static_cast<std::uint16_t>((single + half_minus_ulp_of_even) >> 16U);
    }
};

}  // namespace tt_run::device
