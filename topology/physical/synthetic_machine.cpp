#include "topology/physical/synthetic_machine.hpp"

#include <algorithm>

namespace tt_run::topology {

namespace {

/// Ports along the four sides of a Galaxy's 8 x 4 grid. Tray 1 is the north-west quarter (rows: chips 1..4
/// and 5..8 side by side), `beside` the north-east one, mirrored, `below` the south-west one, upside down.
void add_galaxy_edges(SyntheticMachine& galaxy, std::uint8_t beside) {
    const std::uint8_t below = beside == 2 ? 3 : 2;
    for (std::uint8_t port = 3; port <= 6; ++port) {
        galaxy.west.push_back({1, port});
        galaxy.east.push_back({beside, port});
    }
    for (std::uint8_t port = 6; port >= 3; --port) {
        galaxy.west.push_back({below, port});
        galaxy.east.push_back({4, port});
    }
    galaxy.north = {{1, 2}, {1, 1}, {beside, 1}, {beside, 2}};
    galaxy.south = {{below, 2}, {below, 1}, {4, 1}, {4, 2}};
}

SyntheticMachine card(std::string_view word, std::string_view description, BoardType type) {
    return {word, description, type, 1, true, {}, false, {}, {}, {}, {}, ""};
}

SyntheticMachine of_node(std::string_view word, std::string_view description, std::string_view node_name) {
    const NodeFacts& node = *find_node(node_name);
    SyntheticMachine machine{word,  description, node.board, node.boards, false, node.cables,
                             false, {},          {},         {},          {},    node.motherboard};
    if (node.board == BoardType::n300) {
        machine.north = {{1, 2}, {4, 2}};
        machine.south = {{2, 1}, {3, 1}};
    } else if (is_galaxy_tray(node.board)) {
        add_galaxy_edges(machine, node.beside_first);
        machine.is_revision_c = node.board == BoardType::ubb_blackhole && node.beside_first == 2;
    }
    return machine;
}

std::vector<MachineCable> qsfp(const std::vector<std::array<std::uint8_t, 4>>& rows) {
    std::vector<MachineCable> cables;
    for (const auto& row : rows) {
        cables.push_back({PortType::qsfp_dd, row[0], row[1], row[2], row[3]});
    }
    return cables;
}

std::vector<SyntheticMachine> make_machines() {
    std::vector<SyntheticMachine> machines{
        card("n150", "one N150 card; *N: that many cards in one host", BoardType::n150),
        card("n300", "one N300 card, two chips; *2 is a bridged pair, *4 a T3K", BoardType::n300),
        card("p100", "one P100 card; *N: that many cards in one host", BoardType::p100),
        card("p150", "one P150 card; *2, *4 and *8 are cabled as in the field", BoardType::p150),
        card("p300", "one P300 card, two chips; *2 is a QuietBox", BoardType::p300),
        {"n300-x2",
         "two N300 bridged, a 2 x 2 mesh",
         BoardType::n300,
         2,
         false,
         {{PortType::warp100, 1, 1, 2, 1}, {PortType::warp100, 1, 2, 2, 2}},
         false,
         {},
         {},
         {},
         {},
         ""},
        of_node("t3k", "T3000: four N300 as a 2 x 4 mesh", "N300_LB_DEFAULT"),
        {"p150-x2",
         "two P150 joined by two cables",
         BoardType::p150,
         2,
         false,
         qsfp({{1, 1, 2, 1}, {1, 2, 2, 2}}),
         false,
         {},
         {},
         {},
         {},
         ""},
        of_node("p150-qb", "QuietBox: four P150 in a ring", "P150_QB_GLOBAL"),
        {"p150-lb",
         "LoudBox: eight P150 as two joined rings",
         BoardType::p150,
         8,
         false,
         // As captured: rings 1-2-3-4 and 5-6-7-8, and a rung between them at each place.
         qsfp({{1, 3, 2, 4},
               {2, 3, 3, 4},
               {3, 3, 4, 4},
               {4, 3, 1, 4},
               {5, 3, 6, 4},
               {6, 3, 7, 4},
               {7, 3, 8, 4},
               {8, 3, 5, 4},
               {1, 2, 5, 1},
               {2, 2, 6, 1},
               {3, 2, 7, 1},
               {4, 2, 8, 1}}),
         true,
         {},
         {},
         {},
         {},
         "H13DSG-O-CPU"},
        of_node("p300-qb", "QuietBox: two P300 bridged", "P300_QB_AMERICA"),
        of_node("wh-galaxy", "Wormhole Galaxy: 32 chips as an 8 x 4 mesh", "WH_GALAXY"),
        of_node("wh-galaxy-x-torus", "the same, each row closed to a ring", "WH_GALAXY_X_TORUS"),
        of_node("wh-galaxy-y-torus", "the same, each column closed to a ring", "WH_GALAXY_Y_TORUS"),
        of_node("wh-galaxy-xy-torus", "the same, rows and columns closed", "WH_GALAXY_XY_TORUS"),
        of_node("bh-galaxy", "Blackhole Galaxy: 32 chips as an 8 x 4 mesh", "BH_GALAXY"),
        of_node("bh-galaxy-x-torus", "the same, each row closed to a ring", "BH_GALAXY_X_TORUS"),
        of_node("bh-galaxy-y-torus", "the same, each column closed to a ring", "BH_GALAXY_Y_TORUS"),
        of_node("bh-galaxy-xy-torus", "the same, rows and columns closed", "BH_GALAXY_XY_TORUS"),
        of_node("bh-galaxy-rev-c", "its revision C: trays 2 and 3 change places", "BH_GALAXY_REV_C"),
        of_node("bh-galaxy-rev-c-x-torus", "the same, each row closed to a ring", "BH_GALAXY_REV_C_X_TORUS"),
        of_node("bh-galaxy-rev-c-y-torus", "the same, each column closed to a ring",
                "BH_GALAXY_REV_C_Y_TORUS"),
        of_node("bh-galaxy-rev-c-xy-torus", "the same, rows and columns closed", "BH_GALAXY_REV_C_XY_TORUS"),
    };
    // Half of each QuietBox's ports stay free for its neighbours.
    machines.push_back({"p150-qb-open",
                        "QuietBox: four P150 in a ring by half the ports",
                        BoardType::p150,
                        4,
                        false,
                        qsfp({{1, 3, 2, 3}, {3, 3, 4, 3}, {1, 2, 4, 2}, {2, 2, 3, 2}}),
                        false,
                        {},
                        {},
                        {},
                        {},
                        "SIENAD8-2L2T"});
    return machines;
}

/// Four T3K, each joined to the three others.
std::vector<SiteCable> pod_cables(std::uint8_t first) {
    const auto host = [&](unsigned number) { return static_cast<std::uint8_t>(first + number); };
    return {
        {host(0), {1, 2}, host(3), {1, 2}}, {host(0), {3, 1}, host(1), {3, 1}},
        {host(0), {4, 2}, host(2), {4, 2}}, {host(1), {2, 1}, host(2), {2, 1}},
        {host(1), {4, 2}, host(3), {2, 1}}, {host(2), {3, 1}, host(3), {3, 1}},
    };
}

std::vector<SyntheticSite> make_sites() {
    std::vector<SiteCable> closetbox;
    for (const unsigned pod : {0U, 4U, 8U, 12U}) {
        const std::vector<SiteCable> cables = pod_cables(static_cast<std::uint8_t>(pod));
        closetbox.insert(closetbox.end(), cables.begin(), cables.end());
    }
    const std::vector<SiteCable> between_pods{
        {0, {2, 1}, 8, {2, 1}},   {2, {1, 2}, 5, {1, 2}},  {3, {4, 2}, 12, {2, 1}},
        {10, {1, 2}, 13, {1, 2}}, {11, {4, 2}, 4, {2, 1}}, {7, {4, 2}, 15, {4, 2}},
    };
    closetbox.insert(closetbox.end(), between_pods.begin(), between_pods.end());
    std::vector<SiteCable> quiet_boxes;
    for (std::uint8_t tray = 1; tray <= 4; ++tray) {
        quiet_boxes.push_back({0, {tray, 1}, 2, {tray, 1}});
        quiet_boxes.push_back({0, {tray, 4}, 3, {tray, 4}});
        quiet_boxes.push_back({1, {tray, 1}, 3, {tray, 1}});
        quiet_boxes.push_back({1, {tray, 4}, 2, {tray, 4}});
    }
    return {
        {"closetbox", "16 T3K in four pods of four", "t3k", 16, closetbox},
        {"closetbox-pod", "four T3K, each joined to the others", "t3k", 4, pod_cables(0)},
        {"bh-qb-4x4", "four P150 QuietBoxes in a ring, a 4 x 4 grid of chips", "p150-qb-open", 4,
         quiet_boxes},
    };
}

const std::vector<SyntheticMachine>& machines() {
    static const std::vector<SyntheticMachine> all = make_machines();
    return all;
}

const std::vector<SyntheticSite>& sites() {
    static const std::vector<SyntheticSite> all = make_sites();
    return all;
}

}  // namespace

std::span<const SyntheticMachine> synthetic_machines() {
    return machines();
}

const SyntheticMachine* find_synthetic_machine(std::string_view word) {
    const auto found = std::find_if(machines().begin(), machines().end(),
                                    [&](const SyntheticMachine& machine) { return machine.word == word; });
    return found == machines().end() ? nullptr : &*found;
}

std::span<const SyntheticSite> synthetic_sites() {
    return sites();
}

const SyntheticSite* find_synthetic_site(std::string_view word) {
    const auto found = std::find_if(sites().begin(), sites().end(),
                                    [&](const SyntheticSite& site) { return site.word == word; });
    return found == sites().end() ? nullptr : &*found;
}

const SyntheticMachine* machine_of_cards(BoardType card, std::uint32_t count) {
    const auto found =
        std::find_if(machines().begin(), machines().end(), [&](const SyntheticMachine& machine) {
            return machine.board == card && machine.boards == count && !machine.is_card;
        });
    return found == machines().end() ? nullptr : &*found;
}

}  // namespace tt_run::topology
