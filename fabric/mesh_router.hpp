#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fabric/fabric_config.hpp"
#include "fabric/mesh_links.hpp"

namespace tt_run::fabric {

/// One move within a mesh.
struct MeshStep {
    std::int32_t next = 0;  ///< the chip that it leads to
    Slot slot = 0;
    /// Which of the link's two lanes (virtual channels) carries it where ways close into rings: 0 as long as
    /// the packet has the ring's wrap link (its dateline) before it or on this very step, 1 from there on.
    std::uint8_t lane = 0;
    bool operator==(const MeshStep&) const = default;
};

/// How packets cross one mesh: a function of where they are and where they go, with small tables at most.
///
/// Dimension order (2D configs): rows first (north or south), then columns (east or west); round a dimension
/// that wraps the way that passes fewer chips, of equals north and east. Express links along the way are
/// taken where that saves steps (of equals the longest jump), never past the target and never turning back.
///
/// Line (1D): along one row or column, round it if it wraps. Where nothing wraps and every link on the
/// mesh's edge lives, FABRIC_1D_RING folds that edge into a ring: chips on it also reach each other round it,
/// the shorter way, of equals clockwise (east along row 0).
///
/// Detour: for a mesh with neighbours that have no link left, when rerouting is asked for. Chips are numbered
/// breadth first from each part's lowest chip; a packet goes down (to higher numbers) as soon as going down
/// alone leads to its target, by a shortest such way, and before that up, by a shortest way on the whole. It
/// never turns from down to up, so it cannot wait in a circle. One byte for each two chips.
class MeshRouter {
  public:
    /// More chips than this in a broken mesh are not rerouted.
    static constexpr std::int32_t kMostDetourChips = 4096;

    MeshRouter(MeshLinks links, FabricConfig config, bool detour);

    const MeshLinks& links() const { return links_; }
    bool uses_wraps(std::size_t dimension) const { return wraps_[dimension]; }
    bool is_folded() const { return kind_ == Kind::folded; }
    bool is_detoured() const { return kind_ == Kind::detour; }
    /// 2 if any way closes into a ring, else 1.
    std::uint32_t lanes() const { return !is_detoured() && (wraps_[0] || wraps_[1] || is_folded()) ? 2 : 1; }

    /// The next move from `at` to `target`, which differ. `arrived` is the slot of the last move, nothing
    /// where the packet starts; it only matters on folded meshes. Nothing if the config permits no such way
    /// or the way has no link left: `why_not` says which.
    std::optional<MeshStep> step(std::int32_t at, std::int32_t target, std::optional<Slot> arrived) const;
    std::string why_not(std::int32_t at, std::int32_t target) const;

    /// Appends all moves from `at` to `target`; false, with those up to the obstacle, if there is one.
    bool append_steps(std::int32_t at, std::int32_t target, std::vector<MeshStep>& steps) const;

    /// Whether this config moves packets over a slot at all, and it has links.
    bool is_used(std::int32_t at, Slot slot) const;

    /// Routing planes of a move: how many links of it are in use.
    std::uint32_t planes(std::int32_t at, Slot slot) const;

  private:
    enum class Kind : std::uint8_t { nothing, dimension_order, line, folded, adjacent, detour };

    void build_jumps(std::size_t dimension);
    void build_detours();
    std::vector<std::int32_t> number_breadth_first() const;
    void detour_to(std::int32_t target, const std::vector<std::int32_t>& number,
                   const std::vector<std::int32_t>& by_number);
    bool edge_lives() const;
    /// The chip behind a slot that this config uses and that has links; -1 if there is none.
    std::int32_t reaches(std::int32_t chip, Slot slot) const;

    bool permits(std::int32_t at, std::int32_t target) const;
    std::int32_t jump_along(std::size_t dimension, std::int32_t from, std::int32_t to) const;
    MeshStep step_along(std::size_t dimension, std::int32_t at, std::int32_t from, std::int32_t to) const;
    void append_along(std::size_t dimension, std::int32_t at, std::int32_t from, std::int32_t to,
                      std::vector<MeshStep>& steps) const;
    MeshStep step_in_grid(std::int32_t at, std::int32_t target) const;
    MeshStep step_round_edge(std::int32_t at, std::int32_t target) const;
    bool goes_round_edge(std::int32_t at, std::int32_t target, std::optional<Slot> arrived) const;
    /// Place on the mesh's edge, clockwise from the north-west corner; -1 inside.
    std::int32_t edge_place(std::int32_t chip) const;
    std::int32_t edge_length() const { return 2 * (links_.rows() + links_.columns()) - 4; }
    std::int32_t chip_on_edge(std::int32_t place) const;

    MeshLinks links_;
    Kind kind_ = Kind::nothing;
    std::array<bool, 2> wraps_{false, false};
    /// By dimension, where it has express links: the chips to pass in the next step, negative for back.
    std::array<std::vector<std::int16_t>, 2> jumps_;
    std::vector<Slot> detours_;                        ///< [target][at]; kNoSlot where there is no way
    std::array<std::vector<std::uint8_t>, 2> planes_;  ///< of columns, of rows
};

}  // namespace tt_run::fabric
