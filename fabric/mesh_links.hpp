#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "fabric/fabric_system.hpp"
#include "fabric/link_state.hpp"
#include "tt_run/fabric/routing_direction.hpp"

namespace tt_run::fabric {

/// One of a chip's ways out within its mesh: 0 to 3 are the four sides, as RoutingDirection numbers them;
/// 4 and up the chip's express links.
using Slot = std::uint8_t;
inline constexpr Slot kFirstExpressSlot = 4;
inline RoutingDirection direction_of(Slot slot) {
    return slot < kFirstExpressSlot ? static_cast<RoutingDirection>(slot) : RoutingDirection::z;
}

/// One end of an express link.
struct ExpressEnd {
    std::int32_t far = 0;        ///< the chip at the other end
    std::int32_t jump = 0;       ///< chips passed along its row or column; positive to the south or east
    std::uint8_t dimension = 0;  ///< 0 along a column, 1 along a row
    std::uint8_t links = 0;      ///< that carry traffic
};

/// How many links join neighbours within one mesh, and what that leaves of its routing planes. Two bytes for
/// each chip. Immutable.
class MeshLinks {
  public:
    MeshLinks(const FabricSystem& system, const LinkStates& states, std::uint32_t mesh);

    std::int32_t rows() const { return rows_; }
    std::int32_t columns() const { return columns_; }
    std::int32_t chips() const { return rows_ * columns_; }
    /// Whether the descriptor closes this dimension with links of its own.
    bool wraps(std::size_t dimension) const { return wraps_[dimension]; }

    /// The chip next to `chip` on a side or over an express link; -1 if there is none in the descriptor.
    std::int32_t neighbour(std::int32_t chip, Slot slot) const;
    /// Links to that chip that carry traffic.
    std::uint32_t links(std::int32_t chip, Slot slot) const;
    Slot slots(std::int32_t chip) const {
        return static_cast<Slot>(kFirstExpressSlot + express(chip).size());
    }
    std::span<const ExpressEnd> express(std::int32_t chip) const {
        return first_express_.empty()
                   ? std::span<const ExpressEnd>{}
                   : std::span(express_).subspan(first_express_[static_cast<std::size_t>(chip)],
                                                 first_express_[static_cast<std::size_t>(chip) + 1] -
                                                     first_express_[static_cast<std::size_t>(chip)]);
    }

    /// Some neighbours have no link left between them.
    bool is_broken() const { return broken_; }

    /// The least number of links between neighbours with any in a row (dimension 1) or column (dimension 0),
    /// at most the descriptor's count; 0 for a line of one chip. `with_wrap` counts the wrap link in.
    std::uint32_t planes(std::size_t dimension, std::int32_t line, bool with_wrap) const;
    /// The same for the mesh's express links.
    std::uint32_t express_planes() const { return express_planes_; }

  private:
    void count_links(const FabricSystem& system, const LinkStates& states, std::uint32_t mesh);
    void add_express(const FabricSystem& system, const LinkStates& states, std::uint32_t mesh);

    std::int32_t rows_;
    std::int32_t columns_;
    std::array<bool, 2> wraps_;
    std::uint32_t wanted_;
    bool broken_ = false;
    std::vector<std::uint8_t> east_;            ///< links to the east neighbour, by chip
    std::vector<std::uint8_t> south_;           ///< to the south neighbour
    std::vector<std::uint32_t> first_express_;  ///< by chip, and one more; empty without express links
    std::vector<ExpressEnd> express_;
    std::uint32_t express_planes_ = 0;
};

}  // namespace tt_run::fabric
