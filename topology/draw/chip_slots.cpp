#include "topology/draw/chip_slots.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "topology/physical/galaxy_trays.hpp"

namespace tt_run::topology::draw {

namespace {

using Slot = HostGrid::Slot;

/// Trays of a Galaxy are its quarters: tray 1 with chips 1 to 4 down the west edge and 5 to 8 beside them,
/// the one beside it mirrored, those below upside down.
Slot galaxy_slot(std::uint32_t tray, std::uint32_t location, std::uint32_t beside) {
    const auto down = static_cast<std::int32_t>((location - 1) % 4);
    const auto across = static_cast<std::int32_t>((location - 1) / 4);
    const bool is_east = tray == beside || tray == 4;
    const bool is_south = tray != 1 && tray != beside;
    return {is_south ? 7 - down : down, is_east ? 3 - across : across};
}

/// A T3K's four N300 meet in the middle: their first chips are the two columns inside.
Slot t3k_slot(std::uint32_t tray, std::uint32_t location) {
    const bool is_east = tray == 3 || tray == 4;
    const std::int32_t column =
        is_east ? 2 + static_cast<std::int32_t>(location) : 1 - static_cast<std::int32_t>(location);
    return {tray == 1 || tray == 4 ? 0 : 1, column};
}

/// The machine's whole size and where one chip stands; nothing where the machine is none that is known.
struct KnownGrid {
    std::int32_t rows = 0;
    std::int32_t columns = 0;
    Slot (*slot)(std::uint32_t tray, std::uint32_t location) = nullptr;
    std::uint32_t trays = 0;
    std::uint32_t first_location = 0;
    std::uint32_t locations = 1;
};

Slot galaxy_slot_beside_2(std::uint32_t tray, std::uint32_t location) {
    return galaxy_slot(tray, location, 2);
}
Slot galaxy_slot_beside_3(std::uint32_t tray, std::uint32_t location) {
    return galaxy_slot(tray, location, 3);
}
Slot card_row_slot(std::uint32_t tray, std::uint32_t location) {
    return {static_cast<std::int32_t>(tray) - 1, static_cast<std::int32_t>(location)};
}
/// Four cards in a ring: 1 2 over 4 3.
Slot ring_of_four_slot(std::uint32_t tray, std::uint32_t) {
    return {tray <= 2 ? 0 : 1, tray == 1 || tray == 4 ? 0 : 1};
}
/// Two joined rings of four cards.
Slot ladder_slot(std::uint32_t tray, std::uint32_t) {
    return {tray <= 4 ? 0 : 1, static_cast<std::int32_t>((tray - 1) % 4)};
}
/// Bridges between two P300 cross: 1.0 1.1 over 2.1 2.0.
Slot p300_slot(std::uint32_t tray, std::uint32_t location) {
    const auto column = static_cast<std::int32_t>(location);
    return {static_cast<std::int32_t>(tray) - 1, tray == 1 ? column : 1 - column};
}

KnownGrid galaxy_grid(const Cluster& cluster, const Host& host) {
    const bool beside_3 = tray_beside_first(cluster, host) == 3;
    return {8, 4, beside_3 ? galaxy_slot_beside_3 : galaxy_slot_beside_2, 4, 1, 8};
}

std::optional<KnownGrid> known_grid(const Cluster& cluster, const Host& host, BoardType type,
                                    std::uint32_t highest_tray) {
    if (is_galaxy_tray(type)) {
        return galaxy_grid(cluster, host);
    }
    switch (type) {
        case BoardType::n300:
            return highest_tray <= 2
                       ? KnownGrid{static_cast<std::int32_t>(highest_tray), 2, card_row_slot, 2, 0, 2}
                       : KnownGrid{2, 4, t3k_slot, 4, 0, 2};
        case BoardType::p150:
            return highest_tray <= 2
                       ? KnownGrid{static_cast<std::int32_t>(highest_tray), 1, card_row_slot, 2, 0, 1}
                   : highest_tray <= 4 ? KnownGrid{2, 2, ring_of_four_slot, 4, 0, 1}
                                       : KnownGrid{2, 4, ladder_slot, 8, 0, 1};
        case BoardType::p300:
            return KnownGrid{static_cast<std::int32_t>(highest_tray), 2, p300_slot, 2, 0, 2};
        default:
            return std::nullopt;
    }
}

std::optional<HostGrid> known_machine(const Cluster& cluster, const Host& host) {
    const auto boards = cluster.boards_of(host);
    std::uint32_t highest = 0;
    for (const Board& board : boards) {
        highest = std::max(highest, board.tray);
        if (board.type != boards.front().type) {
            return std::nullopt;
        }
    }
    const auto known =
        boards.empty() ? std::nullopt : known_grid(cluster, host, boards.front().type, highest);
    if (!known || highest > known->trays) {
        return std::nullopt;
    }
    HostGrid grid{known->rows, known->columns, {}, {}};
    for (const Asic& asic : cluster.asics_of(host)) {
        const std::uint32_t tray = cluster.board(asic.board).tray;
        if (tray == 0 || asic.location < known->first_location ||
            asic.location >= known->first_location + known->locations) {
            return std::nullopt;
        }
        grid.slots.push_back(known->slot(tray, asic.location));
    }
    for (std::uint32_t tray = 1; tray <= highest; ++tray) {
        Slot low{known->rows, known->columns};
        Slot high{0, 0};
        for (std::uint32_t k = 0; k < known->locations; ++k) {
            const Slot slot = known->slot(tray, known->first_location + k);
            low = {std::min(low.row, slot.row), std::min(low.column, slot.column)};
            high = {std::max(high.row, slot.row), std::max(high.column, slot.column)};
        }
        grid.trays.push_back({fmt::format("tray {}", tray), low.row, low.column, high.row - low.row + 1,
                              high.column - low.column + 1});
    }
    return grid;
}

/// How many pairs with links stand beside each other if `count` chips fill rows of `columns`.
std::size_t neighbours_in_rows(const std::set<std::pair<std::uint32_t, std::uint32_t>>& pairs,
                               std::uint32_t columns) {
    return static_cast<std::size_t>(std::count_if(pairs.begin(), pairs.end(), [&](const auto& pair) {
        const auto [a, b] = pair;
        return b - a == columns || (b - a == 1 && a / columns == b / columns);
    }));
}

/// Boards side by side, eight in a row, each a column of its chips.
HostGrid boards_in_rows(const Cluster& cluster, const Host& host) {
    constexpr std::uint32_t kMostInRow = 8;
    std::uint32_t height = 1;
    for (const Board& board : cluster.boards_of(host)) {
        height = std::max(height, board.asic_count);
    }
    HostGrid grid;
    for (const Board& board : cluster.boards_of(host)) {
        const auto number = static_cast<std::uint32_t>(&board - cluster.boards_of(host).data());
        for (std::uint32_t k = 0; k < board.asic_count; ++k) {
            grid.slots.push_back({static_cast<std::int32_t>(number / kMostInRow * height + k),
                                  static_cast<std::int32_t>(number % kMostInRow)});
        }
    }
    for (const Slot slot : grid.slots) {
        grid.rows = std::max(grid.rows, slot.row + 1);
        grid.columns = std::max(grid.columns, slot.column + 1);
    }
    return grid;
}

HostGrid guessed_grid(const Cluster& cluster, const Host& host) {
    std::set<std::pair<std::uint32_t, std::uint32_t>> pairs;
    for (const Link& link : cluster.links()) {
        const auto [low, high] = std::minmax(link.a.asic, link.b.asic);
        if (host.holds(low) && host.holds(high) && low != high) {
            pairs.insert({low.value - host.first_asic, high.value - host.first_asic});
        }
    }
    if (pairs.empty()) {
        return boards_in_rows(cluster, host);
    }
    // Of equal widths the one wins that makes about two squares beside each other.
    std::uint32_t columns = 1;
    std::size_t most = 0;
    double squarest = 0;
    for (std::uint32_t width = 1; width <= std::min<std::uint32_t>(host.asic_count, 32); ++width) {
        const std::size_t found = neighbours_in_rows(pairs, width);
        const double square = -std::abs(std::log(static_cast<double>(width) * width / host.asic_count / 2));
        if (width == 1 || found > most || (found == most && square > squarest)) {
            most = found;
            squarest = square;
            columns = width;
        }
    }
    HostGrid grid{static_cast<std::int32_t>((host.asic_count + columns - 1) / columns),
                  static_cast<std::int32_t>(std::min(columns, host.asic_count)),
                  {},
                  {}};
    for (std::uint32_t k = 0; k < host.asic_count; ++k) {
        grid.slots.push_back(
            {static_cast<std::int32_t>(k / columns), static_cast<std::int32_t>(k % columns)});
    }
    return grid;
}

}  // namespace

HostGrid grid_of(const Cluster& cluster, const Host& host) {
    if (auto known = known_machine(cluster, host)) {
        return *std::move(known);
    }
    return guessed_grid(cluster, host);
}

}  // namespace tt_run::topology::draw
