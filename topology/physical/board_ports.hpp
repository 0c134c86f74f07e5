#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "topology/physical/board_facts.hpp"

namespace tt_run::topology {

/// The kinds of places where a cable or a connecting board plugs in; `trace` is copper on the board itself.
enum class PortType : std::uint8_t {
    trace,
    qsfp_dd,
    warp100,
    warp400,
    linking_board_1,
    linking_board_2,
    linking_board_3,
};
std::string_view name_of(PortType type);
/// As cabling descriptors write it: `QSFP_DD` (`QSFP` in old ones), `WARP100`, `LINKING_BOARD_1`, ...; in
/// either case.
std::optional<PortType> parse_port_type(std::string_view text);

/// One ethernet channel of one chip of a board.
struct PortLane {
    std::uint8_t location;
    std::uint8_t channel;
};

/// A port is a fixed handful of ethernet channels. Ports are numbered from 1 within their type.
struct BoardPort {
    PortType type;
    std::uint8_t number;
    std::uint8_t lane_count;
    std::array<PortLane, 4> lanes;

    std::span<const PortLane> used_lanes() const { return {lanes.data(), lane_count}; }
};

/// All ports of a board of this type, `trace` ones last; empty for boards without any.
/// Trace ports 1-2, 3-4, ... are joined by the board itself.
std::span<const BoardPort> ports_of(BoardType type);
const BoardPort* find_port(BoardType type, PortType port_type, std::uint32_t number);

/// Which lanes meet when two ports are joined: all go straight, or the halves cross. Both ports must have the
/// same number of lanes.
struct LanePair {
    PortLane a;
    PortLane b;
};
std::vector<LanePair> join_ports(const BoardPort& a, const BoardPort& b, bool crossed);
/// WARP400 bridges cross their halves.
bool is_crossed(PortType type);

/// A cable between two boards of one machine.
struct MachineCable {
    PortType type;
    std::uint8_t tray_a;
    std::uint8_t port_a;
    std::uint8_t tray_b;
    std::uint8_t port_b;
};

/// A machine as cabling descriptors name it: `N300_LB`, `WH_GALAXY_Y_TORUS`, ...
struct NodeFacts {
    std::string_view name;
    std::string_view motherboard;
    BoardType board;
    std::uint8_t boards;  ///< on trays 1..boards
    std::vector<MachineCable> cables;
    /// Cables that older descriptors take as given and newer ones list: in place unless either end is cabled
    /// otherwise.
    std::vector<MachineCable> usual_cables;
    std::uint8_t beside_first = 0;  ///< of a Galaxy: the tray along the long edge of tray 1
};
/// Without regard to case, as the vendor's tools read names.
const NodeFacts* find_node(std::string_view name);
/// The names that `find_node` knows.
std::vector<std::string_view> node_names();

}  // namespace tt_run::topology
