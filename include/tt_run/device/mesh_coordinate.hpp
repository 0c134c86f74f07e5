#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "tt_run/export.hpp"

namespace tt_run::device {

/// The extents of a grid of devices, outermost (rows) first. Every extent is at least 1.
class TT_RUN_API MeshShape {
  public:
    MeshShape(std::uint32_t rows, std::uint32_t columns) : MeshShape(std::vector{rows, columns}) {}
    MeshShape(std::uint32_t x, std::uint32_t y, std::uint32_t z) : MeshShape(std::vector{x, y, z}) {}
    /// Throws for no extents and for an extent of 0.
    explicit MeshShape(std::vector<std::uint32_t> extents);

    std::size_t dims() const { return extents_.size(); }
    std::size_t mesh_size() const;
    /// A negative index counts from the end, as in -1 for the last. Throws when out of range.
    std::uint32_t operator[](std::int32_t dimension) const;
    auto begin() const { return extents_.begin(); }
    auto end() const { return extents_.end(); }
    bool operator==(const MeshShape&) const = default;
    /// `MeshShape([4, 4])`.
    std::string text() const;

  private:
    std::vector<std::uint32_t> extents_;
};

/// What happens to a neighbour beyond the edge.
enum class BoundaryMode : std::uint8_t { wrap, clamp, none };

/// A device's place in a mesh: row and column.
class TT_RUN_API MeshCoordinate {
  public:
    MeshCoordinate(std::uint32_t row, std::uint32_t column) : values_{row, column} {}
    MeshCoordinate(std::uint32_t x, std::uint32_t y, std::uint32_t z) : values_{x, y, z} {}
    explicit MeshCoordinate(std::vector<std::uint32_t> values);
    static MeshCoordinate zero(std::size_t dims);

    std::size_t dims() const { return values_.size(); }
    std::uint32_t operator[](std::int32_t dimension) const;
    auto begin() const { return values_.begin(); }
    auto end() const { return values_.end(); }
    auto operator<=>(const MeshCoordinate&) const = default;

    /// The device `offset` steps along a dimension; nothing beyond the edge with BoundaryMode::none.
    std::optional<MeshCoordinate> get_neighbor(const MeshShape& shape, std::int32_t offset,
                                               std::int32_t dimension,
                                               BoundaryMode mode = BoundaryMode::wrap) const;
    /// Its number, row-major, and the inverse. Throws if the shape does not hold it.
    std::size_t to_linear_index(const MeshShape& shape) const;
    static MeshCoordinate from_linear_index(const MeshShape& shape, std::size_t index);
    bool is_inside(const MeshShape& shape) const;
    /// Both coordinates, dimension by dimension, added.
    MeshCoordinate plus(const MeshCoordinate& offset) const;
    /// `MeshCoordinate([1, 3])`.
    std::string text() const;

  private:
    std::vector<std::uint32_t> values_;
};

/// All coordinates between two corners, both included, visited row-major.
class TT_RUN_API MeshCoordinateRange {
  public:
    /// Throws unless start <= end in every dimension.
    MeshCoordinateRange(MeshCoordinate start, MeshCoordinate end);
    explicit MeshCoordinateRange(const MeshShape& shape);

    const MeshCoordinate& start_coord() const { return start_; }
    const MeshCoordinate& end_coord() const { return end_; }
    std::size_t dims() const { return start_.dims(); }
    MeshShape shape() const;
    bool contains(const MeshCoordinate& coordinate) const;
    bool contains(const MeshCoordinateRange& range) const;
    std::optional<MeshCoordinateRange> intersection(const MeshCoordinateRange& other) const;
    bool operator==(const MeshCoordinateRange&) const = default;
    std::string text() const;

    class TT_RUN_API Iterator {
      public:
        using iterator_category = std::input_iterator_tag;
        using value_type = MeshCoordinate;
        using difference_type = std::ptrdiff_t;
        using pointer = const MeshCoordinate*;
        using reference = MeshCoordinate;
        Iterator(const MeshCoordinateRange* range, std::size_t index) : range_(range), index_(index) {}
        MeshCoordinate operator*() const;
        Iterator& operator++() { return ++index_, *this; }
        bool operator==(const Iterator& other) const { return index_ == other.index_; }

      private:
        const MeshCoordinateRange* range_;
        std::size_t index_;
    };
    Iterator begin() const { return {this, 0}; }
    Iterator end() const { return {this, shape().mesh_size()}; }

  private:
    MeshCoordinate start_;
    MeshCoordinate end_;
};

/// Ranges that do not overlap; merging one in that does, or that touches along a whole side, joins them.
class TT_RUN_API MeshCoordinateRangeSet {
  public:
    MeshCoordinateRangeSet() = default;
    explicit MeshCoordinateRangeSet(const MeshCoordinateRange& range) { merge(range); }
    void merge(const MeshCoordinateRange& range);
    const std::vector<MeshCoordinateRange>& ranges() const { return ranges_; }
    bool empty() const { return ranges_.empty(); }
    bool contains(const MeshCoordinate& coordinate) const;

  private:
    std::vector<MeshCoordinateRange> ranges_;
};

}  // namespace tt_run::device

template <>
struct std::hash<tt_run::device::MeshCoordinate> {
    std::size_t operator()(const tt_run::device::MeshCoordinate& coordinate) const {
        std::size_t mixed = coordinate.dims();
        for (const std::uint32_t value : coordinate) {
            mixed = mixed * 1099511628211U ^ value;
        }
        return mixed;
    }
};
