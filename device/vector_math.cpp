#include "device/vector_math.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

#include <Eigen/Core>

#include "support/check.hpp"
#include "support/require.hpp"

namespace tt_run::device {

namespace {

constexpr std::size_t kAlignment = 16;
/// A whole number of the processor's vectors, whichever it has.
constexpr std::size_t kWhole = 16;
/// Worked on at a time by functions that keep what they began with.
constexpr std::size_t kBlock = 1024;

using Vector = Eigen::Map<Eigen::ArrayXf, Eigen::Aligned16>;

Vector vector_of(float* values, std::size_t count) {
    return {values, static_cast<Eigen::Index>(count)};
}

/// Calls `change` with stretches of whole vectors. Eigen computes what is left of a vector by other means,
/// with other last digits; so the rest is filled up and made whole.
template <class Change>
void in_whole_vectors(std::span<float> x, Change change) {
    TT_RUN_CHECK(reinterpret_cast<std::uintptr_t>(x.data()) % kAlignment == 0);
    const std::size_t whole = x.size() / kWhole * kWhole;
    for (std::size_t done = 0; done < whole; done += kBlock) {
        change(vector_of(x.data() + done, std::min(kBlock, whole - done)));
    }
    if (whole != x.size()) {
        alignas(kAlignment) std::array<float, kWhole> rest{};
        std::copy(x.begin() + static_cast<std::ptrdiff_t>(whole), x.end(), rest.begin());
        change(vector_of(rest.data(), rest.size()));
        std::copy_n(rest.begin(), x.size() - whole, x.begin() + static_cast<std::ptrdiff_t>(whole));
    }
}

/// Eigen's exp is right where the result is an ordinary number, and saturates beyond: those few are worked
/// out one by one.
void exp_of(Vector x) {
    constexpr float kLeast = -87.0F;
    constexpr float kMost = 88.0F;
    const bool all_ordinary =
        x.minCoeff<Eigen::PropagateNaN>() >= kLeast && x.maxCoeff<Eigen::PropagateNaN>() <= kMost;
    if (all_ordinary) {
        x = x.exp();
        return;
    }
    const Eigen::Array<float, Eigen::Dynamic, 1, Eigen::ColMajor, kBlock, 1> given = x;
    x = x.exp();
    for (Eigen::Index k = 0; k < x.size(); ++k) {
        if (!(given[k] >= kLeast && given[k] <= kMost)) {
            x[k] = std::exp(given[k]);
        }
    }
}

}  // namespace

void relu_all(std::span<float> x) {
    for (float& value : x) {
        value = (value < 0.0F ? 0.0F : value) + 0.0F;  // a NaN stays; -0 becomes 0
    }
}

void exp_all(std::span<float> x) {
    in_whole_vectors(x, exp_of);
}

void gelu_all(std::span<float> x) {
    for (float& value : x) {
        value = 0.5F * value * (1.0F + std::erf(value * static_cast<float>(1.0 / std::numbers::sqrt2)));
    }
}

void silu_all(std::span<float> x) {
    in_whole_vectors(x, [](Vector v) {
        Eigen::Array<float, Eigen::Dynamic, 1, Eigen::ColMajor, kBlock, 1> powers = -v;
        exp_of(vector_of(powers.data(), static_cast<std::size_t>(powers.size())));
        v /= powers + 1.0F;
    });
}

void sqrt_all(std::span<float> x) {
    in_whole_vectors(x, [](Vector v) { v = v.sqrt(); });
}

void abs_all(std::span<float> x) {
    in_whole_vectors(x, [](Vector v) { v = v.abs(); });
}

void neg_all(std::span<float> x) {
    in_whole_vectors(x, [](Vector v) { v = -v; });
}

VectorFunction activation_function(const std::string& name) {
    if (name == "relu") {
        return relu_all;
    }
    if (name == "gelu") {
        return gelu_all;
    }
    TT_RUN_REQUIRE(name == "silu", "there is no activation `{}`; relu, gelu and silu are there", name);
    return silu_all;
}

}  // namespace tt_run::device
