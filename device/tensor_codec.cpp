#include "device/tensor_codec.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "device/block_float.hpp"
#include "support/check.hpp"

namespace tt_run::device {

namespace {

/// Calls `use` with a value of the C++ type that stores an element of `type`.
template <class Use>
void with_integer_type(DataType type, Use&& use) {
    switch (type) {
        case DataType::uint8:
            return use(std::uint8_t{});
        case DataType::uint16:
            return use(std::uint16_t{});
        case DataType::uint32:
            return use(std::uint32_t{});
        case DataType::int32:
            return use(std::int32_t{});
        default:
            TT_RUN_CHECK(!"an integer type");
    }
}

/// An empty tensor has no address to copy from or to.
void copy_bytes(const void* from, void* to, std::size_t bytes) {
    if (bytes != 0) {
        std::memcpy(to, from, bytes);
    }
}

template <class Stored>
Stored load(std::span<const std::byte> bytes, std::size_t index) {
    Stored value{};
    std::memcpy(&value, bytes.data() + index * sizeof(Stored), sizeof(Stored));
    return value;
}

template <class Stored>
void store(std::span<std::byte> bytes, std::size_t index, Stored value) {
    std::memcpy(bytes.data() + index * sizeof(Stored), &value, sizeof(Stored));
}

std::size_t stored_elements(const TensorSpec& spec) {
    const MatrixStack stack = matrices_of(spec.logical_shape());
    return spec.layout() == Layout::tile ? stack.tiled_elements() : stack.elements();
}

template <class T>
std::vector<T> into_logical_order(const TensorSpec& spec, std::vector<T> stored) {
    if (spec.layout() == Layout::row_major) {
        return stored;
    }
    const MatrixStack stack = matrices_of(spec.logical_shape());
    std::vector<T> logical(stack.elements());
    untilize<T>(stack, stored, logical);
    return logical;
}

/// Values in the order of pages: the caller's own if that is the logical order, else `space` filled.
template <class T>
std::span<const T> into_page_order(const TensorSpec& spec, std::span<const T> logical, T pad,
                                   std::vector<T>& space) {
    if (spec.layout() == Layout::row_major) {
        return logical;
    }
    const MatrixStack stack = matrices_of(spec.logical_shape());
    space.resize(stack.tiled_elements());
    tilize<T>(stack, logical, space, pad);
    return space;
}

void copy_runs(const TensorSpec& spec, std::span<const std::byte> from, std::span<std::byte> to,
               bool from_tiles) {
    const std::size_t bytes = element_bytes(spec.data_type());
    TT_RUN_CHECK(bytes != 0);
    if (spec.layout() == Layout::row_major) {
        TT_RUN_CHECK(from.size() == to.size());
        std::ranges::copy(from, to.begin());
        return;
    }
    for_each_tile_run(matrices_of(spec.logical_shape()),
                      [&](std::size_t row_major, std::size_t tiled, std::size_t run) {
                          const std::size_t source = from_tiles ? tiled : row_major;
                          const std::size_t target = from_tiles ? row_major : tiled;
                          std::memcpy(to.data() + target * bytes, from.data() + source * bytes, run * bytes);
                      });
}

}  // namespace

MatrixStack matrices_of(const Shape& shape) {
    MatrixStack stack;
    stack.columns = shape.rank() >= 1 ? shape[-1] : 1;
    stack.rows = shape.rank() >= 2 ? shape[-2] : 1;
    for (std::size_t d = 0; d + 2 < shape.rank(); ++d) {
        stack.count *= shape.extents()[d];
    }
    return stack;
}

std::size_t page_bytes_of(DataType type, std::size_t elements) {
    return is_block_float(type) ? elements / kTileElements * tile_bytes(type)
                                : elements * element_bytes(type);
}

void decode_pages(DataType type, std::span<const std::byte> pages, std::span<float> values) {
    TT_RUN_CHECK(pages.size() == page_bytes_of(type, values.size()));
    if (is_block_float(type)) {
        const std::size_t bytes = tile_bytes(type);
        for (std::size_t tile = 0; tile * bytes < pages.size(); ++tile) {
            decode_block_float_tile(
                type, pages.subspan(tile * bytes, bytes),
                std::span<float, kTileElements>(values.data() + tile * kTileElements, kTileElements));
        }
    } else if (type == DataType::float32) {
        copy_bytes(pages.data(), values.data(), pages.size());
    } else {
        TT_RUN_CHECK(type == DataType::bfloat16);
        for (std::size_t k = 0; k < values.size(); ++k) {
            values[k] = static_cast<float>(bfloat16::from_bits(load<std::uint16_t>(pages, k)));
        }
    }
}

std::vector<float> decode_pages(DataType type, std::span<const std::byte> pages) {
    std::vector<float> values(is_block_float(type) ? pages.size() / tile_bytes(type) * kTileElements
                                                   : pages.size() / element_bytes(type));
    decode_pages(type, pages, values);
    return values;
}

void encode_pages(DataType type, std::span<const float> values, std::span<std::byte> pages) {
    if (is_block_float(type)) {
        const std::size_t bytes = tile_bytes(type);
        for (std::size_t tile = 0; tile * bytes < pages.size(); ++tile) {
            encode_block_float_tile(
                type,
                std::span<const float, kTileElements>(values.data() + tile * kTileElements, kTileElements),
                pages.subspan(tile * bytes, bytes));
        }
        return;
    }
    TT_RUN_CHECK(pages.size() == values.size() * element_bytes(type));
    if (type == DataType::float32) {
        copy_bytes(values.data(), pages.data(), pages.size());
    } else {
        TT_RUN_CHECK(type == DataType::bfloat16);
        for (std::size_t k = 0; k < values.size(); ++k) {
            store(pages, k, bfloat16(values[k]).bits);
        }
    }
}

std::vector<float> decode_floats(const TensorSpec& spec, std::span<const std::byte> pages) {
    return into_logical_order(spec, decode_pages(spec.data_type(), pages));
}

void encode_floats(const TensorSpec& spec, std::span<const float> values, std::span<std::byte> pages,
                   float pad) {
    std::vector<float> space;
    encode_pages(spec.data_type(), into_page_order(spec, values, pad, space), pages);
}

std::vector<Integer> decode_integers(const TensorSpec& spec, std::span<const std::byte> pages) {
    std::vector<Integer> stored(stored_elements(spec));
    with_integer_type(spec.data_type(), [&]<class Stored>(Stored) {
        for (std::size_t k = 0; k < stored.size(); ++k) {
            stored[k] = load<Stored>(pages, k);
        }
    });
    return into_logical_order(spec, std::move(stored));
}

void encode_integers(const TensorSpec& spec, std::span<const Integer> values, std::span<std::byte> pages,
                     Integer pad) {
    std::vector<Integer> space;
    const std::span<const Integer> ordered = into_page_order(spec, values, pad, space);
    with_integer_type(spec.data_type(), [&]<class Stored>(Stored) {
        for (std::size_t k = 0; k < ordered.size(); ++k) {
            store(pages, k, static_cast<Stored>(ordered[k]));
        }
    });
}

void unpack_elements(const TensorSpec& spec, std::span<const std::byte> pages,
                     std::span<std::byte> row_major) {
    copy_runs(spec, pages, row_major, true);
}

void pack_elements(const TensorSpec& spec, std::span<const std::byte> row_major, std::span<std::byte> pages) {
    if (pages.size() != row_major.size()) {
        std::ranges::fill(pages, std::byte{0});
    }
    copy_runs(spec, row_major, pages, false);
}

Integer to_integer(float value, DataType type) {
    Integer result = 0;
    with_integer_type(type, [&]<class Stored>(Stored) {
        using Limits = std::numeric_limits<Stored>;
        if (!std::isnan(value)) {
            // A double holds every limit of 32 bits exactly.
            result = static_cast<Integer>(std::clamp(std::trunc(static_cast<double>(value)),
                                                     static_cast<double>(Limits::min()),
                                                     static_cast<double>(Limits::max())));
        }
    });
    return result;
}

Integer wrapped(Integer value, DataType type) {
    Integer result = 0;
    with_integer_type(type, [&]<class Stored>(Stored) { result = static_cast<Stored>(value); });
    return result;
}

}  // namespace tt_run::device
