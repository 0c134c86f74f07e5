// What an explanation of a misfit says is true: with the cable that it names, or without the constraint that
// it names, the same job fits the same machine.

#include <filesystem>
#include <set>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "support/file.hpp"
#include "test/golden/golden_case.hpp"

namespace fs = std::filesystem;
using namespace tt_run;

namespace {

const fs::path kCases = fs::path(TT_RUN_SOURCE_DIR) / "test" / "golden" / "fit";

/// A text of an input file or of the command, and what stands there instead.
struct Edit {
    std::string from;
    std::string to;
};

struct Cure {
    std::string misfit;  ///< a case in test/golden/fit
    std::vector<Edit> edits;
};

std::string connection(int from, int to, int count) {
    return fmt::format(
        "connections {{ nodes {{ mesh {{ mesh_descriptor: \"M\" mesh_id: {} }} }} nodes {{ mesh {{ "
        "mesh_descriptor: \"M\" mesh_id: {} }} }} channels {{ count: {} policy: STRICT }} }}\n",
        from, to, count);
}

std::string instance(int mesh) {
    return fmt::format("  instances {{ mesh {{ mesh_descriptor: \"M\" mesh_id: {} }} }}\n", mesh);
}

const std::string kFirstThree = connection(0, 1, 4) + connection(0, 2, 4) + connection(0, 3, 4);
const std::string kAllToAll =
    "graph_topology { layout_type: ALL_TO_ALL channels { count: 4 policy: STRICT } }";

const std::vector<Cure> kCures{
    {"chips-not-beside",
     {{"  connections {\n    nodes { mesh { mesh_descriptor: \"M\" mesh_id: 0 device_id: 1 } }\n    nodes { "
       "mesh { "
       "mesh_descriptor: \"M\" mesh_id: 1 device_id: 1 } }\n    channels { count: 4 policy: STRICT }\n  }\n",
       ""}}},
    {"connections-conflict", {{kAllToAll, kFirstThree}}},
    {"domain-too-small",
     {{"0000:c6:00.0,0000:86:00.0,0000:c7:00.0,0000:87:00.0,0000:c5:00.0,0000:c2:00.0",
       "0000:c1:00.0,0000:c5:00.0,0000:c6:00.0,0000:c2:00.0,0000:c3:00.0,0000:c4:00.0"}}},
    {"host-boundary", {{"host_topology { dims: [ 1, 1 ] }", "host_topology { dims: [ 1, 2 ] }"}}},
    {"host-rank-across-hosts", {{"host_topology { dims: [ 1, 1 ] }", "host_topology { dims: [ 1, 2 ] }"}}},
    {"host-ranks-apart", {{"wh-galaxy*2@none", "wh-galaxy*2@line"}}},
    {"missing-cable", {{"-link:0/1/1~0/1/2", ""}}},
    {"no-place", {{"dims: [ 5, 5 ]", "dims: [ 4, 5 ]"}}},
    {"odd-ring", {{instance(30), ""}}},
    {"one-connection",
     {{"graph_topology { layout_type: RING channels { count: 4 policy: STRICT } }",
       connection(1, 2, 4) + connection(2, 0, 4)}}},
    {"one-mesh-too-many", {{instance(2), ""}}},
    {"pin-inside",
     {{"pinnings {\n  logical_fabric_node_id { mesh_id: 0 chip_id: 0 }\n  physical_asic_position { tray_id: "
       "1 "
       "asic_location: 4 }\n}\n",
       ""}}},
    {"pin-to-missing-tray", {{"tray_id: 7", "tray_id: 1"}}},
    {"ring-without-wrap", {{"RING", "LINE"}}},
    {"shared-board",
     {{"device_topology { dims: [ 1, 1 ] }", "device_topology { dims: [ 1, 2 ] }"},
      {instance(4) + instance(5) + instance(6) + instance(7), ""}}},
    {"short-cable", {{"-link:0/1/1/8", ""}}},
    {"too-few-channels", {{"STRICT", "RELAXED"}}},
    {"too-wide-connection", {{"count: 9", "count: 4"}}},
};

/// Makes the edit in the first text that has it.
void edit(test::GoldenCase& golden, const Edit& edit) {
    std::vector<std::string*> texts{&golden.command};
    for (test::GoldenFile& file : golden.inputs) {
        texts.push_back(&file.content);
    }
    for (std::string* text : texts) {
        const std::size_t at = text->find(edit.from);
        if (at != std::string::npos) {
            text->replace(at, edit.from.size(), edit.to);
            return;
        }
    }
    FAIL("no text has `" << edit.from << "`");
}

test::GoldenCase load(const std::string& name) {
    return test::GoldenCase::parse(*support::read_file(kCases / (name + ".txtar")));
}

}  // namespace

TEST_CASE("every misfit is cured by what its explanation names") {
    for (const Cure& cure : kCures) {
        INFO(cure.misfit);
        test::GoldenCase cured = load(cure.misfit);
        CHECK(cured.exit_code == 1);
        for (const Edit& one : cure.edits) {
            edit(cured, one);
        }
        const test::GoldenCase outcome = cured.run();
        INFO(outcome.standard_error);
        CHECK(outcome.exit_code == 0);
    }
}

TEST_CASE("every recorded misfit has its cure here") {
    std::set<std::string> cured;
    for (const Cure& cure : kCures) {
        cured.insert(cure.misfit);
    }
    for (const auto& entry : fs::directory_iterator(kCases)) {
        const std::string name = entry.path().stem().string();
        INFO(name);
        CHECK((load(name).exit_code != 1 || cured.contains(name)));
    }
}

TEST_CASE("a connection named as excluded by others is excluded by just these") {
    test::GoldenCase four = load("connections-conflict");
    edit(four, {kAllToAll, kFirstThree + connection(0, 4, 4)});
    CHECK(four.run().exit_code == 1);
}
