#include "device/matrix_product.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

using namespace tt_run::device;

namespace {

struct Kernel {
    const char* name;
    void (*multiply)(const MatrixProduct&, float*);
};

/// Those that this processor can run.
std::vector<Kernel> kernels() {
    std::vector<Kernel> found{{"default", multiply_by_default}};
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        found.push_back({"AVX2", multiply_by_avx2});
    }
    if (__builtin_cpu_supports("avx512f")) {
        found.push_back({"AVX-512", multiply_by_avx512});
    }
#endif
    return found;
}

std::vector<float> one_by_one(const MatrixProduct& product) {
    std::vector<float> out(product.rows * product.columns);
    for (std::size_t row = 0; row < product.rows; ++row) {
        for (std::size_t column = 0; column < product.columns; ++column) {
            float sum = 0;
            for (std::size_t k = 0; k < product.inner; ++k) {
                sum = std::fma(
                    product.a[product.a_transposed ? k * product.rows + row : row * product.inner + k],
                    product
                        .b[product.b_transposed ? column * product.inner + k : k * product.columns + column],
                    sum);
            }
            out[row * product.columns + column] = sum;
        }
    }
    return out;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
    for (std::size_t k = 0; k < a.size(); ++k) {
        if (std::bit_cast<std::uint32_t>(a[k]) != std::bit_cast<std::uint32_t>(b[k])) {
            UNSCOPED_INFO("element " << k << " is " << a[k] << " and " << b[k]);
            return false;
        }
    }
    return true;
}

}  // namespace

TEST_CASE("a product has the same bits with every kind of vectors: those of one sum after the other") {
    std::mt19937 random(std::random_device{}());
    const auto seed = random();
    INFO("seed " << seed);
    random.seed(seed);
    std::uniform_real_distribution<float> value(-10, 10);
    // Beyond a tile, beyond a block of the inner dimension (256) and of columns (512), and few of each.
    const std::size_t rows[] = {1, 2, 11, 12, 13, 30};
    const std::size_t inner[] = {1, 7, 255, 256, 257, 600};
    const std::size_t columns[] = {1, 7, 31, 33, 64, 530};
    for (int round = 0; round < 60; ++round) {
        MatrixProduct product;
        product.rows = rows[random() % std::size(rows)];
        product.inner = inner[random() % std::size(inner)];
        product.columns = columns[random() % std::size(columns)];
        product.a_transposed = random() % 2 == 0;
        product.b_transposed = random() % 2 == 0;
        std::vector<float> a(product.rows * product.inner), b(product.inner * product.columns);
        for (std::vector<float>* const values : {&a, &b}) {
            for (float& one : *values) {
                one = value(random);
            }
        }
        product.a = a.data();
        product.b = b.data();
        INFO(product.rows << " x " << product.inner << " x " << product.columns);
        const std::vector<float> expected = one_by_one(product);
        std::vector<float> workspace(kProductWorkspace);
        for (const Kernel& kernel : kernels()) {
            INFO(kernel.name);
            std::vector<float> out(expected.size());
            product.out = out.data();
            kernel.multiply(product, workspace.data());
            CHECK(same_bits(out, expected));
        }
        std::vector<float> out(expected.size(), NAN);
        product.out = out.data();
        multiply(product);
        CHECK(same_bits(out, expected));
    }
}
