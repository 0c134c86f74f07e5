// The network between emulated chips, as programs see it.

#include <catch2/catch.hpp>

#include "test/support/child.hpp"
#include "test/support/places.hpp"
#include "test/support/temporary_directory.hpp"

using namespace tt_run::test;

namespace {

const std::string kReport = tt_run::test::binary_directory() + "/device_report";
const std::string kConfigs = tt_run::test::source_directory() + "/configs/";

/// Rank 0's words, under tt-run.
ChildOutcome run(const std::string& config, const std::string& emulate, const std::vector<std::string>& words,
                 const std::string& faults = "") {
    ChildCommand command;
    command.arguments = {"tt-run",
                         "--rank-binding",
                         kConfigs + config + "/rank_bindings.yaml",
                         emulate,
                         "--only-rank",
                         "0",
                         "--env",
                         "TT_RUN_FAULTS=" + faults,
                         kReport};
    command.arguments.insert(command.arguments.end(), words.begin(), words.end());
    command.environment = test_environment();
    return run_child(command);
}

std::string printed(const ChildOutcome& outcome) {
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 0);
    return outcome.standard_output;
}

}  // namespace

TEST_CASE(
    "chips of all meshes reach one another under FABRIC_2D, on a named machine and on one made to measure") {
    // The one has a link on each chip of the edge, the other the four of its wiring.
    for (const auto& [emulate, links] :
         {std::pair("--emulate", "1"), std::pair("--emulate=wh-galaxy", "4")}) {
        INFO(emulate);
        CHECK(printed(run("split-galaxy-4x4", emulate, {"fabric=FABRIC_2D", "open", "reach=M0:0,M1:15"})) ==
              "M0D0 to M1D15: " + std::string(links) + " links\n");
    }
    CHECK(printed(run("closetbox", "--emulate=closetbox",
                      {"fabric=FABRIC_2D", "open", "reach=M0:0,M15:7"})) == "M0D0 to M15D7: 2 links\n");
}

TEST_CASE("ranks stand for the hosts that their meshes need, whatever order their names have") {
    const TemporaryDirectory directory;  // T3Ks in a line: a, c, b
    const auto cable = [](const std::string& from, const std::string& tray) {
        return "connections { port_a { path: \"" + from + "\" tray_id: " + tray +
               " port_id: 2 } port_b { path: \"c\" tray_id: " + tray + " port_id: 2 } } ";
    };
    std::string children;
    std::string mappings;
    for (const std::string name : {"a", "b", "c"}) {
        children += "children { name: \"" + name + "\" node_ref { node_descriptor: \"N300_LB_DEFAULT\" } } ";
        mappings += "child_mappings { key: \"" + name +
                    "\" value { host_id: " + std::to_string(name[0] - 'a') + " } } ";
    }
    directory.write("cabling.textproto", "graph_templates { key: \"line\" value { " + children +
                                             "internal_connections { key: \"QSFP_DD\" value { " +
                                             cable("a", "1") + cable("b", "4") +
                                             "} } } } root_instance { template_name: \"line\" " + mappings +
                                             "}");
    std::string meshes;
    std::string connections;
    for (int mesh = 0; mesh < 3; ++mesh) {
        const auto named = [](int id) {
            return "mesh { mesh_descriptor: \"M\" mesh_id: " + std::to_string(id) + " } ";
        };
        meshes += "instances { " + named(mesh) + "} ";
        connections += mesh == 0 ? ""
                                 : "connections { nodes { " + named(mesh - 1) + "} nodes { " + named(mesh) +
                                       "} channels { count: 2 } } ";
    }
    directory.write(
        "mgd.textproto",
        "mesh_descriptors { name: \"M\" arch: WORMHOLE_B0 device_topology { dims: [ 2, 4 ] } "
        "host_topology { dims: [ 1, 1 ] } channels { count: 2 } } graph_descriptors { name: \"G\" "
        "type: \"FABRIC\" " +
            meshes + connections + "} top_level_instance { graph { graph_descriptor: \"G\" graph_id: 0 } }");
    ChildCommand command;
    command.arguments = {"tt-run",        "-m",
                         "mgd.textproto", "--emulate=cabling.textproto",
                         "--only-rank",   "0",
                         kReport,         "fabric=FABRIC_2D",
                         "open",          "reach=M0:0,M2:0"};
    command.directory = directory.path();
    command.environment = test_environment();
    CHECK(printed(run_child(command)) == "M0D0 to M2D0: 2 links\n");
}

TEST_CASE("a program can ask for whole ways, and for who drives what") {
    CHECK(printed(run("split-galaxy-4x4", "--emulate", {"fabric=FABRIC_2D", "open", "route=M0:7,M1:2"})) ==
          "M0D7 N (4) M0D3 W (4) M0D2 W (4) M0D1 N (1) M1D1 E (4) M1D2\n"
          "first N on 4 channels, 4 planes live\n");
    CHECK(printed(run("split-galaxy-big-mesh", "--emulate", {"fabric=FABRIC_1D", "open", "job"})) ==
          "mesh 0 part 0\nmesh 0 part 1\nmesh 1 part 0\nmesh 1 part 1\n"
          "mesh 1 MeshShape([4, 4]), all MeshCoordinateRange(MeshCoordinate([0, 0]) to MeshCoordinate([3, "
          "3])), "
          "mine MeshCoordinateRange(MeshCoordinate([0, 0]) to MeshCoordinate([3, 1]))\n"
          "exits M0D0 M0D1\n"
          "device 1 is M0D1, M0D2 is -1, M1D0 is -1\n"
          "packets carry 4352 bytes behind 64\n");
}

TEST_CASE("a process without an MGD has the network of the chips that it sees") {
    const auto alone = [](const std::string& system, const std::vector<std::string>& words,
                          const std::string& visible = "") {
        ChildCommand command;
        command.arguments = {kReport};
        command.arguments.insert(command.arguments.end(), words.begin(), words.end());
        command.environment = test_environment();
        command.environment["TT_RUN_EMULATE"] = system;
        if (!visible.empty()) {
            command.environment["TT_VISIBLE_DEVICES"] = visible;
        }
        return run_child(command);
    };
    CHECK(has(printed(alone("t3k", {"fabric=FABRIC_2D", "open", "route=M0:0,M0:7"})), " M0D7\nfirst S on "));
    CHECK(has(printed(alone("wh-galaxy", {"fabric=FABRIC_1D", "open", "route=M0:0,M0:3"})),
              "M0D0 E (4) M0D1 E (4) M0D2 E (4) M0D3\n"));
    CHECK(has(printed(alone("t3k", {"fabric=FABRIC_1D_RING", "open", "reach=M0:0,M0:1"}, "0")), " links\n"));
    const ChildOutcome apart = alone("n150*2", {"fabric=FABRIC_2D", "open"});
    CHECK(apart.exit_code == 9);
    CHECK(has(apart.standard_error, "the 2 visible devices of n150*2 are not joined as MeshShape([1, 2])"));
    CHECK(alone("n150*2", {"open"}).exit_code == 0);
}

TEST_CASE("a config lets through what it is for") {
    const auto way = [](const std::string& fabric, const std::string& pair) {
        return printed(run("split-galaxy-4x4", "--emulate", {"fabric=" + fabric, "open", "reach=" + pair}));
    };
    CHECK(way("FABRIC_1D", "M0:0,M0:3") == "M0D0 to M0D3: 4 links\n");
    CHECK(has(way("FABRIC_1D", "M0:0,M1:0"), "FABRIC_1D"));
    CHECK(has(way("FABRIC_1D_NEIGHBOR_EXCHANGE", "M0:0,M0:3"),
              "a neighbour exchange fabric reaches adjacent chips only"));
    CHECK(has(way("DISABLED", "M0:0,M0:1"), "DISABLED"));
}

TEST_CASE("the config is set before devices open, and changes by way of DISABLED only") {
    const auto refused = [](const std::vector<std::string>& words) {
        const ChildOutcome outcome = run("t3k", "--emulate", words);
        CHECK(outcome.exit_code == 9);
        return outcome.standard_error;
    };
    CHECK(has(refused({"open", "fabric=FABRIC_2D"}), "can only be set before any device is opened"));
    CHECK(has(refused({"fabric=FABRIC_2D", "fabric=FABRIC_1D"}),
              "fabric config FABRIC_1D would override FABRIC_2D; set DISABLED first"));
    CHECK(has(refused({"fabric=CUSTOM"}), "CUSTOM"));
    CHECK(printed(run("t3k", "--emulate",
                      {"fabric=FABRIC_2D", "fabric=DISABLED", "fabric=FABRIC_1D", "open",
                       "reach=M0:0,M0:1"})) == "M0D0 to M0D1: 2 links\n");
}

TEST_CASE("a cable that is down stops STRICT_INIT by its name, and RELAXED_INIT goes on with what is left") {
    const std::string faults = "M0:0~M0:1";
    const ChildOutcome strict = run("t3k", "--emulate=t3k", {"fabric=FABRIC_2D", "open"}, faults);
    CHECK(strict.exit_code == 9);
    CHECK(has(strict.standard_error, "the fabric cannot open with FABRIC_2D"));
    CHECK(has(strict.standard_error, "M0:0"));
    const ChildOutcome relaxed =
        run("t3k", "--emulate=t3k", {"fabric=FABRIC_2D,RELAXED_INIT", "open", "reach=M0:0,M0:4"}, faults);
    CHECK(printed(relaxed) == "M0D0 to M0D4: 2 links\n");
    CHECK(has(relaxed.standard_error, "M0:0"));
}

TEST_CASE("a factory system descriptor says which cables should be there") {
    ChildCommand command;
    command.arguments = {kReport, "fabric=FABRIC_2D,RELAXED_INIT", "open", "reach=M0:0,M0:4"};
    command.environment = test_environment();
    command.environment["TT_RUN_EMULATE"] = "t3k";
    command.environment["TT_METAL_FACTORY_SYSTEM_DESCRIPTOR_PATH"] = "t3k";
    CHECK(run_child(command).standard_error.empty());
    command.environment["TT_RUN_FAULTS"] = "M0:0~M0:1";
    const ChildOutcome relaxed = run_child(command);
    CHECK(relaxed.exit_code == 0);
    CHECK(has(relaxed.standard_error, "cables of the factory system descriptor are not live"));
    command.arguments[1] = "fabric=FABRIC_2D";
    const ChildOutcome strict = run_child(command);
    CHECK(strict.exit_code == 9);
    CHECK(has(strict.standard_error, "cables of the factory system descriptor are not live"));
    command.environment["TT_METAL_FACTORY_SYSTEM_DESCRIPTOR_PATH"] = "no-such-file";
    CHECK(run_child(command).exit_code == 9);
}

TEST_CASE("a machine that the job does not fit on is refused with the reason") {
    ChildCommand command;
    command.arguments = {kReport, "fabric=FABRIC_2D", "open"};
    command.environment = test_environment();
    command.environment["TT_RUN_EMULATE"] = "p150*8";
    command.environment["TT_MESH_GRAPH_DESC_PATH"] = kConfigs + "bh-galaxy/mgd.textproto";
    const ChildOutcome outcome = run_child(command);
    CHECK(outcome.exit_code == 9);
    CHECK(has(outcome.standard_error, "this rank's part of mesh 0 has 32 chips, but 8 are visible"));
}
