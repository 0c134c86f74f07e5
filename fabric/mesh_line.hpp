#pragma once

#include <cstdint>
#include <vector>

#include "fabric/mesh_links.hpp"

namespace tt_run::fabric {

inline constexpr std::size_t kAlongColumn = 0;
inline constexpr std::size_t kAlongRow = 1;

inline constexpr Slot kNorth = 0;
inline constexpr Slot kEast = 1;
inline constexpr Slot kSouth = 2;
inline constexpr Slot kWest = 3;

/// `place` within [0, length), if it was less than one round off.
inline std::int32_t wrapped(std::int32_t place, std::int32_t length) {
    return place < 0 ? place + length : place >= length ? place - length : place;
}

/// One move within a mesh.
struct MeshStep {
    std::int32_t next = 0;  ///< the chip that it leads to
    Slot slot = 0;
    /// Which of the link's two lanes (virtual channels) carries it where ways close into rings: 0 as long as
    /// the packet has the ring's wrap link (its dateline) before it or on this very step, 1 from there on.
    std::uint8_t lane = 0;
    bool operator==(const MeshStep&) const = default;
};

/// The moves along one dimension of a mesh; all its rows, or columns, are alike. A packet goes the way that
/// passes fewer chips, of equals north and east, and takes express links where that saves moves (of equals
/// the longest), never past its target and never turning back.
class MeshLine {
  public:
    MeshLine() = default;
    MeshLine(const MeshLinks& links, std::size_t dimension, bool wraps);
    /// Finds out which express links to take; without this none is.
    void take_express(const MeshLinks& links);

    bool wraps() const { return wraps_; }
    /// Chips to pass in the next move from one place to another, which differ; negative for north and west.
    std::int32_t jump(std::int32_t from, std::int32_t to) const {
        return jumps_.empty() ? way(from, to) : jumps_[index_of(from, to)];
    }

    /// The next move of a packet on chip `at`, whose place on this line is `from`.
    MeshStep step(const MeshLinks& links, std::int32_t at, std::int32_t from, std::int32_t to) const;

    /// Calls `emit(MeshStep)` for each move from chip `at`, at place `from`, to place `to`. The same as
    /// `step` again and again, with what stays the same on one line worked out once.
    template <class Emit>
    void walk(const MeshLinks& links, std::int32_t at, std::int32_t from, std::int32_t to, Emit&& emit) const;

  private:
    /// In a table of rows as long as the line.
    std::size_t index_of(std::int32_t row, std::int32_t column) const {
        return static_cast<std::size_t>(row) * static_cast<std::size_t>(length_) +
               static_cast<std::size_t>(column);
    }
    /// 1 for ahead, -1 for back.
    std::int32_t way(std::int32_t from, std::int32_t to) const {
        if (!wraps_) {
            return to > from ? 1 : -1;
        }
        const std::int32_t ahead = wrapped(to - from, length_);
        const std::int32_t behind = length_ - ahead;
        return ahead == behind ? tie_ : ahead < behind ? 1 : -1;
    }
    std::uint8_t lane(std::int32_t from, std::int32_t to, std::int32_t jump) const {
        const bool wrap_ahead = jump > 0 ? to < from : to > from;
        return wraps_ && !wrap_ahead ? 1 : 0;
    }
    Slot side(std::int32_t way) const { return way > 0 ? ahead_ : behind_; }
    std::vector<std::int16_t> first_jumps(const MeshLinks& links, std::int32_t sense) const;

    std::size_t dimension_ = kAlongColumn;
    std::int32_t length_ = 1;
    std::int32_t stride_ = 1;  ///< from a chip to the next
    std::int32_t tie_ = 1;
    bool wraps_ = false;
    Slot ahead_ = kSouth;
    Slot behind_ = kNorth;
    std::vector<std::int16_t> jumps_;  ///< [from, to]; empty without express links
};

template <class Emit>
void MeshLine::walk(const MeshLinks& links, std::int32_t at, std::int32_t from, std::int32_t to,
                    Emit&& emit) const {
    if (!jumps_.empty()) {
        while (from != to) {
            const MeshStep one = step(links, at, from, to);
            emit(one);
            from += (one.next - at) / stride_;
            at = one.next;
        }
        return;
    }
    if (from == to) {
        return;
    }
    const std::int32_t sense = way(from, to);
    // Straight on to the end of the line or to the target; then, if it lies behind the wrap, over that and
    // on.
    const bool over_wrap = sense > 0 ? to < from : to > from;
    const std::int32_t edge = sense > 0 ? length_ - 1 : 0;
    const Slot slot = side(sense);
    std::uint8_t on_lane = wraps_ && !over_wrap ? 1 : 0;
    for (const std::int32_t stop = over_wrap ? edge : to; from != stop; from += sense) {
        at += sense * stride_;
        emit(MeshStep{at, slot, on_lane});
    }
    if (over_wrap) {
        at -= sense * (length_ - 1) * stride_;
        from = length_ - 1 - edge;
        emit(MeshStep{at, slot, 0});
        for (on_lane = 1; from != to; from += sense) {
            at += sense * stride_;
            emit(MeshStep{at, slot, on_lane});
        }
    }
}

}  // namespace tt_run::fabric
