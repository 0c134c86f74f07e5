// Operations against references in float64, on random shapes, types and layouts. On the host: devices run the
// very same kernels, and mesh_device_test holds them to that.

#include "tt_run/device/operations.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <numeric>

#include <catch2/catch.hpp>

#include "device/tensor_codec.hpp"
#include "test/unit/device/random_tensor.hpp"

using namespace tt_run::device;
using tt_run::test::RandomTensors;
using tt_run::test::tolerance_of;

namespace {

struct Form {
    DataType type;
    Layout layout;
};
constexpr Form kFloatForms[] = {{DataType::float32, Layout::row_major},  {DataType::float32, Layout::tile},
                                {DataType::bfloat16, Layout::row_major}, {DataType::bfloat16, Layout::tile},
                                {DataType::bfloat8_b, Layout::tile},     {DataType::bfloat4_b, Layout::tile}};

/// A result may be off by the type's tolerance times the largest value that shares its block: for block
/// floats the row, and `scale` for what was summed on the way.
void check_close(const Tensor& result, const std::vector<double>& expected, double scale = 1.0) {
    const std::vector<float> got = result.to_vector<float>();
    REQUIRE(got.size() == expected.size());
    const MatrixStack stack = matrices_of(result.shape());
    const double tolerance = tolerance_of(result.dtype());
    for (std::size_t row = 0; row < got.size(); row += stack.columns) {
        double largest = 0.0;
        for (std::size_t k = row; k < row + stack.columns; ++k) {
            largest = std::max(largest, std::fabs(expected[k]));
        }
        for (std::size_t k = row; k < row + stack.columns; ++k) {
            const double allowed =
                is_block_float(result.dtype()) ? largest * tolerance : std::fabs(expected[k]) * tolerance;
            INFO("element " << k << " of " << result.spec().text() << ": " << got[k] << " for "
                            << expected[k]);
            REQUIRE(std::fabs(static_cast<double>(got[k]) - expected[k]) <= allowed + scale * 4e-6);
        }
    }
}

std::vector<double> doubles_of(const Tensor& tensor) {
    const std::vector<float> values = tensor.to_vector<float>();
    return {values.begin(), values.end()};
}

template <class Function>
std::vector<double> mapped(const Tensor& tensor, Function function) {
    std::vector<double> values = doubles_of(tensor);
    std::transform(values.begin(), values.end(), values.begin(), function);
    return values;
}

}  // namespace

TEST_CASE("functions of one element agree with float64") {
    RandomTensors random;
    INFO("seed " << random.seed());
    for (const Form& form : kFloatForms) {
        for (int round = 0; round < 4; ++round) {
            const Tensor x = random.tensor(random.shape(), form.type, form.layout);
            check_close(relu(x), mapped(x, [](double v) { return std::max(v, 0.0); }));
            check_close(exp(x), mapped(x, [](double v) { return std::exp(v); }));
            check_close(gelu(x),
                        mapped(x, [](double v) { return 0.5 * v * (1 + std::erf(v / std::sqrt(2.0))); }));
            check_close(silu(x), mapped(x, [](double v) { return v / (1 + std::exp(-v)); }));
            check_close(abs(x), mapped(x, [](double v) { return std::fabs(v); }));
            check_close(neg(x), mapped(x, [](double v) { return -v; }));
            const Tensor positive = abs(x);
            check_close(sqrt(positive), mapped(positive, [](double v) { return std::sqrt(v); }));
            check_close(add(x, 1.5F), mapped(x, [](double v) { return v + 1.5; }));
            check_close(sub(x, 1.5F), mapped(x, [](double v) { return v - 1.5; }));
            check_close(mul(x, -3.0F), mapped(x, [](double v) { return v * -3.0; }));
            check_close(div(x, 3.0F), mapped(x, [](double v) { return v / 3.0; }));
        }
    }
}

TEST_CASE("float32 exp is within 2 units in the last place, everywhere") {
    std::vector<float> values;
    for (std::uint32_t bits = 0; bits < 0x7F800000U; bits += 3331) {
        values.push_back(std::bit_cast<float>(bits));
        values.push_back(-values.back());
    }
    const auto count = static_cast<std::uint32_t>(values.size());
    const Tensor x = Tensor::from_vector<float>(values, {Shape{count}, DataType::float32, Layout::row_major});
    const std::vector<float> got = exp(x).to_vector<float>();
    double worst = 0.0;
    for (std::size_t k = 0; k < values.size(); ++k) {
        const double exact = std::exp(static_cast<double>(values[k]));
        if (exact > static_cast<double>(std::numeric_limits<float>::max())) {
            REQUIRE((std::isinf(got[k]) || got[k] == std::numeric_limits<float>::max()));
            continue;
        }
        const auto rounded = static_cast<float>(exact);
        const double ulp =
            static_cast<double>(std::nextafter(rounded, INFINITY)) - static_cast<double>(rounded);
        worst = std::max(worst, std::fabs(static_cast<double>(got[k]) - exact) / ulp);
    }
    INFO("worst " << worst);
    CHECK(worst <= 2.0);
}

TEST_CASE("what is no number stays none, and infinities pass through") {
    const float inf = std::numeric_limits<float>::infinity();
    const std::vector<float> values{inf, -inf, NAN, -0.0F};
    const Tensor x = Tensor::from_vector<float>(values, {Shape{4}, DataType::float32, Layout::row_major});
    const auto relued = relu(x).to_vector<float>();
    CHECK(relued[0] == inf);
    CHECK(relued[1] == 0.0F);
    CHECK(std::isnan(relued[2]));
    CHECK(exp(x).to_vector<float>()[1] == 0.0F);
}

TEST_CASE("two operands agree with float64, broadcast too") {
    RandomTensors random;
    INFO("seed " << random.seed());
    for (const Form& form : kFloatForms) {
        for (int round = 0; round < 4; ++round) {
            const Shape shape = random.shape(40, 2);
            const Tensor a = random.tensor(shape, form.type, form.layout);
            const Shape row = Shape{shape[-1]};
            const Shape column = shape.with(-1, 1);
            for (const Shape& other : {shape, row, column, Shape{1}}) {
                const Tensor b = add(abs(random.tensor(other, form.type, form.layout)), 1.0F);
                const std::vector<double> left = doubles_of(a);
                const std::vector<double> right = doubles_of(b);
                std::vector<double> spread(left.size());
                for (std::size_t k = 0; k < left.size(); ++k) {
                    const std::size_t at = other == shape    ? k
                                           : other == row    ? k % shape[-1]
                                           : other == column ? k / shape[-1]
                                                             : 0;
                    spread[k] = right[at];
                }
                const auto expect = [&](auto function) {
                    std::vector<double> expected(left.size());
                    std::transform(left.begin(), left.end(), spread.begin(), expected.begin(), function);
                    return expected;
                };
                check_close(add(a, b), expect(std::plus<>()));
                check_close(sub(a, b), expect(std::minus<>()));
                check_close(mul(a, b), expect(std::multiplies<>()));
                check_close(div(a, b), expect(std::divides<>()));
            }
        }
    }
    const Tensor a = random.tensor({2, 3}, DataType::float32, Layout::tile);
    CHECK_THROWS_WITH(add(a, random.tensor({2, 4}, DataType::float32, Layout::tile)),
                      Catch::Contains("cannot be broadcast together"));
}

TEST_CASE("integers add, subtract and multiply with wrap") {
    const std::vector<std::int32_t> values{5, -7, 2147483647, -2147483647 - 1};
    const Tensor x = Tensor::from_vector<std::int32_t>(values, {Shape{4}, DataType::int32, Layout::tile});
    CHECK(add(x, 1.0F).to_vector<std::int32_t>() ==
          std::vector<std::int32_t>{6, -6, -2147483647 - 1, -2147483647});
    CHECK(relu(x).to_vector<std::int32_t>() == std::vector<std::int32_t>{5, 0, 2147483647, 0});
    CHECK(mul(x, x).to_vector<std::int32_t>() == std::vector<std::int32_t>{25, 49, 1, 0});
    const std::vector<std::uint8_t> small{250, 3};
    const Tensor bytes =
        Tensor::from_vector<std::uint8_t>(small, {Shape{2}, DataType::uint8, Layout::row_major});
    CHECK(add(bytes, bytes).to_vector<std::uint8_t>() == std::vector<std::uint8_t>{244, 6});
    CHECK_THROWS_WITH(exp(x), Catch::Contains("exp is for floating-point tensors, not int32"));
    CHECK_THROWS_WITH(add(x, 0.5F), Catch::Contains("is no integer"));
}

TEST_CASE("matmul and linear agree with float64, turned, batched and with an activation") {
    RandomTensors random;
    INFO("seed " << random.seed());
    for (const Form& form : kFloatForms) {
        for (int round = 0; round < 6; ++round) {
            const std::uint32_t m = 1 + random.below(40), k = 1 + random.below(40), n = 1 + random.below(40);
            const std::uint32_t batch = 1 + random.below(2);
            MatmulOptions options{.transpose_a = random.below(2) == 1, .transpose_b = random.below(2) == 1};
            const Tensor a = random.tensor(options.transpose_a ? Shape{batch, k, m} : Shape{batch, m, k},
                                           form.type, form.layout);
            const bool shared = random.below(2) == 1;
            const std::uint32_t b_batch = shared ? 1 : batch;
            const Tensor b = random.tensor(options.transpose_b ? Shape{b_batch, n, k} : Shape{b_batch, k, n},
                                           form.type, form.layout);
            const Tensor bias = random.tensor({1, n}, form.type, form.layout);
            const std::vector<double> left = doubles_of(a), right = doubles_of(b), row = doubles_of(bias);
            std::vector<double> product(std::size_t{batch} * m * n);
            std::vector<double> activated(product.size());
            for (std::size_t at = 0; at < product.size(); ++at) {
                const std::size_t q = at / (m * n), i = at / n % m, j = at % n;
                const std::size_t p = shared ? 0 : q;
                for (std::size_t s = 0; s < k; ++s) {
                    product[at] += left[q * m * k + (options.transpose_a ? s * m + i : i * k + s)] *
                                   right[p * k * n + (options.transpose_b ? j * k + s : s * n + j)];
                }
                activated[at] = std::max(product[at] + row[j], 0.0);
            }
            const Tensor got = matmul(a, b, options);
            CHECK(got.shape() == Shape{batch, m, n});
            check_close(got, product, k);
            options.activation = "relu";
            check_close(linear(a, b, bias, options), activated, k);
        }
    }
    const Tensor a = random.tensor({3, 4}, DataType::float32, Layout::tile);
    CHECK_THROWS_WITH(matmul(a, a), Catch::Contains("the inner dimensions"));
    CHECK_THROWS_WITH(matmul(a, a, {.transpose_b = true, .activation = "tanh"}),
                      Catch::Contains("there is no activation `tanh`"));
}

TEST_CASE("softmax, norms and reductions agree with float64") {
    RandomTensors random;
    INFO("seed " << random.seed());
    for (const Form& form : kFloatForms) {
        for (int round = 0; round < 4; ++round) {
            const Shape shape = random.shape(50, 2);
            const Tensor x = random.tensor(shape, form.type, form.layout);
            const std::vector<double> values = doubles_of(x);
            const std::size_t width = shape[-1];
            const std::size_t rows = values.size() / width;
            const Tensor weight = random.tensor({shape[-1]}, form.type, form.layout);
            const Tensor bias = random.tensor({shape[-1]}, form.type, form.layout);
            const std::vector<double> w = doubles_of(weight), b = doubles_of(bias);
            std::vector<double> soft(values.size()), layer(values.size()), rms(values.size()), sums(rows),
                means(rows), largest(rows);
            for (std::size_t r = 0; r < rows; ++r) {
                const double* row = values.data() + r * width;
                const double most = *std::max_element(row, row + width);
                double total = 0, exponentials = 0, squares = 0, deviations = 0;
                for (std::size_t c = 0; c < width; ++c) {
                    total += row[c];
                    squares += row[c] * row[c];
                    exponentials += std::exp(row[c] - most);
                }
                const double average = total / static_cast<double>(width);
                for (std::size_t c = 0; c < width; ++c) {
                    deviations += (row[c] - average) * (row[c] - average);
                }
                for (std::size_t c = 0; c < width; ++c) {
                    soft[r * width + c] = std::exp(row[c] - most) / exponentials;
                    layer[r * width + c] = (row[c] - average) /
                                               std::sqrt(deviations / static_cast<double>(width) + 1e-5) *
                                               w[c] +
                                           b[c];
                    rms[r * width + c] =
                        row[c] / std::sqrt(squares / static_cast<double>(width) + 1e-5) * w[c];
                }
                sums[r] = total;
                means[r] = average;
                largest[r] = most;
            }
            check_close(softmax(x), soft, 2);
            check_close(layer_norm(x, {.epsilon = 1e-5F, .weight = weight, .bias = bias}), layer, 40);
            check_close(rms_norm(x, {.epsilon = 1e-5F, .weight = weight}), rms, 10);
            check_close(sum(x, {.dims = {-1}, .keepdim = true}), sums, 50);
            check_close(mean(x, {.dims = {-1}, .keepdim = true}), means, 2);
            check_close(max(x, {.dims = {-1}, .keepdim = true}), largest);
            check_close(sum(x), {std::accumulate(values.begin(), values.end(), 0.0)},
                        static_cast<double>(values.size()));
        }
    }
    const Tensor cube = random.tensor({3, 4, 5}, DataType::float32, Layout::tile);
    const std::vector<double> values = doubles_of(cube);
    std::vector<double> outer(4, 0.0);
    for (std::size_t k = 0; k < values.size(); ++k) {
        outer[k / 5 % 4] += values[k];
    }
    const Tensor reduced = sum(cube, {.dims = {0, 2}});
    CHECK(reduced.shape() == Shape{4});
    check_close(reduced, outer, 15);
    const Tensor first_axis = softmax(cube, 0);
    std::vector<double> ones(20, 1.0);
    check_close(sum(first_axis, {.dims = {0}}), ones, 3);
}

TEST_CASE("reductions over any dimensions, and softmax along any, agree with float64") {
    RandomTensors random;
    INFO("seed " << random.seed());
    for (int round = 0; round < 40; ++round) {
        const Form& form = kFloatForms[random.below(4)];
        const Shape shape = random.shape(30, 2);
        const Tensor x = random.tensor(shape, form.type, form.layout);
        const std::vector<double> values = doubles_of(x);
        ReduceOptions options{.keepdim = random.below(2) == 1};
        std::vector<bool> reduced(shape.rank());
        for (std::size_t d = 0; d < shape.rank(); ++d) {
            reduced[d] = random.below(2) == 1;
            if (reduced[d]) {
                const auto dim = static_cast<std::int32_t>(d);
                options.dims.push_back(random.below(2) == 1 ? dim
                                                            : dim - static_cast<std::int32_t>(shape.rank()));
            }
        }
        if (options.dims.empty()) {
            reduced.assign(shape.rank(), true);
        }
        INFO(x.spec().text() << " over " << options.dims.size() << " dimensions");
        // Sums by the index that is left of each element's.
        std::map<std::size_t, std::vector<double>> lines;
        for (std::size_t k = 0; k < values.size(); ++k) {
            std::size_t left = 0, rest = k, stride = values.size();
            for (std::size_t d = 0; d < shape.rank(); ++d) {
                stride /= shape.extents()[d];
                left = reduced[d] ? left : left * shape.extents()[d] + rest / stride;
                rest %= stride;
            }
            lines[left].push_back(values[k]);
        }
        std::vector<double> sums, means, largest;
        for (const auto& [left, line] : lines) {
            sums.push_back(std::accumulate(line.begin(), line.end(), 0.0));
            means.push_back(sums.back() / static_cast<double>(line.size()));
            largest.push_back(*std::ranges::max_element(line));
        }
        const auto length = static_cast<double>(values.size() / lines.size());
        check_close(sum(x, options), sums, length);
        check_close(mean(x, options), means, 2);
        check_close(max(x, options), largest);

        const std::uint32_t dim = random.below(static_cast<std::uint32_t>(shape.rank()));
        std::size_t stride = 1;
        for (std::size_t d = dim + 1; d < shape.rank(); ++d) {
            stride *= shape.extents()[d];
        }
        const std::size_t extent = shape.extents()[dim];
        std::vector<double> soft(values.size());
        for (std::size_t k = 0; k < values.size(); ++k) {
            const std::size_t first = k - k / stride % extent * stride;
            double total = 0;
            for (std::size_t e = 0; e < extent; ++e) {
                total += std::exp(values[first + e * stride] - values[k]);
            }
            soft[k] = 1 / total;
        }
        check_close(softmax(x, static_cast<std::int32_t>(dim)), soft, 2);
    }
}
