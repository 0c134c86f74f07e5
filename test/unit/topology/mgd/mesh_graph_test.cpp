#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "support/diagnostic_render.hpp"
#include "topology/mgd/load_mesh_graph.hpp"

using namespace tt_run;
using topology::ChipId;
using topology::MeshGraph;
using topology::MeshHostRank;
using topology::MeshId;

namespace {

MeshGraph expand(const std::string& text) {
    support::DiagnosticSink sink;
    auto graph = topology::load_mesh_graph(support::make_source_text("m.textproto", text),
                                           topology::MgdProfile::library, sink);
    INFO(render_text(sink, support::Colour::off));
    REQUIRE(graph);
    return *std::move(graph);
}

std::string mesh(const std::string& name, const std::string& dims, const std::string& hosts = "1, 1") {
    return fmt::format(
        "mesh_descriptors {{ name: \"{}\" arch: BLACKHOLE device_topology {{ dims: [{}] }} "
        "host_topology {{ dims: [{}] }} channels {{ count: 2 }} }}\n",
        name, dims, hosts);
}

std::string top(const std::string& what) {
    return "top_level_instance { " + what + " }\n";
}

std::string mesh_ref(const std::string& name, int id) {
    return fmt::format("mesh {{ mesh_descriptor: \"{}\" mesh_id: {} }}", name, id);
}

/// A graph of `count` instances of M, with a topology.
std::string graph_of(int count, const std::string& layout, const std::string& name = "G",
                     const std::string& type = "FABRIC") {
    std::string text = fmt::format("graph_descriptors {{ name: \"{}\" type: \"{}\"\n", name, type);
    for (int k = 0; k < count; ++k) {
        text += "instances { " + mesh_ref("M", k) + " }\n";
    }
    return text + fmt::format("graph_topology {{ layout_type: {} channels {{ count: 2 }} }} }}\n", layout);
}

std::string pairs_of(const MeshGraph& graph) {
    std::string text;
    for (const auto& connection : graph.connections) {
        text += fmt::format("{}-{} ", connection.from.value, connection.to.value);
    }
    return text;
}

const std::string kTopGraph = top("graph { graph_descriptor: \"G\" graph_id: 0 }");

}  // namespace

TEST_CASE("all-to-all is every pair once, a ring joins neighbours in listing order") {
    CHECK(pairs_of(expand(mesh("M", "2, 4") + graph_of(4, "ALL_TO_ALL") + kTopGraph)) ==
          "0-1 0-2 0-3 1-2 1-3 2-3 ");
    CHECK(pairs_of(expand(mesh("M", "2, 4") + graph_of(4, "RING") + kTopGraph)) == "0-1 1-2 2-3 3-0 ");
    CHECK(pairs_of(expand(mesh("M", "2, 4") + graph_of(2, "RING") + kTopGraph)) == "0-1 ");
    CHECK(pairs_of(expand(mesh("M", "2, 4") + graph_of(1, "RING") + kTopGraph)).empty());
}

TEST_CASE("host ranks tile the mesh row by row") {
    const MeshGraph wide = expand(mesh("M", "8, 8", "1, 2") + top(mesh_ref("M", 0)));
    CHECK(wide.meshes[0].host_rank_count() == 2);
    CHECK(wide.meshes[0].host_rank_of(ChipId{3}) == MeshHostRank{0});
    CHECK(wide.meshes[0].host_rank_of(ChipId{4}) == MeshHostRank{1});
    CHECK(wide.meshes[0].chips_of(MeshHostRank{1}).front() == ChipId{4});
    CHECK(wide.meshes[0].chips_of(MeshHostRank{1}).size() == 32);
    const MeshGraph tall = expand(mesh("M", "32, 4", "4, 1") + top(mesh_ref("M", 0)));
    for (int rank = 0; rank < 4; ++rank) {
        CHECK(tall.meshes[0].chips_of(MeshHostRank{rank}).front() == ChipId{32 * rank});
        CHECK(tall.meshes[0].chips_of(MeshHostRank{rank}).back() == ChipId{32 * rank + 31});
    }
    const MeshGraph grid = expand(mesh("M", "4, 8", "4, 4") + top(mesh_ref("M", 0)));
    CHECK(grid.meshes[0].host_rank_count() == 16);
    CHECK(grid.meshes[0].chips_of(MeshHostRank{5}) == std::vector<ChipId>{{10}, {11}});
}

TEST_CASE("pods that repeat mesh ids are numbered depth-first") {
    const std::string pods =
        "graph_descriptors { name: \"C\" type: \"CLUSTER\"\n"
        "instances { graph { graph_descriptor: \"G\" graph_id: 0 } }\n"
        "instances { graph { graph_descriptor: \"G\" graph_id: 1 } }\n"
        "instances { graph { graph_descriptor: \"G\" graph_id: 2 } }\n"
        "instances { graph { graph_descriptor: \"G\" graph_id: 3 } }\n"
        "graph_topology { layout_type: ALL_TO_ALL channels { count: 2 } } }\n" +
        top("graph { graph_descriptor: \"C\" graph_id: 0 }");
    const MeshGraph graph = expand(mesh("M", "2, 4") + graph_of(4, "ALL_TO_ALL", "G", "POD") + pods);
    REQUIRE(graph.meshes.size() == 16);
    CHECK(graph.renumbered);
    CHECK(graph.chip_count() == 128);
    CHECK(graph.connections.size() == 24);
    CHECK(graph.graph_connections.size() == 6);
    const topology::Mesh* mesh = graph.find(MeshId{4 * 2 + 3});
    REQUIRE(mesh != nullptr);
    CHECK(graph.path_of(*mesh) == "C 0 / G 2 / M 3");
    CHECK(graph.find(MeshId{16}) == nullptr);
}

TEST_CASE("distinct mesh ids are kept as written, and meshes stand in their order") {
    const MeshGraph graph = expand(
        mesh("M", "2, 4") + "graph_descriptors { name: \"G\" type: \"FABRIC\" instances { " +
        mesh_ref("M", 2) + " } instances { " + mesh_ref("M", 0) + " } instances { " + mesh_ref("M", 1) +
        " } graph_topology { layout_type: RING channels { count: 1 } } }\n" + kTopGraph);
    CHECK(!graph.renumbered);
    CHECK(graph.meshes[0].id == MeshId{0});
    CHECK(pairs_of(graph) == "2-0 0-1 1-2 ");
    CHECK(graph.depth_first == std::vector<std::size_t>{2, 0, 1});
}

TEST_CASE("express links come at every step, and wrap only where the dimension does") {
    const auto count = [](const std::string& dims, const std::string& types, const std::string& links) {
        return expand("mesh_descriptors { name: \"M\" arch: BLACKHOLE device_topology { dims: [" + dims +
                      "] dim_types: [" + types + "] } host_topology { dims: [1, 1] } channels { count: 2 } " +
                      links + " }\n" + top(mesh_ref("M", 0)))
            .meshes[0]
            .express_links;
    };
    const auto line =
        count("8, 4", "RING, RING", "express_links { dim_idx: 0 pattern { start: 2 step: 4 } wrap: LINE }");
    CHECK(line ==
          std::vector<std::pair<ChipId, ChipId>>{{{8}, {20}}, {{9}, {21}}, {{10}, {22}}, {{11}, {23}}});
    const std::string both =
        "express_links { dim_idx: 0 pattern { start: 2 step: 4 } } express_links { dim_idx: 0 pattern { "
        "start: 0 step: 8 } }";
    const auto ring = count("32, 4", "RING, RING", both);
    CHECK(ring.size() == 48);
    CHECK(std::find(ring.begin(), ring.end(), std::pair<ChipId, ChipId>{{30 * 4}, {1 * 4}}) != ring.end());
    CHECK(count("24, 4", "LINE, RING", both).size() == 32);
}

TEST_CASE("unset policies are relaxed for meshes and strict for what joins them") {
    const MeshGraph graph = expand(mesh("M", "2, 4") + graph_of(2, "RING") + kTopGraph);
    CHECK(graph.meshes[0].channels.policy == topology::ChannelPolicy::relaxed);
    CHECK(graph.connections[0].channels.policy == topology::ChannelPolicy::strict);
}

TEST_CASE("pinnings are written out for each mesh") {
    const MeshGraph graph =
        expand(mesh("M", "2, 4") + graph_of(3, "RING") + kTopGraph +
               "pinnings { logical_fabric_node_id { mesh_id_regex: \"0,2\" chip_id_regex: \"0-1\" } "
               "physical_asic_position { tray_id_regex: \"1-2\" asic_location_regex: \"3\" } "
               "physical_asic_position { tray_id_regex: \"1\" asic_location_regex: \"3\" } }\n");
    REQUIRE(graph.pinnings.size() == 2);
    CHECK(graph.pinnings[0].mesh == MeshId{0});
    CHECK(graph.pinnings[1].mesh == MeshId{2});
    CHECK(graph.pinnings[0].chips == std::vector<ChipId>{{0}, {1}});
    CHECK(graph.pinnings[0].positions == std::vector<topology::AsicPosition>{{1, 3}, {2, 3}});
}

TEST_CASE("a ring of two keeps its type and has no link of its own to wrap") {
    const MeshGraph graph = expand(
        "mesh_descriptors { name: \"M\" arch: BLACKHOLE device_topology { dims: [2, 3] dim_types: [RING, "
        "RING] } host_topology { dims: [1, 1] } channels { count: 2 } }\n" +
        top(mesh_ref("M", 0)));
    CHECK(graph.meshes[0].dim_types[0] == topology::DimensionType::ring);
    CHECK(!graph.meshes[0].wraps(0));
    CHECK(graph.meshes[0].wraps(1));
}
