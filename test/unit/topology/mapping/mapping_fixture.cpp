#include "test/unit/topology/mapping/mapping_fixture.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "support/diagnostic_render.hpp"
#include "support/file.hpp"
#include "test/support/places.hpp"
#include "topology/mgd/load_mesh_graph.hpp"
#include "topology/physical/synthetic_system.hpp"

namespace tt_run::test {

using topology::Cluster;
using topology::MappingAnswer;
using topology::MappingOptions;
using topology::MappingResult;
using topology::MeshGraph;

std::string config_text(const std::string& system) {
    return support::read_file(fmt::format("{}/configs/{}/mgd.textproto", test::source_directory(), system))
        .value();
}

MeshGraph load_graph(const std::string& text) {
    support::DiagnosticSink sink;
    auto graph = topology::load_mesh_graph(support::make_source_text("mgd.textproto", text),
                                           topology::MgdProfile::library, sink);
    INFO(render_text(sink, support::Colour::off));
    REQUIRE(graph);
    return *std::move(graph);
}

Cluster imagine(const std::string& system) {
    support::DiagnosticSink sink;
    auto cluster = topology::build_synthetic(system, sink);
    INFO(render_text(sink, support::Colour::off));
    REQUIRE(cluster);
    return *std::move(cluster);
}

std::string many_meshes(const std::string& arch, int rows, int columns, int meshes, const std::string& layout,
                        int channels, const std::string& policy) {
    std::string text = fmt::format(
        "mesh_descriptors {{ name: \"M\" arch: {} device_topology {{ dims: [ {}, {} ] }} "
        "host_topology {{ dims: [ 1, 1 ] }} channels {{ count: 2 policy: RELAXED }} }}\n"
        "graph_descriptors {{ name: \"G\" type: \"FABRIC\"\n",
        arch, rows, columns);
    for (int mesh = 0; mesh < meshes; ++mesh) {
        text += fmt::format("  instances {{ mesh {{ mesh_descriptor: \"M\" mesh_id: {} }} }}\n", mesh);
    }
    if (!layout.empty()) {
        text += fmt::format("  graph_topology {{ layout_type: {} channels {{ count: {} policy: {} }} }}\n",
                            layout, channels, policy);
    }
    return text + "}\ntop_level_instance { graph { graph_descriptor: \"G\" graph_id: 0 } }\n";
}

std::string mixed_meshes(const std::string& shapes, const std::vector<std::pair<int, int>>& connections) {
    std::string text;
    for (const char width : {'1', '2', '4'}) {
        text += fmt::format(
            "mesh_descriptors {{ name: \"M{0}\" arch: BLACKHOLE device_topology {{ dims: [ 4, {0} ] "
            "dim_types: [ RING, LINE ] }} host_topology {{ dims: [ 1, 1 ] }} channels {{ count: 2 policy: "
            "RELAXED }} }}\n",
            width);
    }
    const auto node = [&](int mesh) {
        return fmt::format("mesh {{ mesh_descriptor: \"M{}\" mesh_id: {} }}",
                           shapes[static_cast<std::size_t>(mesh)], mesh);
    };
    text += "graph_descriptors { name: \"G\" type: \"FABRIC\"\n";
    for (int mesh = 0; mesh < static_cast<int>(shapes.size()); ++mesh) {
        text += fmt::format("  instances {{ {} }}\n", node(mesh));
    }
    for (const auto& [from, to] : connections) {
        text += fmt::format(
            "  connections {{ nodes {{ {} }} nodes {{ {} }} channels {{ count: 8 policy: RELAXED }} }}\n",
            node(from), node(to));
    }
    return text + "}\ntop_level_instance { graph { graph_descriptor: \"G\" graph_id: 0 } }\n";
}

MappingResult map_checked(const MeshGraph& graph, const Cluster& cluster, const MappingOptions& options) {
    support::DiagnosticSink sink;
    MappingResult result = topology::find_mapping(graph, cluster, options, sink);
    INFO(render_text(sink, support::Colour::off));
    REQUIRE(result.answer == MappingAnswer::mapped);
    REQUIRE_FALSE(result.mappings.empty());
    for (const topology::Mapping& mapping : result.mappings) {
        CHECK(topology::check_mapping(graph, cluster, options, mapping) == std::vector<std::string>{});
    }
    return result;
}

std::string say_misfit(const MeshGraph& graph, const Cluster& cluster, const MappingOptions& options,
                       MappingResult* result) {
    support::DiagnosticSink sink;
    MappingResult found = topology::find_mapping(graph, cluster, options, sink);
    std::string said = render_text(sink, support::Colour::off);
    INFO(said);
    for (std::size_t at = said.find("\n  "); at != std::string::npos; at = said.find("\n  ")) {
        said.replace(at, 3, " ");
    }
    CHECK(found.answer == MappingAnswer::cannot);
    CHECK(found.mappings.empty());
    CHECK(sink.errors() > 0);
    if (result != nullptr) {
        *result = std::move(found);
    }
    return said;
}

}  // namespace tt_run::test
