// What a process without tt-run finds in its environment.

#include <catch2/catch.hpp>

#include "test/support/child.hpp"
#include "test/support/places.hpp"
#include "test/support/temporary_directory.hpp"

using namespace tt_run::test;

namespace {

ChildOutcome report(const tt_run::support::Variables& variables,
                    std::vector<std::string> words = {"devices"}) {
    words.insert(words.begin(), tt_run::test::binary_directory() + "/device_report");
    ChildCommand command;
    command.arguments = std::move(words);
    command.environment = test_environment();
    for (const auto& [name, value] : variables) {
        command.environment[name] = value;
    }
    return run_child(command);
}

const std::string kConfigs = tt_run::test::source_directory() + "/configs/";

}  // namespace

TEST_CASE("an emulated system is seen through TT_VISIBLE_DEVICES") {
    CHECK(report({{"TT_RUN_EMULATE", "t3k"}}).standard_output ==
          "8 devices, wormhole_b0 MeshShape([2, 4]), local 8, grid 8x7, first M0D0\n");
    CHECK(has(report({{"TT_RUN_EMULATE", "t3k"}, {"TT_VISIBLE_DEVICES", "0"}}).standard_output,
              "2 devices, wormhole_b0 MeshShape([1, 2])"));
    CHECK(has(report({{"TT_RUN_EMULATE", "t3k"}, {"TT_VISIBLE_DEVICES", "0,1"}}).standard_output,
              "4 devices, wormhole_b0 MeshShape([2, 2])"));
    CHECK(has(report({{"TT_RUN_EMULATE", "wh-galaxy"}}).standard_output,
              "32 devices, wormhole_b0 MeshShape([8, 4]), local 32, grid 8x9"));
    CHECK(
        has(report({{"TT_RUN_EMULATE", "p150"}}).standard_output, "1 devices, blackhole MeshShape([1, 1])"));
}

TEST_CASE("an MGD gives the mesh") {
    CHECK(has(report({{"TT_MESH_GRAPH_DESC_PATH", kConfigs + "split-galaxy-4x4/mgd.textproto"},
                      {"TT_MESH_ID", "1"}})
                  .standard_output,
              "16 devices, wormhole_b0 MeshShape([4, 4]), local 16"));
    CHECK(has(report({{"TT_MESH_GRAPH_DESC_PATH", kConfigs + "t3k/mgd.textproto"}}).standard_output,
              "8 devices, wormhole_b0 MeshShape([2, 4])"));
    CHECK(has(report({{"TT_MESH_GRAPH_DESC_PATH", kConfigs + "t3k/mgd.textproto"}, {"TT_RUN_EMULATE", "t3k"}})
                  .standard_output,
              "grid 8x7"));
}

TEST_CASE("a wrong environment is named variable by variable") {
    const auto refused = [](const tt_run::support::Variables& variables,
                            const std::vector<std::string>& words) {
        const ChildOutcome outcome = report(variables);
        CHECK(outcome.exit_code == 9);
        for (const std::string& word : words) {
            INFO(outcome.standard_error);
            CHECK(has(outcome.standard_error, word));
        }
    };
    const std::string mgd = kConfigs + "split-galaxy-big-mesh/mgd.textproto";
    refused({}, {"there is no device", "TT_RUN_EMULATE=t3k"});
    refused({{"TT_MESH_ID", "x"}, {"TT_MESH_HOST_RANK", "-1"}, {"TT_RUN_CHIP_DRAM", "lots"}},
            {"`TT_MESH_ID` is `x`, but must be a number from 0", "`TT_MESH_HOST_RANK` is `-1`",
             "`TT_RUN_CHIP_DRAM` is `lots`", "TT_FATAL @ device/runtime.cpp:"});
    refused({{"TT_RUN_EMULATE", "t3k*2"}, {"TT_RUN_EMULATED_HOST", "hots-1"}},
            {"`t3k*2` has no host `hots-1`", "its hosts are `host-0`, `host-1`", "did you mean `host-1`?"});
    refused({{"TT_MESH_GRAPH_DESC_PATH", "no/such/file"}},
            {"`TT_MESH_GRAPH_DESC_PATH` names no Mesh Graph Descriptor", "No such file"});
    refused({{"TT_MESH_GRAPH_DESC_PATH", mgd}, {"TT_MESH_ID", "7"}},
            {"`TT_MESH_ID` is 7, but", "its meshes are 0, 1"});
    refused({{"TT_MESH_GRAPH_DESC_PATH", mgd}, {"TT_MESH_ID", "0"}}, {"`TT_MESH_HOST_RANK` is not set"});
    refused({{"TT_MESH_GRAPH_DESC_PATH", mgd}, {"TT_MESH_ID", "0"}, {"TT_MESH_HOST_RANK", "2"}},
            {"`TT_MESH_HOST_RANK` is 2, but mesh 0 has host ranks 0 to 1"});
    refused({{"TT_MESH_GRAPH_DESC_PATH", mgd}, {"TT_MESH_ID", "0"}, {"TT_MESH_HOST_RANK", "0"}},
            {"no rank of this job drives host rank 1 of mesh 0"});
    refused({{"TT_RUN_EMULATE", "t3k"}, {"TT_VISIBLE_DEVICES", "9"}}, {"9"});
    refused({{"TT_RUN_EMULATE", "t3q"}}, {"t3q"});
    refused({{"TT_RUN_EMULATE", "t3k"}, {"TT_METAL_CACHE", "/dev/null"}},
            {"`TT_METAL_CACHE` is `/dev/null`, which is no directory"});
    refused({{"TT_RUN_EMULATE", "n150"}, {"TT_MESH_GRAPH_DESC_PATH", kConfigs + "t3k/mgd.textproto"}},
            {"this rank's part of mesh 0 has 8 chips, but 1 are visible"});
}

TEST_CASE("two forked processes open a device each") {
    const ChildOutcome outcome = report({{"TT_RUN_EMULATE", "n300"}}, {"fork"});
    CHECK(outcome.exit_code == 0);
    const std::string line = "2 devices, wormhole_b0 MeshShape([1, 2]), local 2, grid 8x7, first M0D0\n";
    CHECK(outcome.standard_output == line + line);
}
