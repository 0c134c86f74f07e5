#include <algorithm>
#include <random>
#include <set>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "test/support/altered_cluster.hpp"
#include "test/unit/topology/mapping/mapping_fixture.hpp"
#include "topology/mapping/adjacency.hpp"

using namespace tt_run;
using namespace tt_run::topology;
using test::imagine;
using test::load_graph;
using test::map_checked;

namespace {

struct System {
    std::string name;
    std::string descriptor;
    std::string machine;
};

/// Every system of configs/ on its machine, and pipelines over several Blackhole Galaxies.
std::vector<System> systems() {
    std::vector<System> all;
    for (const auto& [name, machine] : std::vector<std::pair<std::string, std::string>>{
             {"n150", "n150"},
             {"n300", "n300"},
             {"t3k", "t3k"},
             {"p150", "p150"},
             {"p150-x2", "p150*2"},
             {"p150-x4", "p150*4"},
             {"p150-x8", "p150*8"},
             {"wh-galaxy", "wh-galaxy"},
             {"bh-galaxy", "bh-galaxy"},
             {"dual-galaxy", "wh-galaxy*2@mesh1x2"},
             {"quad-galaxy", "wh-galaxy*4@torus4x1"},
             {"split-galaxy-4x4", "wh-galaxy"},
             {"split-galaxy-4x2", "wh-galaxy"},
             {"split-galaxy-2x4-cyclic", "wh-galaxy"},
             {"split-galaxy-4x4-2x4", "wh-galaxy"},
             {"split-galaxy-2x8-2x4", "wh-galaxy"},
             {"split-galaxy-big-mesh", "wh-galaxy"},
             {"bh-split-galaxy-4x4", "bh-galaxy"},
             {"bh-split-galaxy-4x2", "bh-galaxy"},
             {"bh-split-galaxy-2x4-cyclic", "bh-galaxy"},
             {"bh-split-galaxy-4x4-2x4", "bh-galaxy"},
             {"bh-split-galaxy-2x8-2x4", "bh-galaxy"},
             {"bh-split-galaxy-big-mesh", "bh-galaxy"},
             {"bh-pipeline", "bh-galaxy*4@torus4x1"},
             {"closetbox", "closetbox"},
             {"5-galaxy", "wh-galaxy*5@all-to-all:4"},
         }) {
        all.push_back({name, test::config_text(name), machine});
    }
    all.push_back({"pipeline of 16 stages of 4x2", test::many_meshes("BLACKHOLE", 4, 2, 16, "RING", 4),
                   "bh-galaxy*4@torus2x2"});
    all.push_back({"pipeline of 8 stages of 4x4", test::many_meshes("BLACKHOLE", 4, 4, 8, "RING", 8),
                   "bh-galaxy*4@torus2x2"});
    all.push_back({"pipeline of 4 Galaxies", test::many_meshes("BLACKHOLE", 8, 4, 4, "RING", 8),
                   "bh-galaxy-xy-torus*4@ring:8"});
    return all;
}

/// Names of the ASICs of every mesh, in order.
std::vector<std::string> names(const Cluster& cluster, const Mapping& mapping) {
    std::vector<std::string> all;
    for (const std::vector<AsicIndex>& mesh : mapping.chips) {
        for (const AsicIndex asic : mesh) {
            all.push_back(cluster.name_of(asic));
        }
    }
    return all;
}

}  // namespace

TEST_CASE("every system of the project maps onto the machine of its name") {
    for (const auto& [name, descriptor, machine] : systems()) {
        INFO(name << " on " << machine);
        const MappingResult result = map_checked(load_graph(descriptor), imagine(machine));
        CHECK(result.fewest_hosts_proved);
        CHECK(result.mappings[0].lost.empty());
    }
}

TEST_CASE("the order of hosts, boards, chips and links does not change the mapping") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    for (const auto& [name, descriptor, machine] : systems()) {
        const MeshGraph graph = load_graph(descriptor);
        const Cluster cluster = imagine(machine);
        const std::vector<std::string> first = names(cluster, map_checked(graph, cluster).mappings[0]);
        for (int round = 0; round < 20; ++round) {
            const Cluster other = test::shuffled(cluster, random);
            INFO(name << " on " << machine << ", round " << round);
            REQUIRE(names(other, map_checked(graph, other).mappings[0]) == first);
        }
    }
}

TEST_CASE("rings, lines and tori of Galaxies") {
    for (const auto& [dims, machine] : std::vector<std::pair<std::string, std::string>>{
             {"16, 8], dim_types: [ LINE, LINE ] } host_topology { dims: [ 2, 2 ", "bh-galaxy*4@mesh2x2"},
             {"32, 4], dim_types: [ RING, LINE ] } host_topology { dims: [ 4, 1 ", "bh-galaxy*4@torus4x1"},
             {"16, 8], dim_types: [ RING, RING ] } host_topology { dims: [ 2, 2 ", "wh-galaxy*4@torus2x2"},
             {"8, 16], dim_types: [ LINE, RING ] } host_topology { dims: [ 1, 4 ", "wh-galaxy*4@torus1x4"},
         }) {
        const std::string arch = machine.starts_with("bh") ? "BLACKHOLE" : "WORMHOLE_B0";
        const int count = machine.starts_with("bh") ? 2 : 4;
        const MeshGraph graph = load_graph(fmt::format(
            "mesh_descriptors {{ name: \"M\" arch: {} device_topology {{ dims: [ {}] }} channels {{ count: "
            "{} policy: "
            "STRICT }} }}\ntop_level_instance {{ mesh {{ mesh_descriptor: \"M\" mesh_id: 0 }} }}\n",
            arch, dims, count));
        INFO(dims << " on " << machine);
        const MappingResult result = map_checked(graph, imagine(machine));
        CHECK(result.mappings[0].score.hosts == 4);
    }
}

TEST_CASE("a ring of meshes closes on as few hosts as can hold it") {
    const Cluster torus = imagine("bh-galaxy*9@torus3x3");
    for (const int meshes : {3, 8, 9, 15, 35, 36}) {
        INFO(meshes << " meshes");
        const MeshGraph graph = load_graph(test::many_meshes("BLACKHOLE", 2, 4, meshes, "RING", 2));
        const MappingResult result = map_checked(graph, torus);
        CHECK(result.mappings[0].score.hosts == static_cast<std::uint32_t>((meshes + 3) / 4));
        CHECK(result.fewest_hosts_proved);
        CHECK(result.mappings[0].lost.empty());
    }
}

TEST_CASE("no turn of a ring, either way round, has more of its meshes on their natural hosts") {
    const Cluster torus = imagine("bh-galaxy*9@torus3x3");
    for (const int meshes : {9, 14, 36}) {
        INFO(meshes << " meshes");
        const Mapping found =
            map_checked(load_graph(test::many_meshes("BLACKHOLE", 2, 4, meshes, "RING", 2)), torus)
                .mappings[0];
        std::vector<std::string> homes;  // of each mesh, round the ring
        for (const std::vector<AsicIndex>& mesh : found.chips) {
            homes.push_back(torus.host_of(mesh[0]).name);
        }
        const std::set<std::string> sorted(homes.begin(), homes.end());
        const std::vector<std::string> hosts(sorted.begin(), sorted.end());
        for (int way = 0; way < 2; ++way) {
            for (int turn = 0; turn < meshes; ++turn) {
                std::uint32_t displaced = 0;
                for (std::size_t mesh = 0; mesh < homes.size(); ++mesh) {
                    displaced += homes[mesh] == hosts[mesh * hosts.size() / homes.size()] ? 0 : 1;
                }
                CHECK((way + turn > 0 || displaced == found.score.displaced));
                CHECK(displaced >= found.score.displaced);
                std::rotate(homes.begin(), homes.begin() + 1, homes.end());
            }
            std::reverse(homes.begin(), homes.end());
        }
    }
}

TEST_CASE("a ring whose needs differ fills machines to the last chip") {
    // 8 links along a tray's long side, 4 along its short one; in no regular order.
    const std::string needs = "884884884888444488848884888488844448884884884884";
    MeshGraph graph = load_graph(test::many_meshes("BLACKHOLE", 4, 2, 48, "RING", 4));
    for (std::size_t k = 0; k < needs.size(); ++k) {
        graph.connections[k].channels.count = needs[k] - '0';
    }
    for (const std::string machine :
         {"bh-galaxy*12@torus4x3", "bh-galaxy*12@torus6x2", "bh-galaxy*16@torus4x4"}) {
        INFO(machine);
        CHECK(map_checked(graph, imagine(machine)).mappings[0].score.hosts == 12);
    }
}

TEST_CASE("a ring whose connections ask for different numbers of links finds its turn, or its way") {
    for (const auto& [meshes, machine] :
         std::vector<std::pair<int, std::string>>{{8, "bh-galaxy*4@torus2x2"},
                                                  {16, "bh-galaxy*4@torus2x2"},
                                                  {23, "bh-galaxy*6@torus3x2"},
                                                  {24, "bh-galaxy*6@torus3x2"}}) {
        INFO(meshes << " meshes on " << machine);
        const Cluster cluster = imagine(machine);
        MeshGraph graph = load_graph(test::many_meshes("BLACKHOLE", 4, 2, meshes, "RING", 2, "RELAXED"));
        const Mapping even = map_checked(graph, cluster).mappings[0];
        // What each connection happens to get, asked of another one three meshes on.
        const Adjacency adjacency(cluster);
        std::set<std::int32_t> counts;
        for (std::size_t k = 0; k < graph.connections.size(); ++k) {
            const MeshConnection& from = graph.connections[k];
            std::uint32_t links = 0;
            for (const AsicIndex a : even.chips[static_cast<std::size_t>(from.from.value)]) {
                for (const AsicIndex b : even.chips[static_cast<std::size_t>(from.to.value)]) {
                    links += adjacency.links(a, b);
                }
            }
            Channels& wanted = graph.connections[(k + 3) % graph.connections.size()].channels;
            wanted = {static_cast<std::int32_t>(links), ChannelPolicy::strict};
            counts.insert(wanted.count);
        }
        CHECK(counts.size() > 1);
        CHECK(map_checked(graph, cluster).mappings[0].lost.empty());
    }
}

TEST_CASE("several solutions of a ring differ, on the same hosts or on others") {
    const Cluster torus = imagine("bh-galaxy*6@torus3x2");
    const MeshGraph graph = load_graph(test::many_meshes("BLACKHOLE", 2, 4, 12, "RING", 2));
    MappingOptions options;
    options.solutions = 12;
    const MappingResult some = map_checked(graph, torus, options);
    CHECK(some.mappings.size() == 12);
    std::set<std::vector<std::vector<AsicIndex>>> seen;
    for (const Mapping& mapping : some.mappings) {
        CHECK(mapping.score.hosts == 3);
        CHECK(seen.insert(mapping.chips).second);
    }
    options.solutions = 0;
    options.distinct_host_sets = true;
    const MappingResult all = map_checked(graph, torus, options);
    CHECK(all.complete);
    std::set<std::set<std::string>> host_sets;
    for (const Mapping& mapping : all.mappings) {
        std::set<std::string> hosts;
        for (const std::vector<AsicIndex>& mesh : mapping.chips) {
            hosts.insert(torus.host_of(mesh[0]).name);
        }
        CHECK(hosts.size() == 3);
        CHECK(host_sets.insert(hosts).second);
    }
    CHECK(host_sets.size() > 2);
}

TEST_CASE("rings close on machines that are cabled at random") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const Cluster cluster = test::recabled(imagine("bh-galaxy*12@torus4x3"), random);
    for (const int meshes : {12, 24, 47, 48}) {
        INFO(meshes << " meshes");
        const MeshGraph graph =
            load_graph(test::many_meshes("BLACKHOLE", 2, 4, meshes, "RING", 2, "RELAXED"));
        support::DiagnosticSink sink;
        const MappingResult result = find_mapping(graph, cluster, {}, sink);
        CHECK(result.answer != MappingAnswer::unknown);
        for (const Mapping& mapping : result.mappings) {
            CHECK(check_mapping(graph, cluster, {}, mapping) == std::vector<std::string>{});
        }
    }
}

TEST_CASE("a line of meshes lies open where a ring cannot close") {
    const Cluster row = imagine("bh-galaxy*3@line");
    const MeshGraph ring = load_graph(test::many_meshes("BLACKHOLE", 8, 4, 3, "RING", 8));
    test::say_misfit(ring, row);
    MeshGraph line = ring;
    line.connections.pop_back();
    const MappingResult result = map_checked(line, row);
    CHECK(result.mappings[0].score.displaced == 0);
}

TEST_CASE("pipelines of several shapes that loop back to a router map onto few hosts") {
    // A long branch and a short one, each from the router and back: 60 meshes of 79 columns.
    std::string shapes = "2";
    for (int block = 0; block < 9; ++block) {
        shapes += "111112";
    }
    shapes += "41224";
    std::vector<std::pair<int, int>> connections{{0, 1}, {0, 56}, {0, 55}, {0, 59}};
    for (int mesh = 1; mesh < 59; ++mesh) {
        if (mesh != 55) {
            connections.emplace_back(mesh, mesh + 1);
        }
    }
    const MeshGraph graph = test::load_graph(test::mixed_meshes(shapes, connections));
    const MappingResult result = test::map_checked(graph, test::imagine("bh-galaxy-x-torus*14@all-to-all:4"));
    CHECK(result.mappings[0].score.hosts == 10);
    CHECK(result.fewest_hosts_proved);
}

TEST_CASE("more machines than anybody has map as well") {
    map_checked(load_graph(test::many_meshes("WORMHOLE_B0", 8, 4, 900, "", 4)),
                imagine("wh-galaxy*900@torus30x30"));
    map_checked(load_graph(test::many_meshes("WORMHOLE_B0", 2, 4, 1200, "RING", 2)),
                imagine("t3k*1200@ring"));
}

TEST_CASE("host ranks get hosts of their own if they can, and share one if they must") {
    const MeshGraph graph = load_graph(
        "mesh_descriptors { name: \"M\" arch: WORMHOLE_B0 device_topology { dims: [ 2, 4 ] } "
        "host_topology { dims: [ 1, 2 ] } channels { count: 2 policy: STRICT } }\n"
        "top_level_instance { mesh { mesh_descriptor: \"M\" mesh_id: 0 } }\n");
    MappingOptions options;
    options.sharing = HostSharing::distinct;
    test::say_misfit(graph, imagine("t3k"), options);
    options.sharing = HostSharing::either;
    CHECK(map_checked(graph, imagine("t3k"), options).mappings[0].score.hosts == 1);
    CHECK(map_checked(graph, imagine("t3k*2"), options).mappings[0].score.hosts == 2);
}

TEST_CASE("a board of two chips belongs to one rank unless one process drives all") {
    const MeshGraph graph = load_graph(test::many_meshes("WORMHOLE_B0", 1, 1, 2, "RING", 1));
    const Cluster card = imagine("n300");
    test::say_misfit(graph, card);
    MappingOptions options;
    options.share_boards = true;
    map_checked(graph, card, options);
    map_checked(graph, imagine("t3k"));
}

TEST_CASE("domains and pinnings hold") {
    const Cluster galaxy = imagine("wh-galaxy");
    const std::string text = test::many_meshes("WORMHOLE_B0", 4, 4, 2, "RING", 4);
    // Where the other mesh's first chip would be.
    const AsicIndex there = map_checked(load_graph(text), galaxy).mappings[0].chips[1][0];
    const MeshGraph graph =
        load_graph(text + fmt::format("pinnings {{ logical_fabric_node_id {{ mesh_id: 0 chip_id: 0 }} "
                                      "physical_asic_position {{ tray_id: {} asic_location: {} }} }}\n",
                                      galaxy.board_of(there).tray, galaxy.asic(there).location));
    CHECK(map_checked(graph, galaxy).mappings[0].chips[0][0] == there);

    MappingOptions options;
    options.domains.push_back({MeshId{0}, MeshHostRank{0}, {}, "rank 0", {}});
    for (std::uint32_t k = 0; k < galaxy.asics().size(); ++k) {
        if (galaxy.board_of({k}).tray <= 2) {
            options.domains[0].chips.push_back({k});
        }
    }
    const MappingResult held = map_checked(load_graph(text), galaxy, options);
    CHECK(std::all_of(held.mappings[0].chips[0].begin(), held.mappings[0].chips[0].end(),
                      [&](AsicIndex asic) { return galaxy.board_of(asic).tray <= 2; }));
}

TEST_CASE("several solutions differ, and all of them are told apart from some") {
    const MeshGraph graph = load_graph(test::many_meshes("WORMHOLE_B0", 2, 4, 2, "RING", 2));
    const Cluster galaxy = imagine("wh-galaxy");
    MappingOptions options;
    options.solutions = 7;
    const MappingResult some = map_checked(graph, galaxy, options);
    CHECK(some.mappings.size() == 7);
    CHECK_FALSE(some.complete);
    std::set<std::vector<std::vector<AsicIndex>>> seen;
    for (const Mapping& mapping : some.mappings) {
        std::vector<std::vector<AsicIndex>> sets = mapping.chips;
        for (std::vector<AsicIndex>& mesh : sets) {
            std::sort(mesh.begin(), mesh.end());
        }
        CHECK(seen.insert(sets).second);
    }
    options.solutions = 0;
    const MappingResult all =
        map_checked(load_graph(test::many_meshes("WORMHOLE_B0", 4, 4, 2, "RING", 4)), galaxy, options);
    CHECK(all.complete);
    CHECK(all.mappings.size() > 1);
}

TEST_CASE("distinct host sets are distinct") {
    const MeshGraph graph = load_graph(test::many_meshes("WORMHOLE_B0", 8, 4, 2, "RING", 4));
    MappingOptions options;
    options.solutions = 0;
    options.distinct_host_sets = true;
    const MappingResult result = map_checked(graph, imagine("wh-galaxy*5@all-to-all:4"), options);
    CHECK(result.mappings.size() == 10);
}

TEST_CASE("relaxed channels are honoured where they can be, and what is lost is said") {
    // Without one of the two links between two chips there is still a place with all links for a 2x2.
    const Cluster whole = imagine("p150*8");
    const Cluster damaged = test::without_links(whole, {0});
    const MeshGraph small = load_graph(test::many_meshes("BLACKHOLE", 2, 2, 1, "", 0));
    CHECK(map_checked(small, damaged).mappings[0].lost.empty());
    const MeshGraph full = load_graph(test::many_meshes("BLACKHOLE", 2, 4, 1, "", 0));
    const MappingResult result = map_checked(full, test::without_links(whole, {0, 1, 2, 4, 6, 8, 10, 12}));
    CHECK(result.mappings[0].score.short_links > 0);
    CHECK(result.mappings[0].lost.size() == result.mappings[0].score.short_links);
}

TEST_CASE("fewer links than strict channels ask for are accepted when told so") {
    const MeshGraph graph = load_graph(test::config_text("t3k"));
    const Cluster damaged = test::without_links(imagine("t3k"), {3});
    test::say_misfit(graph, damaged);
    MappingOptions options;
    options.minimum_links = 1;
    const MappingResult result = map_checked(graph, damaged, options);
    REQUIRE(result.mappings[0].lost.size() == 1);
    CHECK(result.mappings[0].lost[0].needed == 2);
    CHECK(result.mappings[0].lost[0].present == 1);
}
