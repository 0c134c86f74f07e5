#include "topology/mgd/mgd_export.hpp"

#include <catch2/catch.hpp>

#include "support/diagnostic_render.hpp"
#include "topology/mgd/mgd_textproto.hpp"

using namespace tt_run;

namespace {

topology::MeshGraphDescriptor parse(const std::string& text) {
    support::DiagnosticSink sink;
    auto mgd = topology::parse_mgd_textproto(support::make_source_text("m.textproto", text), sink);
    INFO(render_text(sink, support::Colour::off));
    REQUIRE(mgd);
    return *std::move(mgd);
}

}  // namespace

TEST_CASE("what has no plain spelling survives the export") {
    const auto mgd = parse(
        "mesh_descriptors { name: 'a\"b\\\\c\\n\\0019\\303\\251' arch: 9 device_topology { dims: [-1] "
        "dim_types: 7 } channels { } express_connections { src: 0 dst: 4 } }\n"
        "switch_descriptors { name: 'S' }\n");
    const std::string once = render_mgd_textproto(mgd);
    const auto again = parse(once);
    CHECK(render_mgd_textproto(again) == once);
    CHECK(again.meshes.at(0).name->value == mgd.meshes.at(0).name->value);
    CHECK(static_cast<int>(again.meshes.at(0).architecture->value) == 9);
    CHECK(again.meshes.at(0).channels.has_value());
    CHECK(!again.meshes.at(0).channels->count.has_value());
    CHECK(again.switches.size() == 1);
}

TEST_CASE("references, pinnings and sub-references survive the export") {
    const std::string once = render_mgd_textproto(
        parse("graph_descriptors { name: \"G\" type: \"T\" instances { switch { switch_descriptor: \"S\" "
              "switch_id: 2 "
              "} } instances { } graph_topology { layout_type: RING channels { count: 3 policy: STRICT } "
              "assign_z_direction: false } connections { nodes { graph { graph_descriptor: \"H\" graph_id: 1 "
              "sub_ref { "
              "mesh { mesh_descriptor: \"M\" mesh_id: 4 device_id: 0 } } } } directional: false } }\n"
              "pinnings { logical_fabric_node_id { mesh_id_regex: \"[0-9]*\" chip_id: 0 } "
              "logical_fabric_node_id { } "
              "physical_asic_position { tray_id: 1 asic_location_regex: \"1-4\" } }\n"));
    const auto again = parse(once);
    CHECK(render_mgd_textproto(again) == once);
    REQUIRE(again.graphs.at(0).instances.size() == 2);
    CHECK(again.graphs.at(0).instances.at(1).kind == topology::ReferenceKind::none);
    CHECK(again.graphs.at(0).connections.at(0).nodes.at(0).sub_ref.at(0).device->value == 0);
    CHECK(again.graphs.at(0).topology->assign_z->value == false);
    CHECK(again.pinnings.at(0).nodes.size() == 2);
    CHECK(again.pinnings.at(0).positions.at(0).asic.pattern->value == "1-4");
}
