#include "topology/mgd/mgd_yaml.hpp"

#include <catch2/catch.hpp>

#include "support/diagnostic_render.hpp"
#include "topology/mgd/load_mesh_graph.hpp"

using namespace tt_run;

namespace {

const std::string kChip = "ChipSpec: { arch: Wormhole_B0, ethernet_ports: { N: 4, E: 4, S: 4, W: 4 } }\n";
const std::string kBoards =
    "Board: [ { name: Gateway, type: Mesh, topology: [1, 1] }, { name: Galaxy, type: torus_X, topology: [4, "
    "8] } "
    "]\n";
const std::string kTwoMeshes =
    "Mesh:\n"
    "  - { id: 0, board: Gateway, device_topology: [1, 1], host_topology: [1, 1] }\n"
    "  - { id: 1, board: Galaxy, device_topology: [8, 8], host_topology: [2, 1] }\n";

topology::MeshGraph expand_yaml(const std::string& text) {
    support::DiagnosticSink sink;
    auto graph = topology::load_mesh_graph(support::make_source_text("m.yaml", text),
                                           topology::MgdProfile::runtime, sink);
    INFO(render_text(sink, support::Colour::off));
    REQUIRE(graph);
    CHECK(sink.count(support::Severity::note) == 1);
    return *std::move(graph);
}

std::string complaint(const std::string& text) {
    support::DiagnosticSink sink;
    CHECK(!topology::load_mgd(support::make_source_text("m.yaml", text), sink));
    return render_text(sink, support::Colour::off);
}

}  // namespace

TEST_CASE("an MGD 1.0 file becomes the same model, with a note") {
    const auto graph =
        expand_yaml(kChip + kBoards + kTwoMeshes + "RelaxedGraph: [[M0, M1, 2], [M1, M0, 2]]\n");
    REQUIRE(graph.meshes.size() == 2);
    CHECK(graph.meshes[1].device_dims == std::array<std::int32_t, 2>{8, 8});
    CHECK(graph.meshes[1].host_dims == std::array<std::int32_t, 2>{2, 1});
    CHECK(graph.meshes[1].wraps(1));
    CHECK(!graph.meshes[1].wraps(0));
    CHECK(graph.meshes[1].channels.count == 4);
    REQUIRE(graph.connections.size() == 1);
    CHECK(graph.connections[0].channels.count == 2);
    CHECK(!graph.connections[0].is_device_level());
}

TEST_CASE("exact links name devices") {
    const auto graph = expand_yaml(kChip + kBoards + kTwoMeshes + "Graph: [[[M0, D0], [M1, D3], 1]]\n");
    REQUIRE(graph.connections.size() == 1);
    CHECK(graph.connections[0].to_chip->value == 3);
}

TEST_CASE("ports of the oldest form become devices, listed from both ends and one link each") {
    const auto graph = expand_yaml(
        kChip + kBoards + kTwoMeshes +
        "Graph: [ [[0, S0], [1, N4]], [[0, S1], [1, N5]], [[1, N4], [0, S0]], [[1, N5], [0, S1]], "
        "[[0, E0], [1, S31]] ]\n");
    REQUIRE(graph.connections.size() == 2);
    CHECK(graph.connections[0].to_chip->value == 1);
    CHECK(graph.connections[0].channels.count == 2);
    CHECK(graph.connections[1].to_chip->value == 63);
}

TEST_CASE("an older mesh entry counts boards and lists host ranks") {
    const auto graph =
        expand_yaml(kChip + "Board: [{ name: T3K, type: Mesh, topology: [2, 2] }]\n" +
                    "Mesh: [{ id: 0, board: T3K, topology: [1, 2], host_ranks: [[0, 1]] }]\nGraph: [\n]\n");
    REQUIRE(graph.meshes.size() == 1);
    CHECK(graph.meshes[0].device_dims == std::array<std::int32_t, 2>{2, 4});
    CHECK(graph.meshes[0].host_dims == std::array<std::int32_t, 2>{1, 2});
    CHECK(graph.graphs.empty());
}

TEST_CASE("the oldest torus closes both dimensions") {
    const auto graph = expand_yaml(kChip + "Board: [{ name: Galaxy, type: TORUS_2D, topology: [8, 4] }]\n" +
                                   "Mesh: [{ id: 0, board: Galaxy, topology: [1, 1], host_ranks: [[0]] }]\n");
    CHECK(graph.meshes[0].wraps(0));
    CHECK(graph.meshes[0].wraps(1));
}

TEST_CASE("an older mesh entry may give the devices where others give the hosts") {
    const auto boards = kChip + "Board: [{ name: Galaxy, type: Mesh, topology: [8, 4] }]\n";
    const auto one =
        expand_yaml(boards + "Mesh: [{ id: 0, board: Galaxy, topology: [8, 4], host_ranks: [[0]] }]\n");
    CHECK(one.meshes[0].device_dims == std::array<std::int32_t, 2>{8, 4});
    CHECK(one.meshes[0].host_dims == std::array<std::int32_t, 2>{1, 1});
    const auto two =
        expand_yaml(boards + "Mesh: [{ id: 0, board: Galaxy, topology: [8, 8], host_ranks: [[0, 1]] }]\n");
    CHECK(two.meshes[0].device_dims == std::array<std::int32_t, 2>{8, 8});
    CHECK(two.meshes[0].host_dims == std::array<std::int32_t, 2>{1, 2});
    CHECK(complaint(boards + "Mesh: [{ id: 0, board: Galaxy, topology: [8, 2], host_ranks: [[0]] }]\n")
              .find("is not what the host grid 8x2 gives") != std::string::npos);
}

TEST_CASE("a chip by itself needs no ports") {
    const std::string none = "ChipSpec: { arch: wormhole_b0, ethernet_ports: { N: 0, E: 0, S: 0, W: 0 } }\n";
    const auto graph =
        expand_yaml(none + kBoards + "Mesh: [{ id: 0, board: Gateway, host_topology: [1, 1] }]\n");
    CHECK(graph.chip_count() == 1);
    CHECK(complaint(none + kBoards + "Mesh: [{ id: 0, board: Galaxy, host_topology: [1, 1] }]\n")
              .find("without ports no chip has a neighbour") != std::string::npos);
}

TEST_CASE("what is wrong with an MGD 1.0 file is said where it stands") {
    CHECK(complaint(kChip + kBoards + "Mesh: [{ id: 0, board: Galxy, host_topology: [1, 1] }]\n")
              .find("did you mean `Galaxy`?") != std::string::npos);
    CHECK(complaint(kChip + kBoards +
                    "Mesh: [{ id: 0, board: Galaxy, device_topology: [8, 8], host_topology: [1, 1] }]\n")
              .find("a device grid of `8` rows does not fit; hosts times one host's share makes 4") !=
          std::string::npos);
    CHECK(complaint(kChip + kBoards + kTwoMeshes + "Graph: [[[M0, D0], [M7, D0], 1]]\n")
              .find("`M7` is no mesh") != std::string::npos);
    CHECK(complaint(kChip + kBoards + kTwoMeshes + "Graph: [[[M0, D0], [M1, Q9], 1]]\n")
              .find("`Q9` is neither") != std::string::npos);
    CHECK(complaint("ChipSpec: 3\n").find("[mgd-yaml]") != std::string::npos);
    CHECK(complaint(kChip + kBoards + "Mesh: [{ id: 0, board: Galaxy, host_topology: [0, 1] }]\n")
              .find("at least 1") != std::string::npos);
    CHECK(complaint(kChip + kBoards +
                    "Mesh: [{ id: 0, board: Galaxy, host_topology: [2, 1], host_ranks: [[1], [0]] }]\n")
              .find("row by row") != std::string::npos);
}
