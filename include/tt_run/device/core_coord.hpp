#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace tt_run::device {

/// A core of a chip's compute grid, logical: x is its column, y its row. Note the order, which is not that
/// of a MeshCoordinate.
struct CoreCoord {
    std::size_t x = 0;
    std::size_t y = 0;
    auto operator<=>(const CoreCoord&) const = default;
};

/// A rectangle of cores, both corners included.
struct CoreRange {
    CoreCoord start;
    CoreCoord end;

    std::size_t size() const { return (end.x - start.x + 1) * (end.y - start.y + 1); }
    bool contains(CoreCoord core) const {
        return core.x >= start.x && core.x <= end.x && core.y >= start.y && core.y <= end.y;
    }
    bool operator==(const CoreRange&) const = default;
};

/// Rectangles, in the order given.
struct CoreRangeSet {
    std::vector<CoreRange> ranges;

    std::size_t num_cores() const {
        std::size_t count = 0;
        for (const CoreRange& range : ranges) {
            count += range.size();
        }
        return count;
    }
    bool contains(CoreCoord core) const {
        return std::any_of(ranges.begin(), ranges.end(),
                           [&](const CoreRange& range) { return range.contains(core); });
    }
    bool operator==(const CoreRangeSet&) const = default;
};

/// The extent of a compute grid.
struct CoreGrid {
    std::size_t y = 0;
    std::size_t x = 0;

    std::size_t num_cores() const { return x * y; }
    bool operator==(const CoreGrid&) const = default;
};

}  // namespace tt_run::device

template <>
struct std::hash<tt_run::device::CoreCoord> {
    std::size_t operator()(tt_run::device::CoreCoord core) const { return core.y * 65599U + core.x; }
};
