#include "topology/mgd/mgd_textproto.hpp"

#include <catch2/catch.hpp>

#include "support/diagnostic_render.hpp"

using namespace tt_run;
using topology::MeshGraphDescriptor;

namespace {

struct Parsed {
    std::optional<MeshGraphDescriptor> mgd;
    std::string said;
    std::size_t diagnostics = 0;
};

Parsed parse_textproto(const std::string& text) {
    support::DiagnosticSink sink;
    Parsed parsed;
    parsed.mgd = topology::parse_mgd_textproto(support::make_source_text("m.textproto", text), sink);
    parsed.said = render_text(sink, support::Colour::off);
    parsed.diagnostics = sink.reported();
    CHECK(parsed.mgd.has_value() == (sink.errors() == 0));
    return parsed;
}

/// The dims of one mesh descriptor, whatever way they are written.
std::vector<int> dims_of(const std::string& device_topology) {
    const Parsed parsed = parse_textproto("mesh_descriptors { device_topology " + device_topology + " }");
    REQUIRE(parsed.mgd);
    std::vector<int> dims;
    for (const auto& dim : parsed.mgd->meshes.at(0).device_dims) {
        CHECK(dim.span.text().find(std::to_string(std::abs(dim.value))) != std::string_view::npos);
        dims.push_back(dim.value);
    }
    return dims;
}

}  // namespace

TEST_CASE("every way to write a list of numbers gives the numbers and their places") {
    CHECK(dims_of("{ dims: [ 8, 4 ] }") == std::vector<int>{8, 4});
    CHECK(dims_of("{ dims: [8,4], dim_types: [LINE, RING] }") == std::vector<int>{8, 4});
    CHECK(dims_of("{ dims: 8 dims: 4 }") == std::vector<int>{8, 4});
    CHECK(dims_of("{ dims: [8] dims: 4; }") == std::vector<int>{8, 4});
    CHECK(dims_of(": < dims : [ # rows\n 8 , # columns\n 4 ] >") == std::vector<int>{8, 4});
    CHECK(dims_of("{ dims: [] }").empty());
    CHECK(dims_of("{ dims: - 1 }") == std::vector<int>{-1});
}

TEST_CASE("hexadecimal and octal numbers are numbers") {
    const Parsed parsed =
        parse_textproto("mesh_descriptors { device_topology { dims: [0x8, 010] } arch: 9 }");
    REQUIRE(parsed.mgd);
    CHECK(parsed.mgd->meshes[0].device_dims.at(0).value == 8);
    CHECK(parsed.mgd->meshes[0].device_dims.at(1).value == 8);
    CHECK(static_cast<int>(parsed.mgd->meshes[0].architecture->value) == 9);
}

TEST_CASE("messages may stand in a list, with or without a colon") {
    const Parsed parsed = parse_textproto(
        "mesh_descriptors: [ { name: \"A\" }, { name: 'B' 'C' } ] mesh_descriptors { name: \"D\\x41\" };");
    REQUIRE(parsed.mgd);
    REQUIRE(parsed.mgd->meshes.size() == 3);
    CHECK(parsed.mgd->meshes[0].name->value == "A");
    CHECK(parsed.mgd->meshes[1].name->value == "BC");
    CHECK(parsed.mgd->meshes[1].name->span.text() == "'B' 'C'");
    CHECK(parsed.mgd->meshes[2].name->value == "DA");
    CHECK(parsed.mgd->meshes[2].span.text() == "mesh_descriptors");
}

TEST_CASE("what is left out and what is zero are told apart") {
    const Parsed parsed =
        parse_textproto("top_level_instance { mesh { mesh_descriptor: \"M\" mesh_id: 0 } }");
    REQUIRE(parsed.mgd->top_level);
    CHECK(parsed.mgd->top_level->id.has_value());
    CHECK(!parsed.mgd->top_level->device.has_value());
    CHECK(parsed.mgd->top_level->kind == topology::ReferenceKind::mesh);
    CHECK(!parse_textproto("").mgd->top_level);
}

TEST_CASE("a reference can lead down to a device") {
    const Parsed parsed = parse_textproto(
        "graph_descriptors { name: \"G\" connections{ nodes { graph { graph_descriptor: \"P\" graph_id: 1 "
        "sub_ref: { mesh: { mesh_descriptor: \"M\" mesh_id: 2 device_id: 3 } } } } channels { count: 2 } "
        "routing_direction : [ E, W ] } }");
    REQUIRE(parsed.mgd);
    const auto& node = parsed.mgd->graphs.at(0).connections.at(0).nodes.at(0);
    CHECK(node.kind == topology::ReferenceKind::graph);
    CHECK(node.sub_ref.at(0).device->value == 3);
    CHECK(parsed.mgd->graphs[0].connections[0].routing_directions.size() == 2);
}

TEST_CASE("express links and pinnings with patterns are read") {
    const Parsed parsed = parse_textproto(
        "mesh_descriptors { express_links { dim_idx: 1 pattern { start: 2 step: 4 } wrap: LINE } }\n"
        "pinnings{ logical_fabric_node_id { mesh_id: 0 chip_id_regex: \"0-3\" } physical_asic_position { "
        "tray_id: 1 asic_location: 2 }\n"
        "physical_asic_position { tray_id_regex: '.*' asic_location: 2 } }");
    REQUIRE(parsed.mgd);
    const auto& pattern = parsed.mgd->meshes[0].express_patterns.at(0);
    CHECK(pattern.dimension.value == 1);
    CHECK(pattern.start.value == 2);
    CHECK(pattern.step.value == 4);
    CHECK(pattern.wrap->value == topology::DimensionType::line);
    CHECK(parsed.mgd->pinnings.at(0).nodes.at(0).chip.pattern->value == "0-3");
    CHECK(parsed.mgd->pinnings[0].positions.size() == 2);
}

TEST_CASE("an unknown field warns at its name, offers the nearest, and is skipped") {
    const Parsed parsed = parse_textproto(
        "mesh_descriptors {\n  name: \"M\"\n  device_topology { dims: [2, 4] types: [LINE] }\n  chanels { "
        "count: 2 }\n}\n");
    REQUIRE(parsed.mgd);
    CHECK(parsed.diagnostics == 2);
    CHECK(
        parsed.said.find(
            "m.textproto:3:34: warning: there is no field `types` here; it is skipped [mgd-unknown-field]") !=
        std::string::npos);
    CHECK(parsed.said.find("m.textproto:4:3: warning: there is no field `chanels` here") !=
          std::string::npos);
    CHECK(parsed.said.find("help: did you mean `channels`?") != std::string::npos);
}

TEST_CASE("a syntax error is one diagnostic and says what to do") {
    const auto check = [](const std::string& text, const std::string& place, const std::string& words) {
        const Parsed parsed = parse_textproto(text);
        INFO(parsed.said);
        CHECK(!parsed.mgd);
        CHECK(parsed.diagnostics == 1);
        CHECK(parsed.said.starts_with("m.textproto:" + place + ": error: "));
        CHECK(parsed.said.find(words) != std::string::npos);
    };
    check("// comment\n", "1:1", "comments begin with `#`");
    check("mesh_descriptors { name \"M\" }", "1:25", "`:` is expected here");
    check("mesh_descriptors { device_topology { dims: [8, ] } }", "1:48", "remove the comma before `]`");
    check("mesh_descriptors { arch: wormhole_b0 }", "1:26", "did you mean `WORMHOLE_B0`?");
    check("mesh_descriptors { channels { count: 2.0 } }", "1:38", "`2.0` is no whole number");
    check("mesh_descriptors { channels { count: 99999999999 } }", "1:38", "out of range");
    check("pinnings { logical_fabric_node_id { mesh_id: -1 } }", "1:46", "");
    check("\xEF\xBB\xBFmesh_descriptors { }", "1:1", "byte order mark");
    check("mesh_descriptors { name: \"M\n\" }", "1:28", "line");
    check("mesh_descriptors {\n\tname: \"A\" name: \"B\" }", "2:12", "`name` is given twice");
    check("top_level_instance { } top_level_instance { }", "1:24", "`top_level_instance` is given twice");
    check("top_level_instance { mesh { } graph { } }", "1:31", "only one of them may be given");
    check("mesh_descriptors { name: \"M\"", "1:29", "ends inside a block");
    check("graph_descriptors { graph_topology: ALL_TO_ALL }", "1:37", "`{` is expected here");
}

TEST_CASE("deep nesting is refused and does not crash") {
    std::string deep = "top_level_instance { ";
    for (int k = 0; k < 100000; ++k) {
        deep += "graph { sub_ref { ";
    }
    CHECK(!parse_textproto(deep).mgd);
    std::string unknown = "mesh_descriptors { ";
    for (int k = 0; k < 100000; ++k) {
        unknown += "nothing { ";
    }
    CHECK(!parse_textproto(unknown).mgd);
}
