#include "tt_run/device/mesh_coordinate.hpp"

#include <algorithm>

#include <fmt/ranges.h>

#include "support/require.hpp"

namespace tt_run::device {

namespace {

std::uint32_t at_index(const std::vector<std::uint32_t>& values, std::int32_t index) {
    const auto size = static_cast<std::int32_t>(values.size());
    const std::int32_t from_front = index < 0 ? index + size : index;
    TT_RUN_REQUIRE(from_front >= 0 && from_front < size, "dimension {} is out of range for {} dimensions",
                   index, size);
    return values[static_cast<std::size_t>(from_front)];
}

/// The union, if it is a box again.
std::optional<MeshCoordinateRange> joined(const MeshCoordinateRange& a, const MeshCoordinateRange& b) {
    if (a.dims() != b.dims()) {
        return std::nullopt;
    }
    if (a.contains(b)) {
        return a;
    }
    if (b.contains(a)) {
        return b;
    }
    std::size_t differing = 0;
    std::vector<std::uint32_t> start;
    std::vector<std::uint32_t> end;
    for (std::int32_t d = 0; d < static_cast<std::int32_t>(a.dims()); ++d) {
        const std::uint32_t a0 = a.start_coord()[d], a1 = a.end_coord()[d];
        const std::uint32_t b0 = b.start_coord()[d], b1 = b.end_coord()[d];
        differing += a0 != b0 || a1 != b1 ? 1 : 0;
        if (std::max(a0, b0) > std::min(a1, b1) + 1) {
            return std::nullopt;
        }
        start.push_back(std::min(a0, b0));
        end.push_back(std::max(a1, b1));
    }
    if (differing > 1) {
        return std::nullopt;
    }
    return MeshCoordinateRange(MeshCoordinate(start), MeshCoordinate(end));
}

}  // namespace

MeshShape::MeshShape(std::vector<std::uint32_t> extents) : extents_(std::move(extents)) {
    TT_RUN_REQUIRE(!extents_.empty(), "a mesh shape needs at least one dimension");
    TT_RUN_REQUIRE(std::ranges::find(extents_, 0U) == extents_.end(),
                   "every dimension of a mesh shape must be greater than 0, got {}", text());
}

std::size_t MeshShape::mesh_size() const {
    std::size_t size = 1;
    for (const std::uint32_t extent : extents_) {
        size *= extent;
    }
    return size;
}

std::uint32_t MeshShape::operator[](std::int32_t dimension) const {
    return at_index(extents_, dimension);
}

std::string MeshShape::text() const {
    return fmt::format("MeshShape([{}])", fmt::join(extents_, ", "));
}

MeshCoordinate::MeshCoordinate(std::vector<std::uint32_t> values) : values_(std::move(values)) {
    TT_RUN_REQUIRE(!values_.empty(), "a mesh coordinate needs at least one dimension");
}

MeshCoordinate MeshCoordinate::zero(std::size_t dims) {
    return MeshCoordinate(std::vector<std::uint32_t>(dims, 0));
}

std::uint32_t MeshCoordinate::operator[](std::int32_t dimension) const {
    return at_index(values_, dimension);
}

std::optional<MeshCoordinate> MeshCoordinate::get_neighbor(const MeshShape& shape, std::int32_t offset,
                                                           std::int32_t dimension, BoundaryMode mode) const {
    TT_RUN_REQUIRE(is_inside(shape), "{} is not inside {}", text(), shape.text());
    const auto extent = static_cast<std::int64_t>(shape[dimension]);
    std::int64_t moved = static_cast<std::int64_t>((*this)[dimension]) + offset;
    if (mode == BoundaryMode::wrap) {
        moved = ((moved % extent) + extent) % extent;
    } else if (mode == BoundaryMode::clamp) {
        moved = std::clamp<std::int64_t>(moved, 0, extent - 1);
    } else if (moved < 0 || moved >= extent) {
        return std::nullopt;
    }
    MeshCoordinate neighbour = *this;
    const auto position = dimension < 0 ? dimension + static_cast<std::int32_t>(dims()) : dimension;
    neighbour.values_[static_cast<std::size_t>(position)] = static_cast<std::uint32_t>(moved);
    return neighbour;
}

std::size_t MeshCoordinate::to_linear_index(const MeshShape& shape) const {
    TT_RUN_REQUIRE(is_inside(shape), "{} is not inside {}", text(), shape.text());
    std::size_t index = 0;
    for (std::size_t d = 0; d < values_.size(); ++d) {
        index = index * shape[static_cast<std::int32_t>(d)] + values_[d];
    }
    return index;
}

MeshCoordinate MeshCoordinate::from_linear_index(const MeshShape& shape, std::size_t index) {
    TT_RUN_REQUIRE(index < shape.mesh_size(), "there is no device {} in {}", index, shape.text());
    std::vector<std::uint32_t> values(shape.dims());
    for (std::size_t d = shape.dims(); d > 0;) {
        --d;
        const std::uint32_t extent = shape[static_cast<std::int32_t>(d)];
        values[d] = static_cast<std::uint32_t>(index % extent);
        index /= extent;
    }
    return MeshCoordinate(std::move(values));
}

bool MeshCoordinate::is_inside(const MeshShape& shape) const {
    return dims() == shape.dims() &&
           std::ranges::equal(values_, shape,
                              [](std::uint32_t value, std::uint32_t extent) { return value < extent; });
}

MeshCoordinate MeshCoordinate::plus(const MeshCoordinate& offset) const {
    TT_RUN_REQUIRE(dims() == offset.dims(), "{} and {} differ in dimensions", text(), offset.text());
    MeshCoordinate sum = *this;
    for (std::size_t d = 0; d < values_.size(); ++d) {
        sum.values_[d] += offset.values_[d];
    }
    return sum;
}

std::string MeshCoordinate::text() const {
    return fmt::format("MeshCoordinate([{}])", fmt::join(values_, ", "));
}

MeshCoordinateRange::MeshCoordinateRange(MeshCoordinate start, MeshCoordinate end)
    : start_(std::move(start)), end_(std::move(end)) {
    TT_RUN_REQUIRE(start_.dims() == end_.dims() && std::ranges::equal(start_, end_, std::less_equal<>()),
                   "a range must not start behind its end: {} to {}", start_.text(), end_.text());
}

MeshCoordinateRange::MeshCoordinateRange(const MeshShape& shape)
    : start_(MeshCoordinate::zero(shape.dims())),
      end_(MeshCoordinate::from_linear_index(shape, shape.mesh_size() - 1)) {}

MeshShape MeshCoordinateRange::shape() const {
    std::vector<std::uint32_t> extents;
    for (std::int32_t d = 0; d < static_cast<std::int32_t>(dims()); ++d) {
        extents.push_back(end_[d] - start_[d] + 1);
    }
    return MeshShape(std::move(extents));
}

bool MeshCoordinateRange::contains(const MeshCoordinate& coordinate) const {
    return coordinate.dims() == dims() && std::ranges::equal(start_, coordinate, std::less_equal<>()) &&
           std::ranges::equal(coordinate, end_, std::less_equal<>());
}

bool MeshCoordinateRange::contains(const MeshCoordinateRange& range) const {
    return contains(range.start_) && contains(range.end_);
}

std::optional<MeshCoordinateRange> MeshCoordinateRange::intersection(const MeshCoordinateRange& other) const {
    if (dims() != other.dims()) {
        return std::nullopt;
    }
    std::vector<std::uint32_t> start;
    std::vector<std::uint32_t> end;
    for (std::int32_t d = 0; d < static_cast<std::int32_t>(dims()); ++d) {
        start.push_back(std::max(start_[d], other.start_[d]));
        end.push_back(std::min(end_[d], other.end_[d]));
        if (start.back() > end.back()) {
            return std::nullopt;
        }
    }
    return MeshCoordinateRange(MeshCoordinate(std::move(start)), MeshCoordinate(std::move(end)));
}

std::string MeshCoordinateRange::text() const {
    return fmt::format("MeshCoordinateRange({} to {})", start_.text(), end_.text());
}

MeshCoordinate MeshCoordinateRange::Iterator::operator*() const {
    return range_->start_.plus(MeshCoordinate::from_linear_index(range_->shape(), index_));
}

void MeshCoordinateRangeSet::merge(const MeshCoordinateRange& range) {
    MeshCoordinateRange grown = range;
    for (bool changed = true; changed;) {
        changed = false;
        for (std::size_t k = 0; k < ranges_.size(); ++k) {
            if (const auto both = joined(ranges_[k], grown)) {
                grown = *both;
                ranges_.erase(ranges_.begin() + static_cast<std::ptrdiff_t>(k));
                changed = true;
                break;
            }
        }
    }
    for (const MeshCoordinateRange& other : ranges_) {
        TT_RUN_REQUIRE(!other.intersection(grown), "{} overlaps {} and the two make no range", grown.text(),
                       other.text());
    }
    const auto place = std::ranges::find_if(
        ranges_, [&](const MeshCoordinateRange& other) { return other.start_coord() > grown.start_coord(); });
    ranges_.insert(place, grown);
}

bool MeshCoordinateRangeSet::contains(const MeshCoordinate& coordinate) const {
    return std::ranges::any_of(ranges_,
                               [&](const MeshCoordinateRange& range) { return range.contains(coordinate); });
}

}  // namespace tt_run::device
