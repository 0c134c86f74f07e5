#include "topology/mgd/validate_mgd.hpp"

#include <chrono>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "support/diagnostic_render.hpp"
#include "topology/mgd/mgd_textproto.hpp"

using namespace tt_run;
using topology::MgdProfile;

namespace {

/// The kinds reported, in order, such as `bad-channels! descriptor-unused`; errors have the mark.
std::string kinds(const std::string& text, MgdProfile profile = MgdProfile::library) {
    support::DiagnosticSink sink;
    const auto mgd = topology::parse_mgd_textproto(support::make_source_text("m.textproto", text), sink);
    INFO(render_text(sink, support::Colour::off));
    REQUIRE(mgd);
    topology::validate_mgd(*mgd, profile, sink);
    std::string all;
    for (const auto& diagnostic : sink.diagnostics()) {
        all += all.empty() ? "" : " ";
        all += diagnostic.kind().name;
        all += diagnostic.severity() == support::Severity::error ? "!" : "";
    }
    return all;
}

const std::string kMesh =
    "mesh_descriptors { name: \"M\" arch: WORMHOLE_B0 device_topology { dims: [2, 4] } "
    "host_topology { dims: [1, 1] } channels { count: 2 } }\n";
const std::string kTop = "top_level_instance { graph { graph_descriptor: \"G\" graph_id: 0 } }\n";

std::string mesh_ref(int id) {
    return fmt::format("mesh {{ mesh_descriptor: \"M\" mesh_id: {} }}", id);
}

std::string graph(const std::string& body, const std::string& name = "G",
                  const std::string& type = "FABRIC") {
    return fmt::format("graph_descriptors {{ name: \"{}\" type: \"{}\" {} }}\n", name, type, body);
}

std::string instances(std::initializer_list<int> ids) {
    std::string text;
    for (const int id : ids) {
        text += "instances { " + mesh_ref(id) + " } ";
    }
    return text;
}

}  // namespace

TEST_CASE("a plain file breaks no rule") {
    CHECK(kinds(kMesh + graph(instances({0, 1})) + kTop, MgdProfile::runtime).empty());
}

TEST_CASE("violations come in the file's order, whatever rule found them") {
    CHECK(kinds("mesh_descriptors { name: \"M\" arch: WORMHOLE_B0 device_topology { dims: [2, 4] } "
                "host_topology { dims: [1, 3] } channels { count: 0 } }\n" +
                graph(instances({0, 0}), "G", "MESH") + kTop) ==
          "bad-host-dimensions! bad-channels! bad-graph-type! instance-duplicate!");
}

TEST_CASE("gaps between mesh ids are an error for a job and a warning for a tool") {
    const std::string text = kMesh + graph(instances({0, 2})) + kTop;
    CHECK(kinds(text) == "instance-gap");
    CHECK(kinds(text, MgdProfile::runtime) == "instance-gap!");
    CHECK(kinds(kMesh + graph(instances({1, 0})) + kTop).empty());
}

TEST_CASE("graphs may nest for a tool, not for a job") {
    const std::string text = kMesh + graph(instances({0, 1}), "P", "POD") +
                             graph("instances { graph { graph_descriptor: \"P\" graph_id: 0 } }") + kTop;
    CHECK(kinds(text).empty());
    CHECK(kinds(text, MgdProfile::runtime) == "bad-graph-type! nested-graph-refused!");
}

TEST_CASE("a connection may lead down into nested graphs") {
    const auto text = [](const std::string& second) {
        const std::string pod = "nodes { graph { graph_descriptor: \"P\" graph_id: ";
        const std::string inner = " sub_ref { mesh { mesh_descriptor: \"M\" mesh_id: ";
        return kMesh + graph(instances({0, 1}), "P", "POD") +
               graph(
                   "instances { graph { graph_descriptor: \"P\" graph_id: 0 } } "
                   "instances { graph { graph_descriptor: \"P\" graph_id: 1 } } "
                   "connections { " +
                       pod + "0" + inner + "1 } } } } " + pod + second + " channels { count: 2 } }",
                   "G", "CLUSTER") +
               kTop;
    };
    const std::string inner = " sub_ref { mesh { mesh_descriptor: \"M\" mesh_id: ";
    CHECK(kinds(text("1" + inner + "0 } } } }")) == "mesh-id-repeated");
    CHECK(kinds(text("1" + inner + "7 } } } }")) == "mesh-id-repeated connection-unknown-instance!");
    CHECK(kinds(text("0" + inner + "1 } } } }")) == "mesh-id-repeated connection-self!");
    CHECK(kinds(text("1 } }")) == "mesh-id-repeated connection-level!");
}

TEST_CASE("pinnings use the numbers of the expanded file") {
    const std::string file = kMesh + graph(instances({0, 1}), "P", "POD") +
                             graph(
                                 "instances { graph { graph_descriptor: \"P\" graph_id: 0 } } "
                                 "instances { graph { graph_descriptor: \"P\" graph_id: 1 } }",
                                 "G", "CLUSTER") +
                             kTop;
    const auto pin = [](int mesh) {
        return fmt::format(
            "pinnings {{ logical_fabric_node_id {{ mesh_id: {} chip_id: 0 }} "
            "physical_asic_position {{ tray_id: 1 asic_location: 1 }} }}\n",
            mesh);
    };
    CHECK(kinds(file + pin(3)) == "mesh-id-repeated");
    CHECK(kinds(file + pin(4)) == "mesh-id-repeated pinning-unknown-node!");
}

TEST_CASE("files that expand without end are refused in no time") {
    const auto start = std::chrono::steady_clock::now();
    std::string chain = kMesh + graph(instances({0}), "G0", "T0");
    std::string doubling = chain;
    for (int k = 1; k <= 2000; ++k) {
        const std::string child = fmt::format("graph {{ graph_descriptor: \"G{}\" graph_id: ", k - 1);
        const std::string name = fmt::format("G{}", k);
        const std::string type = fmt::format("T{}", k);
        chain += graph("instances { " + child + "0 } }", name, type);
        doubling += graph("instances { " + child + "0 } } instances { " + child + "1 } }", name, type);
    }
    const std::string top = "top_level_instance { graph { graph_descriptor: \"G2000\" graph_id: 0 } }\n";
    CHECK(kinds(chain + top) == "graph-too-deep!");
    CHECK(kinds(doubling + top) == "graph-too-deep! mgd-too-many-instances! mgd-too-many-chips!");
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
}

TEST_CASE("a circle of graphs is shown whole") {
    support::DiagnosticSink sink;
    const auto child = [](const std::string& name) {
        return fmt::format("instances {{ graph {{ graph_descriptor: \"{}\" graph_id: 0 }} }}", name);
    };
    const auto mgd = topology::parse_mgd_textproto(
        support::make_source_text("m.textproto",
                                  kMesh + graph(child("B"), "A", "1") + graph(child("C"), "B", "2") +
                                      graph(child("A"), "C", "3") +
                                      "top_level_instance { graph { graph_descriptor: \"A\" graph_id: 0 } }"),
        sink);
    REQUIRE(mgd);
    topology::validate_mgd(*mgd, MgdProfile::library, sink);
    CHECK(render_text(sink, support::Colour::off).find("`A` -> `B` -> `C` -> `A`") != std::string::npos);
}
