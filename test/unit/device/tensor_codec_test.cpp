#include "device/tensor_codec.hpp"

#include <bit>
#include <cfenv>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <random>

#include <catch2/catch.hpp>

using namespace tt_run::device;

TEST_CASE("every bfloat16 becomes a float and comes back") {
    for (std::uint32_t bits = 0; bits <= 0xFFFF; ++bits) {
        const bfloat16 value = bfloat16::from_bits(static_cast<std::uint16_t>(bits));
        const auto single = static_cast<float>(value);
        REQUIRE(std::bit_cast<std::uint32_t>(single) == bits << 16U);
        if (std::isnan(single)) {
            REQUIRE(std::isnan(static_cast<float>(bfloat16(single))));
            REQUIRE(std::signbit(static_cast<float>(bfloat16(single))) == std::signbit(single));
        } else {
            REQUIRE(bfloat16(single).bits == bits);
        }
    }
}

TEST_CASE("between every two neighbouring bfloat16 a float goes to the nearer, a tie to the even one") {
    for (std::uint32_t bits = 0; bits < 0x7F80; ++bits) {
        for (const std::uint32_t sign : {0U, 0x8000U}) {
            const std::uint32_t low = (bits | sign) << 16U;
            const auto rounded = [&](std::uint32_t rest) {
                return bfloat16(std::bit_cast<float>(low | rest)).bits;
            };
            REQUIRE(rounded(0x0001) == (bits | sign));
            REQUIRE(rounded(0x7FFF) == (bits | sign));
            REQUIRE(rounded(0x8000) == ((bits | sign) + (bits & 1U)));
            REQUIRE(rounded(0x8001) == (bits | sign) + 1);
            REQUIRE(rounded(0xFFFF) == (bits | sign) + 1);
        }
    }
    // NaNs whose payload lies in the lost half stay NaNs.
    CHECK(std::isnan(static_cast<float>(bfloat16(std::bit_cast<float>(0x7F800001U)))));
    CHECK(std::isnan(static_cast<float>(bfloat16(std::bit_cast<float>(0xFFFFFFFFU)))));
}

namespace {

/// Where element (row, column) of a matrix stands in its tiles: the definition, element by element.
std::size_t slow_tiled_index(const MatrixStack& stack, std::size_t matrix, std::size_t row,
                             std::size_t column) {
    const std::size_t tile = (matrix * stack.tile_rows() + row / 32) * stack.tile_columns() + column / 32;
    const std::size_t r = row % 32;
    const std::size_t c = column % 32;
    const std::size_t face = (r >= 16 ? 2 : 0) + (c >= 16 ? 1 : 0);
    return tile * 1024 + face * 256 + r % 16 * 16 + c % 16;
}

Shape ragged_shape(std::mt19937& random) {
    std::vector<std::uint32_t> extents;
    for (std::uint32_t d = 1 + random() % 4; d > 0; --d) {
        extents.push_back(1 + random() % (d <= 2 ? 70 : 3));
    }
    return Shape(std::move(extents));
}

}  // namespace

TEST_CASE("tiles hold ragged shapes in face order, padded, and give them back") {
    const std::uint32_t seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    std::vector<Shape> shapes{Shape{}, Shape{1}, Shape{33}, Shape{33, 65}, Shape{2, 3, 31, 17}, Shape{0, 4}};
    for (int k = 0; k < 40; ++k) {
        shapes.push_back(ragged_shape(random));
    }
    for (const Shape& shape : shapes) {
        INFO(shape.text());
        const MatrixStack stack = matrices_of(shape);
        std::vector<std::uint32_t> logical(shape.volume());
        std::iota(logical.begin(), logical.end(), 1U);
        std::vector<std::uint32_t> tiled(stack.tiled_elements());
        tilize<std::uint32_t>(stack, logical, tiled, 0U);
        std::size_t wrong = 0;
        for (std::size_t at = 0; at < logical.size(); ++at) {
            const std::size_t matrix = at / (stack.rows * stack.columns);
            const std::size_t row = at / stack.columns % stack.rows;
            wrong += tiled[slow_tiled_index(stack, matrix, row, at % stack.columns)] == logical[at] ? 0 : 1;
        }
        CHECK(wrong == 0);
        CHECK(static_cast<std::size_t>(std::ranges::count(tiled, 0U)) == tiled.size() - logical.size());
        std::vector<std::uint32_t> back(logical.size());
        untilize<std::uint32_t>(stack, tiled, back);
        CHECK(back == logical);
    }
}

TEST_CASE("every type packs and unpacks ragged tensors in both layouts") {
    std::mt19937 random(7);
    for (const DataType type : kAllDataTypes) {
        for (const Layout layout : {Layout::row_major, Layout::tile}) {
            if (is_block_float(type) && layout == Layout::row_major) {
                continue;
            }
            const TensorSpec spec(Shape{2, 33, 65}, type, layout);
            INFO(spec.text());
            std::vector<std::byte> pages(spec.packed_bytes());
            if (is_floating_point(type)) {
                // Small integers are exact in every floating-point type, 4 bits of magnitude included.
                std::vector<float> values(spec.logical_shape().volume());
                for (float& value : values) {
                    value = static_cast<float>(static_cast<int>(random() % 8)) - 4.0F;
                }
                if (type == DataType::bfloat4_b) {
                    for (float& value : values) {
                        value = std::copysign(4.0F, value);
                    }
                }
                encode_floats(spec, values, pages, 2.0F);
                CHECK(decode_floats(spec, pages) == values);
            } else {
                std::vector<Integer> values(spec.logical_shape().volume());
                for (Integer& value : values) {
                    value = wrapped(static_cast<Integer>(random()), type);
                }
                encode_integers(spec, values, pages, 1);
                CHECK(decode_integers(spec, pages) == values);
            }
            if (!is_block_float(type)) {
                std::vector<std::byte> elements(spec.logical_shape().volume() * element_bytes(type));
                unpack_elements(spec, pages, elements);
                std::vector<std::byte> zero_padded(pages.size());
                pack_elements(spec, elements, zero_padded);
                std::vector<std::byte> elements_again(elements.size());
                unpack_elements(spec, zero_padded, elements_again);
                CHECK(elements_again == elements);
            }
        }
    }
}

TEST_CASE("page sizes are the reference's") {
    const auto page = [](DataType type, Layout layout, const Shape& shape) {
        return TensorSpec(shape, type, layout).page_bytes();
    };
    CHECK(page(DataType::float32, Layout::tile, {1, 1, 33, 65}) == 4096);
    CHECK(page(DataType::bfloat16, Layout::tile, {32, 32}) == 2048);
    CHECK(page(DataType::bfloat8_b, Layout::tile, {32, 32}) == 1088);
    CHECK(page(DataType::bfloat4_b, Layout::tile, {32, 32}) == 576);
    CHECK(page(DataType::uint8, Layout::tile, {32, 32}) == 1024);
    CHECK(page(DataType::float32, Layout::row_major, {3, 33}) == 132);
    CHECK(TensorSpec({2, 33, 65}, DataType::float32, Layout::tile).page_count() == 2 * 2 * 3);
    CHECK(TensorSpec({2, 33, 65}, DataType::float32, Layout::row_major).page_count() == 66);
    CHECK(TensorSpec({2, 33, 65}, DataType::uint8, Layout::tile).padded_shape() == Shape{2, 64, 96});
    CHECK_THROWS_WITH(TensorSpec({32, 32}, DataType::bfloat8_b, Layout::row_major),
                      Catch::Contains("TT_FATAL @ device/tensor_spec.cpp:") &&
                          Catch::Contains("bfloat8_b tensors must be in TILE layout"));
}

TEST_CASE("floats become integers by truncation within range, integers wrap") {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    CHECK(to_integer(-1.9F, DataType::int32) == -1);
    CHECK(to_integer(-1.9F, DataType::uint8) == 0);
    CHECK(to_integer(300.0F, DataType::uint8) == 255);
    CHECK(to_integer(3e9F, DataType::uint32) == 3000000000LL);
    CHECK(to_integer(3e9F, DataType::int32) == 2147483647);
    CHECK(to_integer(-1e30F, DataType::int32) == -2147483648LL);
    CHECK(to_integer(nan, DataType::uint16) == 0);
    CHECK(wrapped(-1, DataType::uint16) == 65535);
    CHECK(wrapped(4294967295LL, DataType::int32) == -1);
}
