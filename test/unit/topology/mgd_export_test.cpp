#include "topology/mgd_export.hpp"

#include <filesystem>
#include <random>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "support/diagnostic_render.hpp"
#include "support/file.hpp"
#include "topology/mgd_textproto.hpp"

using namespace tt_run;
using topology::render_mgd_textproto;

namespace {

topology::MeshGraphDescriptor parse(const std::string& text) {
    support::DiagnosticSink sink;
    auto mgd = topology::parse_mgd_textproto(support::make_source_text("m.textproto", text), sink);
    INFO(text);
    INFO(render_text(sink, support::Colour::off));
    REQUIRE(mgd);
    return *std::move(mgd);
}

}  // namespace

TEST_CASE("a descriptor written as we write it stays as it is") {
    const std::string text = R"(mesh_descriptors {
  name: "M0"
  arch: BLACKHOLE
  device_topology { dims: [8, 4] dim_types: [RING, LINE] }
  host_topology { dims: [2, 1] }
  channels { count: 2 policy: RELAXED }
  express_links { dim_idx: 0 pattern { start: 2 step: 4 } wrap: LINE }
}

switch_descriptors {
  name: "SW \"0\""
  arch: BLACKHOLE
  device_topology { dims: [2, 4] }
  channels { count: 2 }
}

graph_descriptors {
  name: "G0"
  type: "FABRIC"
  instances { mesh { mesh_descriptor: "M0" mesh_id: 0 } }
  instances { switch { switch_descriptor: "SW \"0\"" switch_id: 1 } }
  graph_topology { layout_type: RING channels { count: 1 policy: STRICT } assign_z_direction: true }
  connections {
    nodes { mesh { mesh_descriptor: "M0" mesh_id: 0 device_id: 3 } }
    nodes { graph { graph_descriptor: "G1" graph_id: 2 sub_ref { mesh { mesh_descriptor: "M0" mesh_id: 1 } } } }
    channels { count: 2 }
    directional: false
    routing_direction: [E, W]
  }
}

top_level_instance { graph { graph_descriptor: "G0" graph_id: 0 } }

pinnings {
  logical_fabric_node_id { mesh_id: 0 chip_id_regex: "0,3" }
  physical_asic_position { tray_id_regex: "1-4" asic_location: 3 }
}
)";
    CHECK(render_mgd_textproto(parse(text)) == text);
}

TEST_CASE("random names come back as they were") {
    const std::uint32_t seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    for (int k = 0; k < 200; ++k) {
        topology::MeshGraphDescriptor mgd;
        topology::MeshDescriptor mesh;
        mesh.name.emplace();
        for (std::size_t n = random() % 10; n > 0; --n) {
            mesh.name->value += static_cast<char>(random() % 128);
        }
        mgd.meshes.push_back(mesh);
        CHECK(parse(render_mgd_textproto(mgd)).meshes.at(0).name->value == mesh.name->value);
    }
}

TEST_CASE("exporting what was exported changes nothing, for every file of ours") {
    for (const auto& entry : std::filesystem::directory_iterator(TT_RUN_SOURCE_DIR "/configs")) {
        const auto source = support::load_source_text(entry.path() / "mgd.textproto", "mgd.textproto");
        INFO(entry.path());
        REQUIRE(source);
        const std::string once = render_mgd_textproto(parse(std::string((*source)->text())));
        CHECK(render_mgd_textproto(parse(once)) == once);
    }
}
