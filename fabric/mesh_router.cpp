#include "fabric/mesh_router.hpp"

#include <fmt/format.h>

namespace tt_run::fabric {

MeshRouter::MeshRouter(MeshLinks links, FabricConfig config, bool detour)
    : links_(std::move(links)), edge_(links_.rows(), links_.columns()) {
    for (const std::size_t dimension : {kAlongColumn, kAlongRow}) {
        const bool wraps = links_.wraps(dimension) && fabric::uses_wraps(config, dimension);
        lines_[dimension] = MeshLine(links_, dimension, wraps);
        const std::int32_t lines = dimension == kAlongColumn ? links_.columns() : links_.rows();
        for (std::int32_t line = 0; line < lines; ++line) {
            planes_[dimension].push_back(static_cast<std::uint8_t>(links_.planes(dimension, line, wraps)));
        }
    }
    if (is_2d(config)) {
        kind_ = detour && links_.is_broken() ? Kind::detour : Kind::dimension_order;
    } else if (config == FabricConfig::neighbor_exchange) {
        kind_ = Kind::adjacent;
    } else if (is_1d(config)) {
        const bool closed = uses_wraps(kAlongColumn) || uses_wraps(kAlongRow);
        kind_ = config == FabricConfig::ring && !closed && edge_lives() ? Kind::folded : Kind::line;
    }
    if (kind_ == Kind::detour) {
        detours_ = DetourTable(links_, [this](std::int32_t chip, Slot slot) { return reaches(chip, slot); });
    }
    if (kind_ == Kind::dimension_order) {
        lines_[kAlongColumn].take_express(links_);
        lines_[kAlongRow].take_express(links_);
    }
}

std::int32_t MeshRouter::reaches(std::int32_t chip, Slot slot) const {
    const std::int32_t next = links_.neighbour(chip, slot);
    if (next < 0 || links_.links(chip, slot) == 0) {
        return -1;
    }
    const bool over_wrap = (slot == kNorth && next > chip) || (slot == kSouth && next < chip) ||
                           (slot == kEast && next < chip) || (slot == kWest && next > chip);
    return over_wrap && !uses_wraps(slot == kNorth || slot == kSouth ? kAlongColumn : kAlongRow) ? -1 : next;
}

MeshStep MeshRouter::step_in_grid(std::int32_t at, std::int32_t target) const {
    const std::int32_t columns = links_.columns();
    const std::int32_t row = at / columns;
    const std::int32_t to_row = target / columns;
    if (row != to_row) {
        return lines_[kAlongColumn].step(links_, at, row, to_row);
    }
    return lines_[kAlongRow].step(links_, at, at - row * columns, target - to_row * columns);
}

bool MeshRouter::edge_lives() const {
    if (links_.rows() < 2 || links_.columns() < 2) {
        return false;
    }
    for (std::int32_t place = 0; place < edge_.length(); ++place) {
        const std::int32_t chip = edge_.chip_at(place);
        const std::int32_t next = edge_.chip_at((place + 1) % edge_.length());
        bool joined = false;
        for (Slot slot = 0; slot < kFirstExpressSlot; ++slot) {
            joined = joined || reaches(chip, slot) == next;
        }
        if (!joined) {
            return false;
        }
    }
    return true;
}

/// Two chips of one edge meet along it, which is round the ring as well. Two of one inner row or column, one
/// at each side, meet straight through the mesh, unless the packet is on its way round already.
bool MeshRouter::goes_round_edge(std::int32_t at, std::int32_t target, std::optional<Slot> arrived) const {
    if (edge_.place_of(at) < 0 || edge_.place_of(target) < 0) {
        return false;
    }
    const std::int32_t columns = links_.columns();
    const std::int32_t row = at / columns;
    const std::int32_t column = at % columns;
    const bool straight_row = row == target / columns && row != 0 && row != links_.rows() - 1;
    const bool straight_column = column == target % columns && column != 0 && column != columns - 1;
    if (straight_row) {
        return arrived && (*arrived == kNorth || *arrived == kSouth);
    }
    if (straight_column) {
        return arrived && (*arrived == kEast || *arrived == kWest);
    }
    return true;
}

MeshStep MeshRouter::step_round_edge(std::int32_t at, std::int32_t target) const {
    const std::int32_t length = edge_.length();
    const std::int32_t from = edge_.place_of(at);
    const std::int32_t to = edge_.place_of(target);
    const std::int32_t ahead = wrapped(to - from, length);
    const bool clockwise = ahead <= length - ahead;
    MeshStep step;
    step.next = edge_.chip_at(wrapped(from + (clockwise ? 1 : -1), length));
    step.lane = (clockwise ? to < from : to > from) ? 0 : 1;
    for (Slot slot = 0; slot < kFirstExpressSlot; ++slot) {
        if (links_.neighbour(at, slot) == step.next) {
            step.slot = slot;
        }
    }
    return step;
}

bool MeshRouter::permits(std::int32_t at, std::int32_t target) const {
    const std::int32_t columns = links_.columns();
    const bool in_line = at / columns == target / columns || at % columns == target % columns;
    switch (kind_) {
        case Kind::dimension_order:
            return true;
        case Kind::line:
            return in_line;
        case Kind::folded:
            return in_line || (edge_.place_of(at) >= 0 && edge_.place_of(target) >= 0);
        case Kind::adjacent:
            for (Slot slot = 0; slot < kFirstExpressSlot; ++slot) {
                if (links_.neighbour(at, slot) == target) {
                    return true;
                }
            }
            return false;
        case Kind::detour:
            return detours_.slot(at, target).has_value();
        case Kind::nothing:
            break;
    }
    return false;
}

std::optional<MeshStep> MeshRouter::step(std::int32_t at, std::int32_t target,
                                         std::optional<Slot> arrived) const {
    if (kind_ == Kind::detour) {
        const auto slot = detours_.slot(at, target);
        return slot ? std::optional(MeshStep{links_.neighbour(at, *slot), *slot, 0}) : std::nullopt;
    }
    if (kind_ != Kind::dimension_order && !permits(at, target)) {
        return std::nullopt;
    }
    const MeshStep step = kind_ == Kind::folded && goes_round_edge(at, target, arrived)
                              ? step_round_edge(at, target)
                              : step_in_grid(at, target);
    if (links_.is_broken() && links_.links(at, step.slot) == 0) {
        return std::nullopt;
    }
    return step;
}

std::string MeshRouter::why_not(std::int32_t at, std::int32_t target) const {
    if (!permits(at, target)) {
        switch (kind_) {
            case Kind::line:
                return "a 1D fabric reaches along a row or a column only";
            case Kind::folded:
                return "a 1D ring fabric reaches along a row or a column, or round the mesh's edge";
            case Kind::adjacent:
                return "a neighbour exchange fabric reaches adjacent chips only";
            case Kind::detour:
                return "the links that are left do not join the two";
            default:
                return "the fabric is DISABLED; a chip reaches itself only";
        }
    }
    std::int32_t stuck = at;
    if (walk(at, target, [&](const MeshStep& one) { stuck = one.next; })) {
        return {};
    }
    const auto slot = is_folded() && goes_round_edge(stuck, target, std::nullopt)
                          ? step_round_edge(stuck, target).slot
                          : step_in_grid(stuck, target).slot;
    return fmt::format(
        "the way from chip {} to chip {} has no link left; other ways are only taken when "
        "rerouting is asked for",
        stuck, links_.neighbour(stuck, slot));
}

bool MeshRouter::is_used(std::int32_t at, Slot slot) const {
    const bool express = slot >= kFirstExpressSlot;
    const bool takes_express = kind_ == Kind::dimension_order || kind_ == Kind::detour;
    return kind_ != Kind::nothing && (!express || takes_express) && reaches(at, slot) >= 0;
}

std::uint32_t MeshRouter::planes(std::int32_t at, Slot slot) const {
    if (slot >= kFirstExpressSlot) {
        return links_.express_planes();
    }
    const bool along_row = slot == kEast || slot == kWest;
    return along_row ? planes_[kAlongRow][static_cast<std::size_t>(at / links_.columns())]
                     : planes_[kAlongColumn][static_cast<std::size_t>(at % links_.columns())];
}

}  // namespace tt_run::fabric
