#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fabric/detour_table.hpp"
#include "fabric/fabric_config.hpp"
#include "fabric/mesh_edge.hpp"
#include "fabric/mesh_line.hpp"
#include "fabric/mesh_links.hpp"

namespace tt_run::fabric {

/// How packets cross one mesh: a function of where they are and where they go, with small tables at most.
///
/// Dimension order (2D configs): rows first (north or south), then columns (east or west), each as MeshLine
/// says.
///
/// Line (1D): along one row or column, round it if it wraps. Where nothing wraps and every link on the
/// mesh's edge lives, FABRIC_1D_RING folds that edge into a ring: chips on it also reach each other round it,
/// the shorter way, of equals clockwise (east along row 0).
///
/// Detour: for a mesh with neighbours that have no link left, when rerouting is asked for, as DetourTable
/// says.
class MeshRouter {
  public:
    MeshRouter(MeshLinks links, FabricConfig config, bool detour);

    const MeshLinks& links() const { return links_; }
    bool uses_wraps(std::size_t dimension) const { return lines_[dimension].wraps(); }
    bool is_folded() const { return kind_ == Kind::folded; }
    bool is_detoured() const { return kind_ == Kind::detour; }
    /// 2 if any way closes into a ring, else 1.
    std::uint32_t lanes() const {
        return !is_detoured() && (uses_wraps(0) || uses_wraps(1) || is_folded()) ? 2 : 1;
    }

    /// The next move from `at` to `target`, which differ. `arrived` is the slot of the last move, nothing
    /// where the packet starts; it only matters on folded meshes. Nothing if the config permits no such way
    /// or the way has no link left: `why_not` says which.
    std::optional<MeshStep> step(std::int32_t at, std::int32_t target, std::optional<Slot> arrived) const;
    std::string why_not(std::int32_t at, std::int32_t target) const;

    /// Calls `emit(MeshStep)` for all moves from `at` to `target`; false, after those up to the obstacle, if
    /// there is one.
    template <class Emit>
    bool walk(std::int32_t at, std::int32_t target, Emit&& emit) const;

    /// Whether this config moves packets over a slot at all, and it has links.
    bool is_used(std::int32_t at, Slot slot) const;

    /// Routing planes of a move: how many links of it are in use.
    std::uint32_t planes(std::int32_t at, Slot slot) const;

  private:
    enum class Kind : std::uint8_t { nothing, dimension_order, line, folded, adjacent, detour };

    bool edge_lives() const;
    /// The chip behind a slot that this config uses and that has links; -1 if there is none.
    std::int32_t reaches(std::int32_t chip, Slot slot) const;

    bool permits(std::int32_t at, std::int32_t target) const;
    MeshStep step_in_grid(std::int32_t at, std::int32_t target) const;
    MeshStep step_round_edge(std::int32_t at, std::int32_t target) const;
    bool goes_round_edge(std::int32_t at, std::int32_t target, std::optional<Slot> arrived) const;

    MeshLinks links_;
    Kind kind_ = Kind::nothing;
    MeshEdge edge_;
    std::array<MeshLine, 2> lines_;  ///< columns, rows
    DetourTable detours_;
    std::array<std::vector<std::uint8_t>, 2> planes_;  ///< of columns, of rows
};

template <class Emit>
bool MeshRouter::walk(std::int32_t at, std::int32_t target, Emit&& emit) const {
    if (kind_ == Kind::dimension_order && !links_.is_broken()) {
        const std::int32_t columns = links_.columns();
        const std::int32_t row = at / columns;
        const std::int32_t to_row = target / columns;
        const std::int32_t column = at - row * columns;
        lines_[kAlongColumn].walk(links_, at, row, to_row, emit);
        lines_[kAlongRow].walk(links_, to_row * columns + column, column, target - to_row * columns, emit);
        return true;
    }
    std::optional<Slot> arrived;
    while (at != target) {
        const auto next = step(at, target, arrived);
        if (!next) {
            return false;
        }
        emit(*next);
        at = next->next;
        arrived = next->slot;
    }
    return true;
}

}  // namespace tt_run::fabric
