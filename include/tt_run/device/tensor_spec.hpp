#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "tt_run/device/data_type.hpp"
#include "tt_run/device/memory_config.hpp"
#include "tt_run/export.hpp"

namespace tt_run::device {

/// A tensor's extents, outermost first. May be empty (a scalar) and may have extents of 0.
class TT_RUN_API Shape {
  public:
    Shape() = default;
    Shape(std::initializer_list<std::uint32_t> extents) : extents_(extents) {}
    explicit Shape(std::vector<std::uint32_t> extents) : extents_(std::move(extents)) {}

    std::size_t rank() const { return extents_.size(); }
    std::size_t volume() const;
    /// A negative index counts from the end. Throws when out of range.
    std::uint32_t operator[](std::int32_t dimension) const;
    /// The same dimension counted from the front. Throws when out of range.
    std::size_t position(std::int32_t dimension) const;
    /// With one extent replaced.
    Shape with(std::int32_t dimension, std::uint32_t extent) const;
    const std::vector<std::uint32_t>& extents() const { return extents_; }
    auto begin() const { return extents_.begin(); }
    auto end() const { return extents_.end(); }
    bool operator==(const Shape&) const = default;
    /// `Shape([1, 1, 32, 64])`.
    std::string text() const;

  private:
    std::vector<std::uint32_t> extents_;
};

/// Everything about a tensor but its values: two tensors of one spec have the same bytes in the same places.
class TT_RUN_API TensorSpec {
  public:
    /// Throws for block floats in ROW_MAJOR and for a sharded memory config without a shard spec.
    TensorSpec(Shape logical_shape, DataType data_type, Layout layout, MemoryConfig memory_config = {});

    const Shape& logical_shape() const { return logical_shape_; }
    /// With the last two extents rounded up to whole tiles if the layout is TILE; else the logical one.
    Shape padded_shape() const;
    DataType data_type() const { return data_type_; }
    Layout layout() const { return layout_; }
    const MemoryConfig& memory_config() const { return memory_config_; }

    /// Bytes of a page as it is transferred: one tile, or one row of the last dimension.
    std::size_t page_bytes() const;
    std::size_t page_count() const;
    /// Of all pages, packed.
    std::size_t packed_bytes() const { return page_bytes() * page_count(); }

    TensorSpec with_shape(Shape shape) const {
        return {std::move(shape), data_type_, layout_, memory_config_};
    }
    TensorSpec with_data_type(DataType type) const { return {logical_shape_, type, layout_, memory_config_}; }
    TensorSpec with_layout(Layout layout) const {
        return {logical_shape_, data_type_, layout, memory_config_};
    }
    TensorSpec with_memory_config(MemoryConfig config) const {
        return {logical_shape_, data_type_, layout_, std::move(config)};
    }
    bool operator==(const TensorSpec&) const = default;
    std::string text() const;

  private:
    Shape logical_shape_;
    DataType data_type_;
    Layout layout_;
    MemoryConfig memory_config_;
};

}  // namespace tt_run::device
