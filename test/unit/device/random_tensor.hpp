#pragma once

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "tt_run/device/operations.hpp"

namespace tt_run::test {

/// Random tensors on the host, from a seed that the test prints.
class RandomTensors {
  public:
    RandomTensors() : RandomTensors(std::random_device{}()) {}
    explicit RandomTensors(std::uint32_t seed) : seed_(seed), random_(seed) {}
    std::uint32_t seed() const { return seed_; }
    std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(random_() % limit); }

    std::vector<float> normal(std::size_t count) {
        std::normal_distribution<float> distribution;
        std::vector<float> values(count);
        for (float& value : values) {
            value = distribution(random_);
        }
        return values;
    }

    /// Up to four dimensions, the last two up to `most`.
    device::Shape shape(std::uint32_t most = 70, std::uint32_t least_rank = 1) {
        std::vector<std::uint32_t> extents;
        for (std::uint32_t left = least_rank + below(5 - least_rank); left > 0; --left) {
            extents.push_back(1 + below(left <= 2 ? most : 3));
        }
        return device::Shape(std::move(extents));
    }

    device::Tensor tensor(const device::Shape& shape, device::DataType type, device::Layout layout) {
        const std::vector<float> values = normal(shape.volume());
        return device::Tensor::from_vector<float>(values, {shape, type, layout});
    }

  private:
    std::uint32_t seed_;
    std::mt19937 random_;
};

/// What a type may be off by, relative to the largest value around: half its last place, a little widened
/// for float32 arithmetic.
inline double tolerance_of(device::DataType type) {
    switch (type) {
        case device::DataType::bfloat16:
            return 1.0 / 250;
        case device::DataType::bfloat8_b:
            return 1.0 / 60;
        case device::DataType::bfloat4_b:
            return 1.0 / 3.9;
        default:
            return 4e-6;
    }
}

}  // namespace tt_run::test
