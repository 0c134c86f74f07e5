#include "device/array.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "support/check.hpp"

namespace tt_run::device {

namespace {

/// Bytes from one element to the next along each dimension.
std::vector<std::size_t> strides_of(const Array& array) {
    std::vector<std::size_t> strides(array.shape.rank());
    std::size_t stride = array.width;
    for (std::size_t d = strides.size(); d > 0;) {
        --d;
        strides[d] = stride;
        stride *= array.shape.extents()[d];
    }
    return strides;
}

/// Copies a block of `extents` elements from bytes at strides to bytes side by side; returns where those end.
std::byte* gather(const std::byte* from, std::span<const std::uint32_t> extents,
                  std::span<const std::size_t> strides, std::size_t width, std::byte* to) {
    if (extents.empty()) {
        std::memcpy(to, from, width);
        return to + width;
    }
    if (extents.size() == 1 && strides[0] == width) {
        std::memcpy(to, from, width * extents[0]);
        return to + width * extents[0];
    }
    for (std::uint32_t k = 0; k < extents[0]; ++k) {
        to = gather(from + k * strides[0], extents.subspan(1), strides.subspan(1), width, to);
    }
    return to;
}

Array gathered(const Array& array, Shape shape, std::size_t offset, std::span<const std::size_t> strides) {
    Array result{std::move(shape), array.width, {}};
    result.data.resize(result.shape.volume() * result.width);
    if (!result.data.empty()) {
        gather(array.data.data() + offset, result.shape.extents(), strides, result.width, result.data.data());
    }
    return result;
}

}  // namespace

Array unpack_array(const TensorSpec& spec, std::span<const std::byte> pages) {
    Array array{spec.logical_shape(), element_bytes(spec.data_type()), {}};
    if (is_block_float(spec.data_type())) {
        const std::vector<float> values = decode_floats(spec, pages);
        const auto bytes = std::as_bytes(std::span(values));
        array.width = sizeof(float);
        array.data.assign(bytes.begin(), bytes.end());
        return array;
    }
    array.data.resize(array.shape.volume() * array.width);
    unpack_elements(spec, pages, array.data);
    return array;
}

void pack_array(const TensorSpec& spec, const Array& array, std::span<std::byte> pages) {
    TT_RUN_CHECK(array.shape.volume() == spec.logical_shape().volume());
    if (!is_block_float(spec.data_type())) {
        pack_elements(spec, array.data, pages);
        return;
    }
    std::vector<float> values(array.shape.volume());
    if (!values.empty()) {
        std::memcpy(values.data(), array.data.data(), array.data.size());
    }
    encode_floats(spec, values, pages);
}

Array slice(const Array& array, std::span<const std::uint32_t> begin, std::span<const std::uint32_t> end,
            std::span<const std::uint32_t> step) {
    std::vector<std::size_t> strides = strides_of(array);
    std::vector<std::uint32_t> extents;
    std::size_t offset = 0;
    for (std::size_t d = 0; d < array.shape.rank(); ++d) {
        extents.push_back((end[d] - begin[d] + step[d] - 1) / step[d]);
        offset += begin[d] * strides[d];
        strides[d] *= step[d];
    }
    return gathered(array, Shape(std::move(extents)), offset, strides);
}

Array slice(const Array& array, std::span<const std::uint32_t> begin, std::span<const std::uint32_t> end) {
    return slice(array, begin, end, std::vector<std::uint32_t>(array.shape.rank(), 1));
}

Array concatenate(const std::vector<Array>& arrays, std::size_t dimension) {
    std::uint32_t extent = 0;
    for (const Array& array : arrays) {
        extent += array.shape.extents()[dimension];
    }
    Array result{
        arrays.front().shape.with(static_cast<std::int32_t>(dimension), extent), arrays.front().width, {}};
    result.data.reserve(result.shape.volume() * result.width);
    std::size_t outer = 1;
    for (std::size_t d = 0; d < dimension; ++d) {
        outer *= result.shape.extents()[d];
    }
    for (std::size_t k = 0; k < outer; ++k) {
        for (const Array& array : arrays) {
            const std::size_t run = array.data.size() / outer;
            const auto from = array.data.begin() + static_cast<std::ptrdiff_t>(k * run);
            result.data.insert(result.data.end(), from, from + static_cast<std::ptrdiff_t>(run));
        }
    }
    return result;
}

Array permute(const Array& array, std::span<const std::size_t> order) {
    const std::vector<std::size_t> strides = strides_of(array);
    std::vector<std::uint32_t> extents;
    std::vector<std::size_t> permuted;
    for (const std::size_t dimension : order) {
        extents.push_back(array.shape.extents()[dimension]);
        permuted.push_back(strides[dimension]);
    }
    return gathered(array, Shape(std::move(extents)), 0, permuted);
}

}  // namespace tt_run::device
