#include "topology/mgd_yaml.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "support/diagnostic_render.hpp"
#include "topology/build_mesh_graph.hpp"
#include "topology/mgd_export.hpp"
#include "topology/validate_mgd.hpp"

using namespace tt_run;

namespace {

struct Outcome {
    std::optional<topology::MeshGraphDescriptor> mgd;
    std::string said;
};

Outcome parse(const std::string& text) {
    support::DiagnosticSink sink;
    auto mgd = topology::parse_mgd_yaml(support::make_source_text("m.yaml", text), sink);
    if (mgd) {
        topology::validate_mgd(*mgd, topology::MgdProfile::runtime, sink);
    }
    CHECK(mgd.has_value() == (sink.errors() == 0));
    return {std::move(mgd), render_text(sink, support::Colour::off)};
}

const std::string kHead = R"(ChipSpec: {
  arch: wormhole_b0,
  ethernet_ports: { N: 2, E: 2, S: 2, W: 2 }
}
Board: [
  { name: Half, type: Torus_X, topology: [2, 2] }
]
)";

std::string meshes(int count, const std::string& more = "") {
    std::string text = "Mesh: [\n";
    for (int k = 0; k < count; ++k) {
        text += fmt::format(
            "  {{ id: {}, board: Half, device_topology: [2, 4], host_topology: [1, 2]{} }},\n", k, more);
    }
    return text + "]\n";
}

}  // namespace

TEST_CASE("one mesh of MGD 1.0 is the top level itself") {
    const Outcome outcome = parse(kHead + meshes(1, ", host_ranks: [[0, 1]]") + "RelaxedGraph: []\n");
    INFO(outcome.said);
    REQUIRE(outcome.mgd);
    CHECK(topology::render_mgd_textproto(*outcome.mgd) == R"(mesh_descriptors {
  name: "M0"
  arch: WORMHOLE_B0
  device_topology { dims: [2, 4] dim_types: [LINE, RING] }
  host_topology { dims: [1, 2] }
  channels { count: 2 }
}

top_level_instance { mesh { mesh_descriptor: "M0" mesh_id: 0 } }
)");
    CHECK(outcome.said.find("[mgd-old-format]") != std::string::npos);
}

TEST_CASE("connections of meshes are relaxed, and both directions are one") {
    const Outcome outcome = parse(kHead + meshes(2) + "RelaxedGraph: [[M0, M1, 4], [M1, M0, 4]]\n");
    INFO(outcome.said);
    REQUIRE(outcome.mgd);
    const auto graph = topology::build_mesh_graph(*outcome.mgd);
    REQUIRE(graph.connections.size() == 1);
    CHECK(graph.connections[0].channels.count == 4);
    CHECK(graph.connections[0].channels.policy == topology::ChannelPolicy::relaxed);
    CHECK_FALSE(graph.connections[0].is_device_level());
}

TEST_CASE("connections of devices keep their devices") {
    const Outcome outcome = parse(kHead + meshes(2) + "Graph: [[[M0, D1], [M1, D0], 2]]\n");
    INFO(outcome.said);
    REQUIRE(outcome.mgd);
    const auto graph = topology::build_mesh_graph(*outcome.mgd);
    REQUIRE(graph.connections.size() == 1);
    CHECK(graph.connections[0].from_chip == topology::ChipId{1});
    CHECK(graph.connections[0].to_chip == topology::ChipId{0});
}

TEST_CASE("every rule of MGD 1.0 is a diagnostic") {
    const std::pair<std::string, std::string> cases[] = {
        {meshes(1), "neither `Graph` nor `RelaxedGraph`"},
        {meshes(1) + "Graph: []\nRelaxedGraph: []\n", "both `Graph` and `RelaxedGraph`"},
        {meshes(2) + "RelaxedGraph: [[M0, M7, 2]]\n", "there is no mesh `7`"},
        {meshes(2) + "RelaxedGraph: [[M0, M1]]\n", "this must be `[M0, M1, COUNT]`"},
        {meshes(2) + "RelaxedGraph: [[M0, X1, 2]]\n", "this must be `M` and a number"},
        {meshes(2) + "Graph: [[[0, S2], [1, S4]]]\n", "no longer read"},
        {meshes(1, ", host_ranks: [[1, 0]]") + "RelaxedGraph: []\n", "must count from 0"},
        {"Mesh: [{id: 0, board: Full, device_topology: [2, 4], host_topology: [1, 2]}]\nRelaxedGraph: []\n",
         "there is no board `Full`"},
        {"Mesh: [{id: 0, board: Half, device_topology: [2, 5], host_topology: [1, 2]}]\nRelaxedGraph: []\n",
         "is 5 long, but 2 hosts of 2 make 4"},
        {"Mesh: [{id: 0, board: Half, device_topology: [2], host_topology: [1, 2]}]\nRelaxedGraph: []\n",
         "this must be two numbers"},
        {"RelaxedGraph: []\n", "`Mesh` is missing here"},
    };
    for (const auto& [text, message] : cases) {
        const Outcome outcome = parse(kHead + text);
        INFO(text);
        INFO(outcome.said);
        CHECK_FALSE(outcome.mgd);
        CHECK(outcome.said.find(message) != std::string::npos);
    }
}

TEST_CASE("ports that differ by side are refused") {
    std::string head = kHead;
    head.replace(head.find("S: 2"), 4, "S: 4");
    CHECK(parse(head + meshes(1) + "RelaxedGraph: []\n").said.find("all four sides") != std::string::npos);
}
