#include "device/block_float.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include <catch2/catch.hpp>

using namespace tt_run::device;

namespace {

using Tile = std::array<float, kTileElements>;

/// What a block of floats becomes and comes back as, worked out with arithmetic on reals, and no bit in
/// sight.
std::array<double, kBlockElements> slow_round_trip(const float* block, int magnitude_bits) {
    int largest_exponent = std::numeric_limits<int>::min();
    for (std::size_t k = 0; k < kBlockElements; ++k) {
        if (std::isnormal(block[k])) {
            largest_exponent = std::max(largest_exponent, std::ilogb(block[k]));
        }
    }
    std::array<double, kBlockElements> result{};
    for (std::size_t k = 0; k < kBlockElements; ++k) {
        if (!std::isnormal(block[k])) {
            continue;
        }
        const double ulp = std::ldexp(1.0, largest_exponent - 23);
        const double truncated = std::floor(std::fabs(static_cast<double>(block[k])) / ulp);
        const double step = std::ldexp(1.0, 24 - magnitude_bits);
        const double rounded = std::nearbyint(truncated / step);
        const double clamped = std::min(rounded, std::ldexp(1.0, magnitude_bits) - 1.0);
        result[k] = std::copysign(clamped * step * ulp, clamped == 0.0 ? 1.0 : block[k]);
    }
    return result;
}

void check_round_trip(DataType type, const Tile& values) {
    std::vector<std::byte> bytes(tile_bytes(type));
    encode_block_float_tile(type, values, bytes);
    Tile decoded{};
    decode_block_float_tile(type, bytes, decoded);
    const int magnitude_bits = type == DataType::bfloat8_b ? 7 : 3;
    for (std::size_t block = 0; block < kTileElements; block += kBlockElements) {
        const auto expected = slow_round_trip(values.data() + block, magnitude_bits);
        for (std::size_t k = 0; k < kBlockElements; ++k) {
            INFO(name_of(type) << " block " << block / kBlockElements << " value " << k << " was "
                               << values[block + k]);
            REQUIRE(static_cast<double>(decoded[block + k]) == expected[k]);
            REQUIRE(std::signbit(decoded[block + k]) == std::signbit(expected[k]));
        }
    }
    // What has been rounded once stays as it is.
    std::vector<std::byte> again(bytes.size());
    encode_block_float_tile(type, decoded, again);
    Tile decoded_again{};
    decode_block_float_tile(type, again, decoded_again);
    REQUIRE(decoded_again == decoded);
}

}  // namespace

TEST_CASE("block floats of random values agree with the slow reference") {
    const std::uint32_t seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    for (const DataType type : {DataType::bfloat8_b, DataType::bfloat4_b}) {
        for (int round = 0; round < 60; ++round) {
            // From blocks of one magnitude to blocks whose least values vanish.
            std::uniform_int_distribution<int> exponent(-round % 40, 2);
            std::normal_distribution<float> mantissa;
            const int centre = static_cast<int>(random() % 200) - 100;
            Tile values{};
            for (float& value : values) {
                value = std::ldexp(mantissa(random), centre + exponent(random));
            }
            check_round_trip(type, values);
        }
        // Any bit patterns that are finite numbers.
        for (int round = 0; round < 60; ++round) {
            Tile values{};
            for (float& value : values) {
                do {
                    value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
                } while (!std::isfinite(value));
            }
            check_round_trip(type, values);
        }
    }
}

TEST_CASE("block floats at the edges: ties, clamping, vanishing values, zeros and denormals") {
    const float tiny = std::numeric_limits<float>::min();
    const float denormal = std::numeric_limits<float>::denorm_min();
    const float blocks[][kBlockElements] = {
        {},                                                            // all zero
        {-0.0F, 0.0F, -denormal, denormal, -tiny, tiny},               // the smallest exponent
        {1.0F, 1.0078125F, 1.0234375F, 1.015625F, 1.0390625F, -1.0F},  // ties of bfloat8_b
        {1.0F, 1.125F, 1.375F, 1.625F, 1.875F, -1.875F, 0.125F, -0.125F, 0.0625F, 0.375F},  // of bfloat4_b
        {1.9999999F, -1.9999999F, 1.9921875F, 1.99F},                     // rounds past the largest magnitude
        {1.0F, -0.001F, -0.0078125F, 0.00390625F, -0.00390626F, 1e-30F},  // signs of what vanishes
        {std::numeric_limits<float>::max(), -std::numeric_limits<float>::max(), 1e38F, -1e30F, 3.0F},
    };
    for (const DataType type : {DataType::bfloat8_b, DataType::bfloat4_b}) {
        Tile values{};
        for (std::size_t block = 0; block < std::size(blocks); ++block) {
            std::ranges::copy(blocks[block], values.begin() + static_cast<std::ptrdiff_t>(block * 16));
        }
        check_round_trip(type, values);
    }
}

TEST_CASE("the bytes of a block float tile are exponents, then values in face order") {
    Tile values{};
    values[0] = 1.0F;
    values[1] = -0.5F;
    values[kTileElements - 1] = -1.75F;
    std::vector<std::byte> eight(tile_bytes(DataType::bfloat8_b));
    encode_block_float_tile(DataType::bfloat8_b, values, eight);
    CHECK(std::to_integer<int>(eight[0]) == 127);
    CHECK(std::to_integer<int>(eight[1]) == 0);
    CHECK(std::to_integer<int>(eight[63]) == 127);
    CHECK(std::to_integer<int>(eight[64]) == 0x40);
    CHECK(std::to_integer<int>(eight[65]) == 0xA0);
    CHECK(std::to_integer<int>(eight.back()) == (0x80 | 0x70));
    std::vector<std::byte> four(tile_bytes(DataType::bfloat4_b));
    encode_block_float_tile(DataType::bfloat4_b, values, four);
    CHECK(std::to_integer<int>(four[64]) == ((0x8 | 0x2) << 4 | 0x4));
    CHECK(std::to_integer<int>(four.back()) == (0x8 | 0x7) << 4);
}

TEST_CASE("infinities and NaNs make a block of infinities, as documented") {
    Tile values{};
    values[0] = std::numeric_limits<float>::infinity();
    values[1] = 1.0F;
    values[2] = -std::numeric_limits<float>::infinity();
    values[3] = std::numeric_limits<float>::quiet_NaN();
    std::vector<std::byte> bytes(tile_bytes(DataType::bfloat8_b));
    encode_block_float_tile(DataType::bfloat8_b, values, bytes);
    Tile decoded{};
    decode_block_float_tile(DataType::bfloat8_b, bytes, decoded);
    CHECK(decoded[0] == std::numeric_limits<float>::infinity());
    CHECK(decoded[1] == 0.0F);
    CHECK(decoded[2] == -std::numeric_limits<float>::infinity());
    CHECK(std::isinf(decoded[3]));
}
