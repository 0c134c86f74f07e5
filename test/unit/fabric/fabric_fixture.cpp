#include "test/unit/fabric/fabric_fixture.hpp"

#include <algorithm>
#include <filesystem>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "support/diagnostic_render.hpp"
#include "support/file.hpp"
#include "test/support/places.hpp"
#include "topology/mapping/find_mapping.hpp"
#include "topology/mapping/ideal_cluster.hpp"
#include "topology/mgd/load_mesh_graph.hpp"
#include "topology/physical/load_cluster.hpp"

namespace tt_run::test {

using namespace fabric;

FabricSystemPtr system_of(const std::string& mgd) {
    support::DiagnosticSink sink;
    auto graph =
        topology::load_mesh_graph(support::make_source_text("mgd", mgd), topology::MgdProfile::library, sink);
    INFO(render_text(sink, support::Colour::off));
    REQUIRE(graph);
    auto ideal = topology::build_ideal_cluster(*graph, sink);
    INFO(render_text(sink, support::Colour::off));
    REQUIRE(ideal);
    return std::make_shared<const FabricSystem>(*std::move(graph), std::move(ideal->cluster),
                                                std::move(ideal->mapping));
}

FabricSystemPtr config_system(const std::string& name) {
    return system_of(*support::read_file(test::source_directory() + "/configs/" + name + "/mgd.textproto"));
}

FabricSystemPtr mapped_system(const std::string& name, const std::string& cluster) {
    support::DiagnosticSink sink;
    const FabricSystemPtr ideal = config_system(name);
    support::HostEnvironment host;
    host.working_directory = "/";
    auto hardware = topology::load_cluster(cluster, host, sink);
    INFO(render_text(sink, support::Colour::off));
    REQUIRE(hardware);
    auto found = topology::find_mapping(ideal->graph(), *hardware, {}, sink);
    INFO(render_text(sink, support::Colour::off));
    REQUIRE(found.answer == topology::MappingAnswer::mapped);
    return std::make_shared<const FabricSystem>(ideal->graph(), *std::move(hardware),
                                                std::move(found.mappings.front()));
}

std::vector<std::string> config_names() {
    std::vector<std::string> names;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(test::source_directory()) / "configs")) {
        names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::string mgd_of(const GridOfMeshes& grid) {
    const std::string type = grid.rings ? "dim_types: [ RING, RING ]" : "";
    std::string text = fmt::format(
        "mesh_descriptors {{ name: \"M\" arch: BLACKHOLE device_topology {{ dims: [ {}, {} ] {} }}\n"
        "  host_topology {{ dims: [ 1, 1 ] }} channels {{ count: {} policy: RELAXED }} }}\n"
        "graph_descriptors {{ name: \"G\" type: \"FABRIC\"\n",
        grid.chip_rows, grid.chip_columns, type, grid.channels);
    const auto mesh = [](int id) { return fmt::format("mesh {{ mesh_descriptor: \"M\" mesh_id: {} }}", id); };
    const auto join = [&](int a, int b) {
        text += fmt::format(
            "  connections {{ nodes {{ {} }} nodes {{ {} }} channels {{ count: {} policy: RELAXED }} }}\n",
            mesh(a), mesh(b), grid.links);
    };
    for (int id = 0; id < grid.rows * grid.columns; ++id) {
        text += fmt::format("  instances {{ {} }}\n", mesh(id));
    }
    for (int row = 0; row < grid.rows; ++row) {
        for (int column = 0; column < grid.columns; ++column) {
            const int here = row * grid.columns + column;
            if (column + 1 < grid.columns || (grid.wraps && grid.columns > 2)) {
                join(here, row * grid.columns + (column + 1) % grid.columns);
            }
            if (row + 1 < grid.rows || (grid.wraps && grid.rows > 2)) {
                join(here, (row + 1) % grid.rows * grid.columns + column);
            }
        }
    }
    return text + "}\ntop_level_instance { graph { graph_descriptor: \"G\" graph_id: 0 } }\n";
}

ControlPlane open(FabricSystemPtr system, const FabricOptions& options, const LinkStates& states) {
    support::DiagnosticSink sink;
    auto plane = ControlPlane::open(std::move(system), states, options, sink);
    INFO(render_text(sink, support::Colour::off));
    REQUIRE(plane);
    return *std::move(plane);
}

FabricOptions with(FabricConfig config, FabricReliability reliability) {
    FabricOptions options;
    options.settings.config = config;
    options.settings.reliability = reliability;
    return options;
}

LinkStates faults(const FabricSystem& system, const std::vector<std::string>& texts) {
    LinkStates states;
    support::DiagnosticSink sink;
    for (const std::string& text : texts) {
        const auto source = support::make_source_text("<--fault>", text);
        const bool good = inject_fault({source, 0, text.size()}, system, states, sink);
        INFO(render_text(sink, support::Colour::off));
        REQUIRE(good);
    }
    return states;
}

NodeAt node(const FabricSystem& system, const std::string& name) {
    const auto found = system.find(parse_node(name).value());
    REQUIRE(found);
    return *found;
}

std::string path(const ControlPlane& plane, const std::string& from, const std::string& to) {
    const auto route = plane.route(node(plane.system(), from), node(plane.system(), to));
    if (!route) {
        return route.error().message();
    }
    std::string text = from;
    for (const Hop& hop : *route) {
        text += fmt::format(" {} {}", name_of(hop.direction), name_of(plane.system().node(hop.to)));
    }
    return text;
}

}  // namespace tt_run::test
