#include <algorithm>
#include <random>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "support/diagnostic_render.hpp"
#include "test/support/altered_cluster.hpp"
#include "test/unit/topology/mapping/mapping_fixture.hpp"
#include "topology/mapping/adjacency.hpp"

using namespace tt_run;
using namespace tt_run::topology;
using test::imagine;
using test::load_graph;

namespace {

bool fits(const MeshGraph& graph, const Cluster& cluster) {
    support::DiagnosticSink sink;
    return find_mapping(graph, cluster, {}, sink).answer == MappingAnswer::mapped;
}

/// Machines, the mesh that fills each, and the links of its neighbours.
const std::vector<std::tuple<std::string, int, int, std::uint32_t>> kMachines{
    {"t3k", 2, 4, 2}, {"p150*8", 2, 4, 2}, {"wh-galaxy", 8, 4, 4}};

/// The cluster with as many links at these pairs as are needed.
Cluster mended(Cluster cluster, const std::vector<std::pair<AsicIndex, AsicIndex>>& pairs,
               std::uint32_t needed) {
    for (const auto& pair : pairs) {
        const std::uint32_t present = Adjacency(cluster).links(pair.first, pair.second);
        cluster = test::with_links(cluster, {pair}, needed - present);
    }
    return cluster;
}

}  // namespace

TEST_CASE("the links named as missing make it fit when they are added") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    std::size_t named = 0;
    for (int round = 0; round < 60; ++round) {
        const auto& [machine, rows, columns, links] = kMachines[random() % kMachines.size()];
        const std::string arch = machine == "p150*8" ? "BLACKHOLE" : "WORMHOLE_B0";
        const MeshGraph graph =
            load_graph(fmt::format("mesh_descriptors {{ name: \"M\" arch: {} device_topology {{ dims: [ {}, "
                                   "{} ] }} host_topology {{ dims: [ 1, "
                                   "1 ] }} channels {{ count: {} policy: STRICT }} }}\ntop_level_instance {{ "
                                   "mesh {{ mesh_descriptor: \"M\" "
                                   "mesh_id: 0 }} }}\n",
                                   arch, rows, columns, links));
        const Cluster whole = imagine(machine);
        std::vector<std::size_t> cut;
        for (std::size_t k = 1 + random() % 2; k > 0; --k) {
            cut.push_back(random() % whole.links().size());
        }
        const Cluster damaged = test::without_links(whole, cut);
        INFO("round " << round << ", " << machine);
        MappingResult result;
        support::DiagnosticSink sink;
        result = find_mapping(graph, damaged, {}, sink);
        INFO(render_text(sink, support::Colour::off));
        if (result.answer != MappingAnswer::cannot || result.missing_links.empty()) {
            continue;  // there was another place, or an early proof
        }
        ++named;
        CHECK(fits(graph, mended(damaged, result.missing_links, links)));
    }
    INFO(named << " were explained by links");
}

TEST_CASE("a missing cable is named with both its ends") {
    // Both Galaxies lack a pair of neighbours, so neither has room for a mesh of its shape.
    const MeshGraph graph = load_graph(test::many_meshes("WORMHOLE_B0", 8, 4, 1, "", 0));
    const Cluster whole = imagine("wh-galaxy*2@line");
    std::vector<std::size_t> cut;
    for (const std::uint32_t first : {0U, 32U}) {
        const auto inside = [&](const Link& link) {
            return whole.host_of(link.a.asic).name == whole.host_of(link.b.asic).name;
        };
        const Link* one = nullptr;
        for (const std::uint32_t k : whole.links_of({first})) {
            const Link& link = whole.links()[k];
            one = one == nullptr && inside(link) ? &link : one;
            if (one != nullptr && link.a.asic == one->a.asic && link.b.asic == one->b.asic) {
                cut.push_back(k);
            }
        }
    }
    const Cluster damaged = test::without_links(whole, cut);
    MappingResult result;
    const std::string said = test::say_misfit(graph, damaged, {}, &result);
    REQUIRE(result.missing_links.size() == 1);
    const auto& [a, b] = result.missing_links[0];
    CHECK(said.find(fmt::format("{} and {} have 0", whole.name_of(a), whole.name_of(b))) !=
          std::string::npos);
    CHECK(fits(graph, mended(damaged, result.missing_links, 4)));
}

TEST_CASE("a wrap that is not cabled is what is named, and as a line it fits") {
    MeshGraph graph = load_graph(
        "mesh_descriptors { name: \"M\" arch: BLACKHOLE device_topology { dims: [ 4, 2 ], dim_types: [ RING, "
        "LINE ] } "
        "host_topology { dims: [ 1, 1 ] } channels { count: 2 policy: STRICT } }\n"
        "top_level_instance { mesh { mesh_descriptor: \"M\" mesh_id: 0 } }\n");
    const Cluster galaxy = imagine("bh-galaxy");
    const std::string said = test::say_misfit(graph, galaxy);
    CHECK(said.find("RING in dimension 0") != std::string::npos);
    graph.meshes[0].dim_types[0] = DimensionType::line;
    CHECK(fits(graph, galaxy));
}

TEST_CASE("a pinning to a tray that is not there is refused with the trays that are") {
    const std::string text = test::many_meshes("WORMHOLE_B0", 4, 4, 2, "RING", 4);
    const MeshGraph graph = load_graph(text +
                                       "pinnings { logical_fabric_node_id { mesh_id: 0 chip_id: 0 } "
                                       "physical_asic_position { tray_id: 7 asic_location: 1 } }\n");
    const std::string said = test::say_misfit(graph, imagine("wh-galaxy"));
    CHECK(said.find("tray 7, location 1") != std::string::npos);
    CHECK(said.find("trays 1, 2, 3, 4") != std::string::npos);
    CHECK(fits(load_graph(text), imagine("wh-galaxy")));
}

TEST_CASE("the one connection that cannot be had is named, with the channels that can") {
    // The third Galaxy of a line is not beside the first.
    MeshGraph graph = load_graph(test::many_meshes("WORMHOLE_B0", 8, 4, 3, "RING", 4));
    const Cluster row = imagine("wh-galaxy*3@line");
    const std::string said = test::say_misfit(graph, row);
    CHECK(said.find("without this connection all fits") != std::string::npos);
    graph.connections.pop_back();
    CHECK(fits(graph, row));

    MeshGraph wide = load_graph(test::many_meshes("WORMHOLE_B0", 8, 4, 2, "RING", 9));
    const Cluster two = imagine("wh-galaxy*2@all-to-all:4");
    const std::string narrow = test::say_misfit(wide, two);
    CHECK(narrow.find("with 4 channels it fits") != std::string::npos);
    wide.connections[0].channels.count = 4;
    CHECK(fits(wide, two));
}

TEST_CASE("meshes that do not all fit at once are counted") {
    const MeshGraph graph = load_graph(test::many_meshes("WORMHOLE_B0", 3, 3, 3, "", 0));
    const std::string said = test::say_misfit(graph, imagine("wh-galaxy"));
    CHECK(said.find("2 of 3 meshes") != std::string::npos);
}

TEST_CASE("an odd ring on a chessboard is recognised, and an even one fits") {
    const Cluster torus = imagine("bh-galaxy*16@torus4x4");
    const std::string said =
        test::say_misfit(load_graph(test::many_meshes("BLACKHOLE", 4, 4, 31, "RING", 8)), torus);
    CHECK(said.find("ring of 31 meshes, an odd number") != std::string::npos);
    CHECK(fits(load_graph(test::many_meshes("BLACKHOLE", 4, 4, 32, "RING", 8)), torus));
}

TEST_CASE("chips given to a rank that cannot play its part are told, with chips that can") {
    const MeshGraph graph = load_graph(test::many_meshes("WORMHOLE_B0", 2, 2, 1, "", 0));
    const Cluster t3k = imagine("t3k");
    MappingOptions options;
    options.domains.push_back({MeshId{0}, MeshHostRank{0}, {{0}, {1}, {6}, {7}}, "rank 0", {}});
    const std::string said = test::say_misfit(graph, t3k, options);
    CHECK((said.find("not on the chips that it is given") != std::string::npos ||
           said.find("needs links") != std::string::npos));
}

TEST_CASE("a mesh for more hosts than are joined says so") {
    const MeshGraph graph = load_graph(
        "mesh_descriptors { name: \"M\" arch: WORMHOLE_B0 device_topology { dims: [ 8, 8 ] } "
        "host_topology { dims: [ 1, 1 ] } channels { count: 4 policy: STRICT } }\n"
        "top_level_instance { mesh { mesh_descriptor: \"M\" mesh_id: 0 } }\n");
    const Cluster two = imagine("wh-galaxy*2@line");
    test::say_misfit(graph, two);
    MeshGraph cut = graph;
    cut.meshes[0].host_dims = {1, 2};
    CHECK(fits(cut, two));
}
