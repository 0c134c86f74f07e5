#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "fabric/mesh_links.hpp"

namespace tt_run::fabric {

/// The ways of a mesh in which some neighbours have no link left, one byte for each two chips. Chips are
/// numbered breadth first from each part's lowest chip; a packet goes down (to higher numbers) as soon as
/// going down alone leads to its target, by a shortest such way, and before that up, by a shortest way on the
/// whole. It never turns from down to up, so it cannot wait in a circle.
class DetourTable {
  public:
    /// More chips than this are not rerouted.
    static constexpr std::int32_t kMostChips = 4096;
    /// The chip behind a slot that has links and may be used; -1 if there is none.
    using Reaches = std::function<std::int32_t(std::int32_t chip, Slot slot)>;

    DetourTable() = default;
    DetourTable(const MeshLinks& links, const Reaches& reaches);

    /// Where a packet leaves `at` for `target`; nothing if the links that are left do not join the two.
    std::optional<Slot> slot(std::int32_t at, std::int32_t target) const {
        const Slot found = slots_[static_cast<std::size_t>(target) * chips_ + static_cast<std::size_t>(at)];
        return found == kNoSlot ? std::nullopt : std::optional(found);
    }

  private:
    static constexpr Slot kNoSlot = 0xFF;
    struct Numbering {
        std::vector<std::int32_t> of_chip;
        std::vector<std::int32_t> chip_of;
    };
    static Numbering number_breadth_first(const MeshLinks& links, const Reaches& reaches);
    void lead_to(std::int32_t target, const MeshLinks& links, const Reaches& reaches,
                 const Numbering& number);

    std::size_t chips_ = 0;
    std::vector<Slot> slots_;  ///< [target][at]
};

}  // namespace tt_run::fabric
