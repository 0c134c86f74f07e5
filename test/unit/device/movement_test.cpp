// Operations that move elements or change only their type: exact, whatever the type.

#include <algorithm>
#include <numeric>
#include <vector>

#include <catch2/catch.hpp>

#include "device/tensor_codec.hpp"
#include "test/unit/device/random_tensor.hpp"
#include "tt_run/device/operations.hpp"

using namespace tt_run::device;
using tt_run::test::RandomTensors;

namespace {

using Index = std::vector<std::uint32_t>;

std::size_t place_of(const Shape& shape, const Index& index) {
    std::size_t place = 0;
    for (std::size_t d = 0; d < index.size(); ++d) {
        place = place * shape.extents()[d] + index[d];
    }
    return place;
}

Index index_at(const Shape& shape, std::size_t place) {
    Index index(shape.rank());
    for (std::size_t d = shape.rank(); d > 0;) {
        --d;
        index[d] = static_cast<std::uint32_t>(place % shape.extents()[d]);
        place /= shape.extents()[d];
    }
    return index;
}

/// Whether each element of `result` is the element of `from` at the index that `where` names.
template <class Where>
bool comes_from(const Tensor& result, const Tensor& from, Where where) {
    const std::vector<float> got = result.to_vector<float>();
    const std::vector<float> values = from.to_vector<float>();
    for (std::size_t k = 0; k < got.size(); ++k) {
        if (got[k] != values[place_of(from.shape(), where(index_at(result.shape(), k)))]) {
            return false;
        }
    }
    return got.size() == result.shape().volume();
}

}  // namespace

TEST_CASE("elements of random tensors move where they should") {
    RandomTensors random;
    INFO("seed " << random.seed());
    for (int round = 0; round < 60; ++round) {
        const DataType type = kAllDataTypes[random.below(std::size(kAllDataTypes))];
        // A block float's elements share exponents with whom they stand beside, so only whole numbers of one
        // magnitude stay what they are.
        const Layout layout = is_block_float(type) || random.below(2) == 1 ? Layout::tile : Layout::row_major;
        const Shape shape = random.shape(40, 2);
        std::vector<float> values(shape.volume());
        for (float& value : values) {
            value = static_cast<float>(4 + random.below(4));
        }
        const Tensor x = Tensor::from_vector<float>(values, {shape, type, layout});
        INFO(x.spec().text());
        const auto rank = static_cast<std::uint32_t>(shape.rank());

        std::vector<std::int32_t> order(rank);
        std::iota(order.begin(), order.end(), 0);
        for (std::uint32_t d = rank; d > 1; --d) {
            std::swap(order[d - 1], order[random.below(d)]);
        }
        CHECK(comes_from(permute(x, order), x, [&](const Index& index) {
            Index from(rank);
            for (std::uint32_t d = 0; d < rank; ++d) {
                from[static_cast<std::size_t>(order[d])] = index[d];
            }
            return from;
        }));
        const std::uint32_t a = random.below(rank), b = random.below(rank);
        CHECK(comes_from(transpose(x, static_cast<std::int32_t>(a), static_cast<std::int32_t>(b)), x,
                         [&](Index index) {
                             std::swap(index[a], index[b]);
                             return index;
                         }));
        Index begin(rank), end(rank), step(rank);
        for (std::uint32_t d = 0; d < rank; ++d) {
            begin[d] = random.below(shape.extents()[d]);
            end[d] = begin[d] + 1 + random.below(shape.extents()[d] - begin[d]);
            step[d] = 1 + random.below(4);
        }
        CHECK(comes_from(slice(x, begin, end, step), x, [&](Index index) {
            for (std::uint32_t d = 0; d < rank; ++d) {
                index[d] = begin[d] + index[d] * step[d];
            }
            return index;
        }));
        const std::uint32_t extent = shape.extents()[a];
        CHECK(comes_from(concat({x, x, x}, static_cast<std::int32_t>(a)), x, [&](Index index) {
            index[a] %= extent;
            return index;
        }));
        CHECK(reshape(x, {-1}).to_vector<float>() == values);
        if (!is_block_float(type)) {
            CHECK(to_layout(to_layout(x, Layout::tile), Layout::row_major).to_vector<float>() == values);
        }

        const Tensor table = reshape(x, {-1, static_cast<std::int32_t>(shape[-1])});
        std::vector<std::uint32_t> wanted(1 + random.below(9));
        for (std::uint32_t& row : wanted) {
            row = random.below(table.shape()[0]);
        }
        const Tensor rows = embedding(
            Tensor::from_vector<std::uint32_t>(wanted, {Shape{static_cast<std::uint32_t>(wanted.size())},
                                                        DataType::uint32, Layout::row_major}),
            table, layout);
        CHECK(comes_from(rows, table, [&](const Index& index) { return Index{wanted[index[0]], index[1]}; }));
    }
}

TEST_CASE("elements move where they should, whatever the type") {
    for (const DataType type : kAllDataTypes) {
        const Layout layout = is_block_float(type) ? Layout::tile : Layout::row_major;
        INFO(name_of(type));
        // Of one magnitude, so that block floats hold them exactly in any company.
        std::vector<float> values(2 * 3 * 34);
        for (std::size_t k = 0; k < values.size(); ++k) {
            values[k] = static_cast<float>(4 + k % 4);
        }
        const Tensor x = Tensor::from_vector<float>(values, {Shape{2, 3, 34}, type, layout});
        const auto at = [&](std::size_t i, std::size_t j, std::size_t k) {
            return values[(i * 3 + j) * 34 + k];
        };

        CHECK(reshape(x, {6, -1}).shape() == Shape{6, 34});
        CHECK(reshape(x, {6, -1}).to_vector<float>() == values);
        const Tensor turned = permute(x, {2, 0, 1});
        CHECK(turned.shape() == Shape{34, 2, 3});
        CHECK(turned.to_vector<float>()[(5 * 2 + 1) * 3 + 2] == at(1, 2, 5));
        const Tensor swapped = transpose(x, -2, -1);
        CHECK(swapped.shape() == Shape{2, 34, 3});
        CHECK(swapped.to_vector<float>()[(1 * 34 + 33) * 3 + 1] == at(1, 1, 33));
        CHECK(transpose(swapped, 1, 2).to_vector<float>() == values);
        const Tensor both = concat({x, x}, 1);
        CHECK(both.shape() == Shape{2, 6, 34});
        CHECK(both.to_vector<float>()[(1 * 6 + 4) * 34 + 7] == at(1, 1, 7));
        const Tensor part = slice(x, {0, 1, 1}, {2, 3, 34}, {1, 1, 4});
        CHECK(part.shape() == Shape{2, 2, 9});
        CHECK(part.to_vector<float>()[(1 * 2 + 1) * 9 + 3] == at(1, 2, 13));
        CHECK(to_layout(x, Layout::tile).to_vector<float>() == values);
        CHECK(to_layout(to_layout(x, Layout::tile), layout).to_vector<float>() == values);

        const Tensor table = reshape(x, {6, 34});
        const std::vector<std::uint32_t> wanted{5, 0, 5};
        const Tensor indices =
            Tensor::from_vector<std::uint32_t>(wanted, {Shape{1, 3}, DataType::uint32, Layout::row_major});
        const Tensor rows = embedding(indices, table, layout);
        CHECK(rows.shape() == Shape{1, 3, 34});
        CHECK(rows.to_vector<float>()[2 * 34 + 11] == at(1, 2, 11));
    }
    const std::vector<std::uint32_t> beyond{6};
    const Tensor index =
        Tensor::from_vector<std::uint32_t>(beyond, {Shape{1}, DataType::uint32, Layout::row_major});
    const Tensor table =
        Tensor::from_vector<float>(std::vector<float>(12), {Shape{6, 2}, DataType::float32, {}});
    CHECK_THROWS_WITH(embedding(index, table), Catch::Contains("index 6 is outside 6 rows"));
    CHECK_THROWS_WITH(reshape(table, {5, -1}), Catch::Contains("cannot be divided so"));
    CHECK_THROWS_WITH(permute(table, {0, 0}), Catch::Contains("comes twice"));
    CHECK_THROWS_WITH(slice(table, {0, 0}, {7, 1}), Catch::Contains("is not within dimension 0"));
}

TEST_CASE("typecast between every pair of types does what the rule says") {
    const std::vector<float> values{0.0F,    1.0F,     -1.0F,    2.5F,      -2.5F, 127.0F, 255.0F, 256.0F,
                                    300.25F, 65535.0F, 65536.0F, -65537.0F, 3e9F,  -3e9F,  1e20F,  -1e20F};
    for (const DataType from : kAllDataTypes) {
        for (const DataType to : kAllDataTypes) {
            INFO(name_of(from) << " to " << name_of(to));
            // Far apart, so that block floats do not share an exponent.
            std::vector<float> spread(values.size() * 16, 0.0F);
            for (std::size_t k = 0; k < values.size(); ++k) {
                spread[k * 16] = values[k];
            }
            const auto count = static_cast<std::uint32_t>(spread.size());
            const Tensor x = Tensor::from_vector<float>(spread, {Shape{1, count}, from, Layout::tile});
            const Tensor y = typecast(x, to);
            CHECK(y.dtype() == to);
            const std::vector<float> source = x.to_vector<float>();
            const std::vector<float> plain = y.to_vector<float>();
            for (std::size_t k = 0; k < spread.size(); k += 16) {
                if (is_floating_point(to)) {
                    // From what the source holds, not from what was put in.
                    const Tensor direct =
                        Tensor::from_vector<float>(source, {Shape{1, count}, to, Layout::tile});
                    REQUIRE(plain[k] == direct.to_vector<float>()[k]);
                } else if (is_floating_point(from)) {
                    REQUIRE(plain[k] == static_cast<float>(to_integer(source[k], to)));
                } else {
                    const auto integer =
                        static_cast<Integer>(from == DataType::int32 || from == DataType::uint32
                                                 ? to_integer(spread[k], from)
                                                 : static_cast<Integer>(source[k]));
                    REQUIRE(plain[k] == static_cast<float>(wrapped(integer, to)));
                }
            }
        }
    }
}
