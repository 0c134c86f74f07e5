#include "topology/physical/board_ports.hpp"

#include <algorithm>

#include "support/check.hpp"
#include "support/letter_case.hpp"

namespace tt_run::topology {

namespace {

struct PortTypeName {
    PortType type;
    std::string_view name;
};
constexpr PortTypeName kPortTypes[] = {
    {PortType::trace, "TRACE"},
    {PortType::qsfp_dd, "QSFP_DD"},
    {PortType::warp100, "WARP100"},
    {PortType::warp400, "WARP400"},
    {PortType::linking_board_1, "LINKING_BOARD_1"},
    {PortType::linking_board_2, "LINKING_BOARD_2"},
    {PortType::linking_board_3, "LINKING_BOARD_3"},
};

// {location, channel} per lane. Checked against captured machines: the mesh of both Galaxies, T3K, P150.
// On the P300 a capture shows channels 8, 9 of chip 1 meeting 3, 2 of chip 0, in this order.
constexpr BoardPort kN150Ports[] = {
    {PortType::qsfp_dd, 1, 2, {{{0, 6}, {0, 7}}}},
    {PortType::qsfp_dd, 2, 2, {{{0, 0}, {0, 1}}}},
    {PortType::warp100, 1, 2, {{{0, 14}, {0, 15}}}},
};

constexpr BoardPort kN300Ports[] = {
    {PortType::qsfp_dd, 1, 2, {{{0, 6}, {0, 7}}}},   {PortType::qsfp_dd, 2, 2, {{{0, 0}, {0, 1}}}},
    {PortType::warp100, 1, 2, {{{0, 14}, {0, 15}}}}, {PortType::warp100, 2, 2, {{{1, 6}, {1, 7}}}},
    {PortType::trace, 1, 2, {{{0, 8}, {0, 9}}}},     {PortType::trace, 2, 2, {{{1, 0}, {1, 1}}}},
};

constexpr BoardPort kP150Ports[] = {
    {PortType::qsfp_dd, 1, 2, {{{0, 9}, {0, 11}}}},
    {PortType::qsfp_dd, 2, 2, {{{0, 8}, {0, 10}}}},
    {PortType::qsfp_dd, 3, 2, {{{0, 5}, {0, 7}}}},
    {PortType::qsfp_dd, 4, 2, {{{0, 4}, {0, 6}}}},
};

constexpr BoardPort kP300Ports[] = {
    {PortType::warp400, 1, 4, {{{1, 3}, {1, 6}, {0, 7}, {0, 9}}}},
    {PortType::warp400, 2, 4, {{{1, 2}, {1, 4}, {0, 5}, {0, 4}}}},
    {PortType::trace, 1, 2, {{{1, 8}, {1, 9}}}},
    {PortType::trace, 2, 2, {{{0, 3}, {0, 2}}}},
};

constexpr BoardPort kWormholeTrayPorts[] = {
    {PortType::qsfp_dd, 1, 4, {{{5, 4}, {5, 5}, {5, 6}, {5, 7}}}},
    {PortType::qsfp_dd, 2, 4, {{{1, 4}, {1, 5}, {1, 6}, {1, 7}}}},
    {PortType::qsfp_dd, 3, 4, {{{1, 0}, {1, 1}, {1, 2}, {1, 3}}}},
    {PortType::qsfp_dd, 4, 4, {{{2, 0}, {2, 1}, {2, 2}, {2, 3}}}},
    {PortType::qsfp_dd, 5, 4, {{{3, 0}, {3, 1}, {3, 2}, {3, 3}}}},
    {PortType::qsfp_dd, 6, 4, {{{4, 0}, {4, 1}, {4, 2}, {4, 3}}}},
    {PortType::linking_board_1, 1, 4, {{{5, 12}, {5, 13}, {5, 14}, {5, 15}}}},
    {PortType::linking_board_1, 2, 4, {{{6, 12}, {6, 13}, {6, 14}, {6, 15}}}},
    {PortType::linking_board_2, 1, 4, {{{7, 12}, {7, 13}, {7, 14}, {7, 15}}}},
    {PortType::linking_board_2, 2, 4, {{{8, 12}, {8, 13}, {8, 14}, {8, 15}}}},
    {PortType::linking_board_3, 1, 4, {{{8, 8}, {8, 9}, {8, 10}, {8, 11}}}},
    {PortType::linking_board_3, 2, 4, {{{4, 8}, {4, 9}, {4, 10}, {4, 11}}}},
    {PortType::trace, 1, 4, {{{5, 0}, {5, 1}, {5, 2}, {5, 3}}}},
    {PortType::trace, 2, 4, {{{1, 12}, {1, 13}, {1, 14}, {1, 15}}}},
    {PortType::trace, 3, 4, {{{5, 8}, {5, 9}, {5, 10}, {5, 11}}}},
    {PortType::trace, 4, 4, {{{6, 4}, {6, 5}, {6, 6}, {6, 7}}}},
    {PortType::trace, 5, 4, {{{1, 8}, {1, 9}, {1, 10}, {1, 11}}}},
    {PortType::trace, 6, 4, {{{2, 4}, {2, 5}, {2, 6}, {2, 7}}}},
    {PortType::trace, 7, 4, {{{6, 0}, {6, 1}, {6, 2}, {6, 3}}}},
    {PortType::trace, 8, 4, {{{2, 12}, {2, 13}, {2, 14}, {2, 15}}}},
    {PortType::trace, 9, 4, {{{6, 8}, {6, 9}, {6, 10}, {6, 11}}}},
    {PortType::trace, 10, 4, {{{7, 4}, {7, 5}, {7, 6}, {7, 7}}}},
    {PortType::trace, 11, 4, {{{2, 8}, {2, 9}, {2, 10}, {2, 11}}}},
    {PortType::trace, 12, 4, {{{3, 4}, {3, 5}, {3, 6}, {3, 7}}}},
    {PortType::trace, 13, 4, {{{7, 0}, {7, 1}, {7, 2}, {7, 3}}}},
    {PortType::trace, 14, 4, {{{3, 12}, {3, 13}, {3, 14}, {3, 15}}}},
    {PortType::trace, 15, 4, {{{7, 8}, {7, 9}, {7, 10}, {7, 11}}}},
    {PortType::trace, 16, 4, {{{8, 4}, {8, 5}, {8, 6}, {8, 7}}}},
    {PortType::trace, 17, 4, {{{3, 8}, {3, 9}, {3, 10}, {3, 11}}}},
    {PortType::trace, 18, 4, {{{4, 4}, {4, 5}, {4, 6}, {4, 7}}}},
    {PortType::trace, 19, 4, {{{8, 0}, {8, 1}, {8, 2}, {8, 3}}}},
    {PortType::trace, 20, 4, {{{4, 12}, {4, 13}, {4, 14}, {4, 15}}}},
};

constexpr BoardPort kBlackholeTrayPorts[] = {
    {PortType::qsfp_dd, 1, 2, {{{5, 2}, {5, 3}}}},
    {PortType::qsfp_dd, 2, 2, {{{1, 2}, {1, 3}}}},
    {PortType::qsfp_dd, 3, 2, {{{1, 0}, {1, 1}}}},
    {PortType::qsfp_dd, 4, 2, {{{2, 0}, {2, 1}}}},
    {PortType::qsfp_dd, 5, 2, {{{3, 0}, {3, 1}}}},
    {PortType::qsfp_dd, 6, 2, {{{4, 0}, {4, 1}}}},
    {PortType::qsfp_dd, 7, 2, {{{1, 8}, {2, 8}}}},
    {PortType::qsfp_dd, 8, 2, {{{5, 8}, {6, 8}}}},
    {PortType::qsfp_dd, 9, 2, {{{3, 8}, {4, 8}}}},
    {PortType::qsfp_dd, 10, 2, {{{7, 8}, {8, 8}}}},
    {PortType::qsfp_dd, 11, 2, {{{1, 9}, {2, 9}}}},
    {PortType::qsfp_dd, 12, 2, {{{5, 9}, {6, 9}}}},
    {PortType::qsfp_dd, 13, 2, {{{3, 9}, {4, 9}}}},
    {PortType::qsfp_dd, 14, 2, {{{7, 9}, {8, 9}}}},
    {PortType::linking_board_1, 1, 2, {{{5, 6}, {5, 7}}}},
    {PortType::linking_board_1, 2, 2, {{{6, 6}, {6, 7}}}},
    {PortType::linking_board_2, 1, 2, {{{7, 6}, {7, 7}}}},
    {PortType::linking_board_2, 2, 2, {{{8, 6}, {8, 7}}}},
    {PortType::linking_board_3, 1, 2, {{{8, 4}, {8, 5}}}},
    {PortType::linking_board_3, 2, 2, {{{4, 4}, {4, 5}}}},
    {PortType::trace, 1, 2, {{{5, 0}, {5, 1}}}},
    {PortType::trace, 2, 2, {{{1, 6}, {1, 7}}}},
    {PortType::trace, 3, 2, {{{5, 4}, {5, 5}}}},
    {PortType::trace, 4, 2, {{{6, 2}, {6, 3}}}},
    {PortType::trace, 5, 2, {{{1, 4}, {1, 5}}}},
    {PortType::trace, 6, 2, {{{2, 2}, {2, 3}}}},
    {PortType::trace, 7, 2, {{{6, 0}, {6, 1}}}},
    {PortType::trace, 8, 2, {{{2, 6}, {2, 7}}}},
    {PortType::trace, 9, 2, {{{6, 4}, {6, 5}}}},
    {PortType::trace, 10, 2, {{{7, 2}, {7, 3}}}},
    {PortType::trace, 11, 2, {{{2, 4}, {2, 5}}}},
    {PortType::trace, 12, 2, {{{3, 2}, {3, 3}}}},
    {PortType::trace, 13, 2, {{{7, 0}, {7, 1}}}},
    {PortType::trace, 14, 2, {{{3, 6}, {3, 7}}}},
    {PortType::trace, 15, 2, {{{7, 4}, {7, 5}}}},
    {PortType::trace, 16, 2, {{{8, 2}, {8, 3}}}},
    {PortType::trace, 17, 2, {{{3, 4}, {3, 5}}}},
    {PortType::trace, 18, 2, {{{4, 2}, {4, 3}}}},
    {PortType::trace, 19, 2, {{{8, 0}, {8, 1}}}},
    {PortType::trace, 20, 2, {{{4, 6}, {4, 7}}}},
};

std::vector<MachineCable> joined(std::vector<MachineCable> a, const std::vector<MachineCable>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

/// Of a pair of trays: the boards that link whole rows or columns of two trays of a Galaxy.
std::vector<MachineCable> galaxy_mesh(std::uint8_t beside_1, std::uint8_t below_1) {
    // Linking boards 1 and 2 join tray 1 with the tray beside it, board 3 with the one below; tray 4 is
    // across.
    const std::uint8_t beside = beside_1;
    const std::uint8_t below = below_1;
    std::vector<MachineCable> cables;
    for (const std::uint8_t port : {std::uint8_t{1}, std::uint8_t{2}}) {
        for (const PortType board : {PortType::linking_board_1, PortType::linking_board_2}) {
            cables.push_back({board, 1, port, beside, port});
            cables.push_back({board, below, port, 4, port});
        }
        cables.push_back({PortType::linking_board_3, 1, port, below, port});
        cables.push_back({PortType::linking_board_3, beside, port, 4, port});
    }
    return cables;
}

std::vector<MachineCable> galaxy_wrap(std::uint8_t a, std::uint8_t b, std::uint8_t first, std::uint8_t last) {
    std::vector<MachineCable> cables;
    for (std::uint8_t port = first; port <= last; ++port) {
        cables.push_back({PortType::qsfp_dd, a, port, b, port});
    }
    return cables;
}

std::vector<MachineCable> galaxy_x(std::uint8_t beside, std::uint8_t below) {
    return joined(galaxy_wrap(1, beside, 3, 6), galaxy_wrap(below, 4, 3, 6));
}

std::vector<MachineCable> galaxy_y(std::uint8_t beside, std::uint8_t below) {
    return joined(galaxy_wrap(1, below, 1, 2), galaxy_wrap(beside, 4, 1, 2));
}

std::vector<NodeFacts> make_nodes() {
    const std::vector<MachineCable> bridges{
        {PortType::warp100, 1, 1, 2, 1},
        {PortType::warp100, 1, 2, 2, 2},
        {PortType::warp100, 3, 1, 4, 1},
        {PortType::warp100, 3, 2, 4, 2},
    };
    const std::vector<MachineCable> t3k{{PortType::qsfp_dd, 1, 1, 4, 1}, {PortType::qsfp_dd, 2, 2, 3, 2}};
    const std::vector<MachineCable> quiet_box{
        {PortType::qsfp_dd, 1, 1, 2, 1}, {PortType::qsfp_dd, 1, 2, 2, 2}, {PortType::qsfp_dd, 1, 3, 4, 3},
        {PortType::qsfp_dd, 1, 4, 4, 4}, {PortType::qsfp_dd, 2, 3, 3, 3}, {PortType::qsfp_dd, 2, 4, 3, 4},
        {PortType::qsfp_dd, 3, 1, 4, 1}, {PortType::qsfp_dd, 3, 2, 4, 2},
    };
    std::vector<NodeFacts> nodes{
        {"N300_LB", "X12DPG-QT6", BoardType::n300, 4, bridges, t3k},
        {"N300_LB_DEFAULT", "X12DPG-QT6", BoardType::n300, 4, joined(bridges, t3k), {}},
        {"N300_QB", "SIENAD8-2L2T", BoardType::n300, 4, bridges, t3k},
        {"N300_QB_DEFAULT", "SIENAD8-2L2T", BoardType::n300, 4, joined(bridges, t3k), {}},
        {"P150_LB", "H13DSG-O-CPU", BoardType::p150, 8, {}, {}},
        {"P150_QB_GLOBAL", "SIENAD8-2L2T", BoardType::p150, 4, quiet_box, {}},
        {"P150_QB_AE", "SIENAD8-2L2T", BoardType::p150, 4, {}, {}},
        {"P150_QB_AE_DEFAULT", "SIENAD8-2L2T", BoardType::p150, 4, quiet_box, {}},
        {"P300_QB_AMERICA",
         "B850M-C",
         BoardType::p300,
         2,
         {{PortType::warp400, 1, 1, 2, 1}, {PortType::warp400, 1, 2, 2, 2}},
         {}},
        {"P300_QB_GE", "B850M-C", BoardType::p300, 2, {{PortType::warp400, 1, 1, 2, 1}}, {}},
    };
    struct Galaxy {
        std::string_view names[4];
        BoardType board;
        std::uint8_t beside;
    };
    // The name without a revision is that of the Blackhole Galaxy's first two.
    const Galaxy galaxies[] = {
        {{"WH_GALAXY", "WH_GALAXY_X_TORUS", "WH_GALAXY_Y_TORUS", "WH_GALAXY_XY_TORUS"},
         BoardType::ubb_wormhole,
         2},
        {{"BH_GALAXY", "BH_GALAXY_X_TORUS", "BH_GALAXY_Y_TORUS", "BH_GALAXY_XY_TORUS"},
         BoardType::ubb_blackhole,
         3},
        {{"BH_GALAXY_REV_AB", "BH_GALAXY_REV_AB_X_TORUS", "BH_GALAXY_REV_AB_Y_TORUS",
          "BH_GALAXY_REV_AB_XY_TORUS"},
         BoardType::ubb_blackhole,
         3},
        {{"BH_GALAXY_REV_C", "BH_GALAXY_REV_C_X_TORUS", "BH_GALAXY_REV_C_Y_TORUS",
          "BH_GALAXY_REV_C_XY_TORUS"},
         BoardType::ubb_blackhole,
         2},
    };
    for (const Galaxy& galaxy : galaxies) {
        const std::uint8_t below = galaxy.beside == 2 ? 3 : 2;
        for (unsigned wraps = 0; wraps < 4; ++wraps) {
            std::vector<MachineCable> cables = galaxy_mesh(galaxy.beside, below);
            if ((wraps & 1U) != 0) {
                cables = joined(std::move(cables), galaxy_x(galaxy.beside, below));
            }
            if ((wraps & 2U) != 0) {
                cables = joined(std::move(cables), galaxy_y(galaxy.beside, below));
            }
            nodes.push_back({galaxy.names[wraps],
                             kGalaxyMotherboard,
                             galaxy.board,
                             4,
                             std::move(cables),
                             {},
                             galaxy.beside});
        }
    }
    return nodes;
}

const std::vector<NodeFacts>& nodes() {
    static const std::vector<NodeFacts> all = make_nodes();
    return all;
}

}  // namespace

std::string_view name_of(PortType type) {
    return kPortTypes[static_cast<std::size_t>(type)].name;
}

std::optional<PortType> parse_port_type(std::string_view text) {
    if (support::equal_ignoring_case(text, "QSFP")) {
        return PortType::qsfp_dd;
    }
    for (const PortTypeName& known : kPortTypes) {
        if (support::equal_ignoring_case(known.name, text)) {
            return known.type;
        }
    }
    return std::nullopt;
}

std::span<const BoardPort> ports_of(BoardType type) {
    switch (type) {
        case BoardType::n150:
            return kN150Ports;
        case BoardType::n300:
            return kN300Ports;
        case BoardType::p150:
            return kP150Ports;
        case BoardType::p300:
            return kP300Ports;
        case BoardType::ubb_wormhole:
            return kWormholeTrayPorts;
        case BoardType::ubb_blackhole:
            return kBlackholeTrayPorts;
        default:
            return {};
    }
}

const BoardPort* find_port(BoardType type, PortType port_type, std::uint32_t number) {
    for (const BoardPort& port : ports_of(type)) {
        if (port.type == port_type && port.number == number) {
            return &port;
        }
    }
    return nullptr;
}

bool is_crossed(PortType type) {
    return type == PortType::warp400;
}

std::vector<LanePair> join_ports(const BoardPort& a, const BoardPort& b, bool crossed) {
    TT_RUN_CHECK(a.lane_count == b.lane_count);
    std::vector<LanePair> pairs;
    for (std::size_t lane = 0; lane < a.lane_count; ++lane) {
        const std::size_t other = crossed ? (lane + a.lane_count / 2U) % a.lane_count : lane;
        pairs.push_back({a.lanes[lane], b.lanes[other]});
    }
    return pairs;
}

const NodeFacts* find_node(std::string_view name) {
    const auto found = std::find_if(nodes().begin(), nodes().end(), [&](const NodeFacts& node) {
        return support::equal_ignoring_case(node.name, name);
    });
    return found == nodes().end() ? nullptr : &*found;
}

std::vector<std::string_view> node_names() {
    std::vector<std::string_view> names;
    for (const NodeFacts& node : nodes()) {
        names.push_back(node.name);
    }
    return names;
}

}  // namespace tt_run::topology
