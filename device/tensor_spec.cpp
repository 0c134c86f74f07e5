#include "tt_run/device/tensor_spec.hpp"

#include <fmt/ranges.h>

#include "device/tensor_codec.hpp"
#include "support/require.hpp"

namespace tt_run::device {

std::string_view name_of(BufferType type) {
    constexpr std::string_view kNames[] = {"DRAM", "L1", "SYSTEM_MEMORY", "L1_SMALL", "TRACE"};
    return kNames[static_cast<std::size_t>(type)];
}

std::string_view name_of(TensorMemoryLayout layout) {
    switch (layout) {
        case TensorMemoryLayout::interleaved:
            return "INTERLEAVED";
        case TensorMemoryLayout::height_sharded:
            return "HEIGHT_SHARDED";
        case TensorMemoryLayout::width_sharded:
            return "WIDTH_SHARDED";
        case TensorMemoryLayout::block_sharded:
            break;
    }
    return "BLOCK_SHARDED";
}

std::size_t Shape::volume() const {
    std::size_t volume = 1;
    for (const std::uint32_t extent : extents_) {
        volume *= extent;
    }
    return volume;
}

std::size_t Shape::position(std::int32_t dimension) const {
    const auto size = static_cast<std::int32_t>(extents_.size());
    const std::int32_t from_front = dimension < 0 ? dimension + size : dimension;
    TT_RUN_REQUIRE(from_front >= 0 && from_front < size, "dimension {} is out of range for {}", dimension,
                   text());
    return static_cast<std::size_t>(from_front);
}

std::uint32_t Shape::operator[](std::int32_t dimension) const {
    return extents_[position(dimension)];
}

Shape Shape::with(std::int32_t dimension, std::uint32_t extent) const {
    Shape changed = *this;
    changed.extents_[position(dimension)] = extent;
    return changed;
}

std::string Shape::text() const {
    return fmt::format("Shape([{}])", fmt::join(extents_, ", "));
}

TensorSpec::TensorSpec(Shape logical_shape, DataType data_type, Layout layout, MemoryConfig memory_config)
    : logical_shape_(std::move(logical_shape)),
      data_type_(data_type),
      layout_(layout),
      memory_config_(std::move(memory_config)) {
    TT_RUN_REQUIRE(layout_ == Layout::tile || !is_block_float(data_type_),
                   "{} tensors must be in TILE layout", name_of(data_type_));
    TT_RUN_REQUIRE(memory_config_.is_sharded() == memory_config_.shard_spec.has_value(),
                   "a {} memory config {} a shard spec", name_of(memory_config_.memory_layout),
                   memory_config_.is_sharded() ? "needs" : "has no");
}

Shape TensorSpec::padded_shape() const {
    if (layout_ == Layout::row_major) {
        return logical_shape_;
    }
    // A tile has two dimensions, so a shape that has fewer gets ones in front.
    std::vector<std::uint32_t> extents = logical_shape_.extents();
    while (extents.size() < 2) {
        extents.insert(extents.begin(), 1);
    }
    for (std::size_t d = extents.size() - 2; d < extents.size(); ++d) {
        extents[d] = (extents[d] + kTileSide - 1) / kTileSide * kTileSide;
    }
    return Shape(std::move(extents));
}

std::size_t TensorSpec::page_bytes() const {
    if (layout_ == Layout::tile) {
        return tile_bytes(data_type_);
    }
    const std::size_t row = logical_shape_.rank() == 0 ? 1 : logical_shape_[-1];
    return row * element_bytes(data_type_);
}

std::size_t TensorSpec::page_count() const {
    const MatrixStack stack = matrices_of(logical_shape_);
    return layout_ == Layout::tile        ? stack.tiled_elements() / kTileElements
           : logical_shape_.volume() == 0 ? 0
                                          : stack.count * stack.rows;
}

std::string TensorSpec::text() const {
    return fmt::format("{} {} {} {} {}", logical_shape_.text(), name_of(data_type_), name_of(layout_),
                       name_of(memory_config_.memory_layout), name_of(memory_config_.buffer_type));
}

}  // namespace tt_run::device
