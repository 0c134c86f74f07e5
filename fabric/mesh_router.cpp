#include "fabric/mesh_router.hpp"

#include <algorithm>
#include <deque>

#include <fmt/format.h>

#include "support/check.hpp"

namespace tt_run::fabric {

namespace {

constexpr Slot kNoSlot = 0xFF;
constexpr std::size_t kAlongColumn = 0;
constexpr std::size_t kAlongRow = 1;

constexpr Slot kNorth = 0;
constexpr Slot kEast = 1;
constexpr Slot kSouth = 2;
constexpr Slot kWest = 3;

std::int32_t wrapped(std::int32_t place, std::int32_t length) {
    return place < 0 ? place + length : place >= length ? place - length : place;
}

}  // namespace

MeshRouter::MeshRouter(MeshLinks links, FabricConfig config, bool detour) : links_(std::move(links)) {
    for (const std::size_t dimension : {kAlongColumn, kAlongRow}) {
        wraps_[dimension] = links_.wraps(dimension) && fabric::uses_wraps(config, dimension);
        const std::int32_t lines = dimension == kAlongColumn ? links_.columns() : links_.rows();
        for (std::int32_t line = 0; line < lines; ++line) {
            planes_[dimension].push_back(
                static_cast<std::uint8_t>(links_.planes(dimension, line, wraps_[dimension])));
        }
    }
    if (is_2d(config)) {
        kind_ = Kind::dimension_order;
        if (detour && links_.is_broken()) {
            kind_ = Kind::detour;
            build_detours();
        } else {
            build_jumps(kAlongColumn);
            build_jumps(kAlongRow);
        }
    } else if (config == FabricConfig::neighbor_exchange) {
        kind_ = Kind::adjacent;
    } else if (is_1d(config)) {
        const bool closed = wraps_[0] || wraps_[1];
        kind_ = config == FabricConfig::ring && !closed && edge_lives() ? Kind::folded : Kind::line;
    }
}

std::int32_t MeshRouter::reaches(std::int32_t chip, Slot slot) const {
    const std::int32_t next = links_.neighbour(chip, slot);
    if (next < 0 || links_.links(chip, slot) == 0) {
        return -1;
    }
    const bool over_wrap = (slot == kNorth && next > chip) || (slot == kSouth && next < chip) ||
                           (slot == kEast && next < chip) || (slot == kWest && next > chip);
    const std::size_t dimension = slot == kNorth || slot == kSouth ? kAlongColumn : kAlongRow;
    return over_wrap && !wraps_[dimension] ? -1 : next;
}

/// Fewest steps from every place to every distance along one line, either way, by the jumps that its express
/// links allow. All lines of a dimension have the same express links.
void MeshRouter::build_jumps(std::size_t dimension) {
    const std::int32_t length = dimension == kAlongColumn ? links_.rows() : links_.columns();
    const auto chip_at = [&](std::int32_t place) {
        return dimension == kAlongColumn ? place * links_.columns() : place;
    };
    std::vector<std::vector<std::int32_t>> jumps(static_cast<std::size_t>(length));
    bool any = false;
    for (std::int32_t place = 0; place < length; ++place) {
        for (const ExpressEnd& end : links_.express(chip_at(place))) {
            if (end.dimension == dimension) {
                jumps[static_cast<std::size_t>(place)].push_back(end.jump);
                any = true;
            }
        }
    }
    if (!any) {
        return;
    }
    TT_RUN_CHECK(length <= 32767);
    const auto at = [&](std::int32_t place, std::int32_t other) {
        return static_cast<std::size_t>(place * length + other);
    };
    const std::size_t size = at(length, 0);
    std::array<std::vector<std::int16_t>, 2> first_jump;  // [sense][place, distance]
    for (const std::int32_t sense : {1, -1}) {
        std::vector<std::int32_t> steps(size, 0);
        std::vector<std::int16_t>& best = first_jump[sense == 1 ? 0 : 1];
        best.assign(size, 0);
        for (std::int32_t distance = 1; distance < length; ++distance) {
            for (std::int32_t place = 0; place < length; ++place) {
                std::int32_t jump = 1;
                std::int32_t fewest = steps[at(wrapped(place + sense, length), distance - 1)];
                for (const std::int32_t express : jumps[static_cast<std::size_t>(place)]) {
                    const std::int32_t ahead = express * sense;
                    if (ahead <= 0 || ahead > distance) {
                        continue;
                    }
                    const std::int32_t then = steps[at(wrapped(place + express, length), distance - ahead)];
                    if (then < fewest || (then == fewest && ahead > jump)) {
                        fewest = then;
                        jump = ahead;
                    }
                }
                steps[at(place, distance)] = fewest + 1;
                best[at(place, distance)] = static_cast<std::int16_t>(jump * sense);
            }
        }
    }
    std::vector<std::int16_t> chosen(size, 0);
    for (std::int32_t from = 0; from < length; ++from) {
        for (std::int32_t to = 0; to < length; ++to) {
            if (from != to) {
                const std::int32_t way = jump_along(dimension, from, to);  // the plain one: one chip
                const std::int32_t distance = wrapped((to - from) * way, length);
                chosen[at(from, to)] = first_jump[way == 1 ? 0 : 1][at(from, distance)];
            }
        }
    }
    jumps_[dimension] = std::move(chosen);
}

std::int32_t MeshRouter::jump_along(std::size_t dimension, std::int32_t from, std::int32_t to) const {
    const std::int32_t length = dimension == kAlongColumn ? links_.rows() : links_.columns();
    if (!jumps_[dimension].empty()) {
        return jumps_[dimension][static_cast<std::size_t>(from * length + to)];
    }
    if (!wraps_[dimension]) {
        return to > from ? 1 : -1;
    }
    const std::int32_t ahead = wrapped(to - from, length);
    const std::int32_t behind = length - ahead;
    if (ahead == behind) {
        return dimension == kAlongColumn ? -1 : 1;  // north, east
    }
    return ahead < behind ? 1 : -1;
}

MeshStep MeshRouter::step_along(std::size_t dimension, std::int32_t at, std::int32_t from,
                                std::int32_t to) const {
    const std::int32_t length = dimension == kAlongColumn ? links_.rows() : links_.columns();
    const std::int32_t stride = dimension == kAlongColumn ? links_.columns() : 1;
    const std::int32_t jump = jump_along(dimension, from, to);
    MeshStep step;
    step.next = at + (wrapped(from + jump, length) - from) * stride;
    const bool wrap_ahead = jump > 0 ? to < from : to > from;
    step.lane = wraps_[dimension] && !wrap_ahead ? 1 : 0;
    if (jump == 1 || jump == -1) {
        const bool column = dimension == kAlongColumn;
        step.slot = jump == 1 ? (column ? kSouth : kEast) : (column ? kNorth : kWest);
        return step;
    }
    const auto ends = links_.express(at);
    const auto end = std::find_if(ends.begin(), ends.end(), [&](const ExpressEnd& one) {
        return one.dimension == dimension && one.jump == jump;
    });
    TT_RUN_CHECK(end != ends.end());
    step.slot = static_cast<Slot>(kFirstExpressSlot + (end - ends.begin()));
    return step;
}

MeshStep MeshRouter::step_in_grid(std::int32_t at, std::int32_t target) const {
    const std::int32_t columns = links_.columns();
    const std::int32_t row = at / columns;
    const std::int32_t to_row = target / columns;
    if (row != to_row) {
        return step_along(kAlongColumn, at, row, to_row);
    }
    return step_along(kAlongRow, at, at - row * columns, target - to_row * columns);
}

std::int32_t MeshRouter::edge_place(std::int32_t chip) const {
    const std::int32_t last_row = links_.rows() - 1;
    const std::int32_t last_column = links_.columns() - 1;
    const std::int32_t row = chip / links_.columns();
    const std::int32_t column = chip % links_.columns();
    if (row == 0) {
        return column;
    }
    if (column == last_column) {
        return last_column + row;
    }
    if (row == last_row) {
        return last_column + last_row + (last_column - column);
    }
    return column == 0 ? edge_length() - row : -1;
}

std::int32_t MeshRouter::chip_on_edge(std::int32_t place) const {
    const std::int32_t last_row = links_.rows() - 1;
    const std::int32_t last_column = links_.columns() - 1;
    if (place <= last_column) {
        return place;
    }
    if (place <= last_column + last_row) {
        return (place - last_column) * links_.columns() + last_column;
    }
    if (place <= 2 * last_column + last_row) {
        return last_row * links_.columns() + (2 * last_column + last_row - place);
    }
    return (edge_length() - place) * links_.columns();
}

bool MeshRouter::edge_lives() const {
    if (links_.rows() < 2 || links_.columns() < 2) {
        return false;
    }
    for (std::int32_t place = 0; place < edge_length(); ++place) {
        const std::int32_t chip = chip_on_edge(place);
        const std::int32_t next = chip_on_edge((place + 1) % edge_length());
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
    if (edge_place(at) < 0 || edge_place(target) < 0) {
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
    const std::int32_t length = edge_length();
    const std::int32_t from = edge_place(at);
    const std::int32_t to = edge_place(target);
    const std::int32_t ahead = wrapped(to - from, length);
    const bool clockwise = ahead <= length - ahead;
    MeshStep step;
    step.next = chip_on_edge(wrapped(from + (clockwise ? 1 : -1), length));
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
            return in_line || (edge_place(at) >= 0 && edge_place(target) >= 0);
        case Kind::adjacent:
            for (Slot slot = 0; slot < kFirstExpressSlot; ++slot) {
                if (links_.neighbour(at, slot) == target) {
                    return true;
                }
            }
            return false;
        case Kind::detour:
            return detours_[static_cast<std::size_t>(target) * static_cast<std::size_t>(links_.chips()) +
                            static_cast<std::size_t>(at)] != kNoSlot;
        case Kind::nothing:
            break;
    }
    return false;
}

std::optional<MeshStep> MeshRouter::step(std::int32_t at, std::int32_t target,
                                         std::optional<Slot> arrived) const {
    if (kind_ == Kind::detour) {
        const Slot slot =
            detours_[static_cast<std::size_t>(target) * static_cast<std::size_t>(links_.chips()) +
                     static_cast<std::size_t>(at)];
        return slot == kNoSlot ? std::nullopt : std::optional(MeshStep{links_.neighbour(at, slot), slot, 0});
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

/// `step_along` again and again, with what stays the same on one line worked out once.
void MeshRouter::append_along(std::size_t dimension, std::int32_t at, std::int32_t from, std::int32_t to,
                              std::vector<MeshStep>& steps) const {
    if (from == to) {
        return;
    }
    const std::int32_t length = dimension == kAlongColumn ? links_.rows() : links_.columns();
    const std::int32_t stride = dimension == kAlongColumn ? links_.columns() : 1;
    if (!jumps_[dimension].empty()) {
        while (from != to) {
            steps.push_back(step_along(dimension, at, from, to));
            from += (steps.back().next - at) / stride;
            at = steps.back().next;
        }
        return;
    }
    MeshStep step = step_along(dimension, at, from, to);
    const std::int32_t way = jump_along(dimension, from, to);
    while (true) {
        steps.push_back(step);
        from = wrapped(from + way, length);
        if (from == to) {
            return;
        }
        const bool wrap_ahead = way > 0 ? to < from : to > from;
        step.lane = wraps_[dimension] && !wrap_ahead ? 1 : 0;
        step.next += (wrapped(from + way, length) - from) * stride;
    }
}

bool MeshRouter::append_steps(std::int32_t at, std::int32_t target, std::vector<MeshStep>& steps) const {
    if (kind_ == Kind::dimension_order && !links_.is_broken()) {
        const std::int32_t columns = links_.columns();
        const std::int32_t row = at / columns;
        const std::int32_t to_row = target / columns;
        append_along(kAlongColumn, at, row, to_row, steps);
        at += (to_row - row) * columns;
        append_along(kAlongRow, at, at - to_row * columns, target - to_row * columns, steps);
        return true;
    }
    std::optional<Slot> arrived;
    while (at != target) {
        const auto next = step(at, target, arrived);
        if (!next) {
            return false;
        }
        steps.push_back(*next);
        at = next->next;
        arrived = next->slot;
    }
    return true;
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
    std::vector<MeshStep> steps;
    if (append_steps(at, target, steps)) {
        return {};
    }
    const std::int32_t stuck = steps.empty() ? at : steps.back().next;
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

std::vector<std::int32_t> MeshRouter::number_breadth_first() const {
    std::vector<std::int32_t> number(static_cast<std::size_t>(links_.chips()), -1);
    std::int32_t next_number = 0;
    for (std::int32_t root = 0; root < links_.chips(); ++root) {
        if (number[static_cast<std::size_t>(root)] >= 0) {
            continue;
        }
        std::deque<std::int32_t> queue{root};
        number[static_cast<std::size_t>(root)] = next_number++;
        for (; !queue.empty(); queue.pop_front()) {
            const std::int32_t chip = queue.front();
            for (Slot slot = 0; slot < links_.slots(chip); ++slot) {
                const std::int32_t next = reaches(chip, slot);
                if (next >= 0 && number[static_cast<std::size_t>(next)] < 0) {
                    number[static_cast<std::size_t>(next)] = next_number++;
                    queue.push_back(next);
                }
            }
        }
    }
    return number;
}

void MeshRouter::build_detours() {
    const auto chips = static_cast<std::size_t>(links_.chips());
    TT_RUN_CHECK(links_.chips() <= kMostDetourChips);
    detours_.assign(chips * chips, kNoSlot);
    const std::vector<std::int32_t> number = number_breadth_first();
    std::vector<std::int32_t> by_number(chips);
    for (std::size_t chip = 0; chip < chips; ++chip) {
        by_number[static_cast<std::size_t>(number[chip])] = static_cast<std::int32_t>(chip);
    }
    for (std::int32_t target = 0; target < links_.chips(); ++target) {
        detour_to(target, number, by_number);
    }
}

void MeshRouter::detour_to(std::int32_t target, const std::vector<std::int32_t>& number,
                           const std::vector<std::int32_t>& by_number) {
    constexpr std::int32_t kFar = 1 << 29;
    const auto chips = static_cast<std::size_t>(links_.chips());
    Slot* const slots = detours_.data() + static_cast<std::size_t>(target) * chips;
    std::vector<std::int32_t> steps(chips, kFar);
    // Ways that only go down end at the target, so they are known from it backwards: highest numbers first.
    const auto improve = [&](std::int32_t chip, bool down) {
        const auto here = static_cast<std::size_t>(chip);
        for (Slot slot = 0; slot < links_.slots(chip); ++slot) {
            const std::int32_t next = reaches(chip, slot);
            if (next < 0 || (number[static_cast<std::size_t>(next)] > number[here]) != down) {
                continue;
            }
            if (steps[static_cast<std::size_t>(next)] + 1 < steps[here]) {
                steps[here] = steps[static_cast<std::size_t>(next)] + 1;
                slots[here] = slot;
            }
        }
    };
    steps[static_cast<std::size_t>(target)] = 0;
    for (std::int32_t k = number[static_cast<std::size_t>(target)] - 1; k >= 0; --k) {
        improve(by_number[static_cast<std::size_t>(k)], true);
    }
    // The others go up first; what is above them is known when they are looked at.
    for (const std::int32_t chip : by_number) {
        if (steps[static_cast<std::size_t>(chip)] >= kFar) {
            improve(chip, false);
        }
    }
}

}  // namespace tt_run::fabric
