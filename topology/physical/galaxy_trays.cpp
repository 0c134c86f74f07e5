#include "topology/physical/galaxy_trays.hpp"

#include <algorithm>
#include <optional>

#include "topology/physical/board_ports.hpp"

namespace tt_run::topology {

namespace {

/// The tray that the linking boards of a long edge join to `tray`; nothing if no such link is known.
std::optional<std::uint32_t> tray_behind_linking_boards(const Cluster& cluster, const Board& tray) {
    for (const BoardPort& port : ports_of(tray.type)) {
        if (port.type != PortType::linking_board_1 && port.type != PortType::linking_board_2) {
            continue;
        }
        for (const PortLane lane : port.used_lanes()) {
            const auto asic = cluster.find_asic(tray.host, tray.tray, lane.location);
            if (!asic) {
                continue;
            }
            for (const std::uint32_t at : cluster.links_of(*asic)) {
                const Link& link = cluster.links()[at];
                const LinkEnd& near = link.a.asic == *asic ? link.a : link.b;
                const Board& other = cluster.board_of(Cluster::far_end(link, *asic).asic);
                if (near.channel == lane.channel && other.host == tray.host &&
                    (other.tray == 2 || other.tray == 3)) {
                    return other.tray;
                }
            }
        }
    }
    return std::nullopt;
}

}  // namespace

std::uint32_t tray_beside_first(const Cluster& cluster, const Host& host) {
    const auto boards = cluster.boards_of(host);
    const auto first =
        std::find_if(boards.begin(), boards.end(), [](const Board& board) { return board.tray == 1; });
    if (first == boards.end() || first->type != BoardType::ubb_blackhole) {
        return 2;
    }
    if (const auto joined = tray_behind_linking_boards(cluster, *first)) {
        return *joined;
    }
    return first->board_id && is_revision_c(*first->board_id) ? 2 : 3;
}

std::uint64_t in_revision_c(std::uint64_t board_id) {
    return board_id | std::uint64_t{3} << 32U;
}

}  // namespace tt_run::topology
