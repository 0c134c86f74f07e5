#include "topology/mapping/ideal_cluster.hpp"

#include <map>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "support/diagnostic_render.hpp"
#include "support/file.hpp"
#include "test/support/places.hpp"
#include "topology/mgd/load_mesh_graph.hpp"
#include "topology/physical/check_fit.hpp"
#include "topology/physical/cluster_shape.hpp"

using namespace tt_run;
using namespace tt_run::topology;

namespace {

MeshGraph graph_of(const std::string& text) {
    support::DiagnosticSink sink;
    auto graph = load_mesh_graph(support::make_source_text("mgd", text), MgdProfile::library, sink);
    INFO(render_text(sink, support::Colour::off));
    REQUIRE(graph);
    return *std::move(graph);
}

MeshGraph config(const std::string& name) {
    return graph_of(*support::read_file(test::source_directory() + "/configs/" + name + "/mgd.textproto"));
}

IdealCluster ideal(const MeshGraph& graph) {
    support::DiagnosticSink sink;
    auto built = build_ideal_cluster(graph, sink);
    INFO(render_text(sink, support::Colour::off));
    REQUIRE(built);
    return *std::move(built);
}

/// Every link as `M0:1-M1:2`, with its number, by the chips that play its ends.
std::map<std::string, int> links_of(const MeshGraph& graph, const IdealCluster& system) {
    std::map<std::uint32_t, std::string> names;
    for (std::size_t mesh = 0; mesh < graph.meshes.size(); ++mesh) {
        for (std::size_t chip = 0; chip < system.mapping.chips[mesh].size(); ++chip) {
            names[system.mapping.chips[mesh][chip].value] =
                fmt::format("M{}:{}", graph.meshes[mesh].id.value, chip);
        }
    }
    std::map<std::string, int> found;
    for (const Link& link : system.cluster.links()) {
        ++found[names.at(link.a.asic.value) + "-" + names.at(link.b.asic.value)];
    }
    return found;
}

constexpr std::string_view kTwo = R"(
mesh_descriptors { name: "M" arch: BLACKHOLE device_topology { dims: [ 1, 3 ] dim_types: [ LINE, RING ] }
  host_topology { dims: [ 1, 1 ] } channels { count: 2 policy: RELAXED } }
graph_descriptors { name: "F" type: "FABRIC"
  instances { mesh { mesh_descriptor: "M" mesh_id: 0 } } instances { mesh { mesh_descriptor: "M" mesh_id: 1 } }
  connections { nodes { mesh { mesh_descriptor: "M" mesh_id: 0 } } nodes { mesh { mesh_descriptor: "M" mesh_id: 1 } }
    channels { count: 4 } } }
top_level_instance { graph { graph_descriptor: "F" graph_id: 0 } })";

}  // namespace

TEST_CASE("an ideal cluster has the links that are asked for and no others") {
    const MeshGraph graph = graph_of(std::string(kTwo));
    const std::map<std::string, int> expected{
        {"M0:0-M0:1", 2}, {"M0:1-M0:2", 2}, {"M0:0-M0:2", 2}, {"M1:0-M1:1", 2}, {"M1:1-M1:2", 2},
        {"M1:0-M1:2", 2}, {"M0:0-M1:0", 2}, {"M0:1-M1:1", 1}, {"M0:2-M1:2", 1},
    };
    CHECK(links_of(graph, ideal(graph)) == expected);
}

TEST_CASE("pods of an ideal cluster are joined mesh by mesh, as documented") {
    const MeshGraph graph = config("closetbox");
    const auto links = links_of(graph, ideal(graph));
    // Pods 0 and 2: mesh (2 - 1) mod 4 of the one, mesh 0 of the other. Mesh 1 has links of its pod on chips
    // 0 to 5, and on 6 and 7 those to pod 2; mesh 8 likewise.
    CHECK(links.at("M1:6-M8:6") == 1);
    CHECK(links.at("M1:7-M8:7") == 1);
    int between_pods = 0;
    for (const auto& [ends, count] : links) {
        const int from = std::stoi(ends.substr(1));
        const int to = std::stoi(ends.substr(ends.find('-') + 2));
        between_pods += from / 4 == to / 4 ? 0 : count;
    }
    CHECK(between_pods == 6 * 2);
    CHECK(measure(ideal(graph).cluster).links == 16 * 10 * 2 + 4 * 6 * 2 + 6 * 2);
}

TEST_CASE("host ranks are hosts of an ideal cluster") {
    const MeshGraph graph = config("split-galaxy-big-mesh");
    const IdealCluster system = ideal(graph);
    CHECK(system.cluster.hosts().size() == 4);
    CHECK(system.mapping.score.hosts == 4);
    for (std::size_t mesh = 0; mesh < graph.meshes.size(); ++mesh) {
        for (std::int32_t chip = 0; chip < graph.meshes[mesh].chip_count(); ++chip) {
            const AsicIndex asic = system.mapping.chips[mesh][static_cast<std::size_t>(chip)];
            CHECK(system.cluster.host_of(asic).name ==
                  fmt::format("mesh-{}-host-{}", graph.meshes[mesh].id.value,
                              graph.meshes[mesh].host_rank_of({chip}).value));
        }
    }
}

TEST_CASE("every config fits the ideal cluster made for it, which is the same twice") {
    for (const std::string name :
         {"n150", "n300", "t3k", "wh-galaxy", "p150", "p150-x2", "p150-x4", "p150-x8", "bh-galaxy",
          "split-galaxy-4x4", "split-galaxy-4x2", "split-galaxy-big-mesh", "closetbox", "5-galaxy"}) {
        INFO(name);
        const MeshGraph graph = config(name);
        const IdealCluster system = ideal(graph);
        support::DiagnosticSink sink;
        CHECK(check_fit(graph, system.cluster, {}, sink) == Fit::possible);
        CHECK(system.cluster.same_hardware(ideal(graph).cluster));
        CHECK(static_cast<std::int64_t>(system.cluster.asics().size()) == graph.chip_count());
    }
}

TEST_CASE("more channels than a chip has are refused where they are asked for") {
    std::string text(kTwo);
    text.replace(text.find("count: 2"), 8, "count: 8");
    const MeshGraph graph = graph_of(text);
    support::DiagnosticSink sink;
    CHECK(!build_ideal_cluster(graph, sink));
    CHECK(render_text(sink, support::Colour::off).find("[ideal-channels]") != std::string::npos);
}
