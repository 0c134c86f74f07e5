// What rank bindings, their mappings, and the files that they name make of a job.

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "test/scenario/launch_fixture.hpp"

using namespace tt_run::test;
using Lines = std::vector<std::string>;

TEST_CASE("6: the order of rows does not matter") {
    const LaunchFixture d;
    d.write("mgd3.textproto",
            "mesh_descriptors { name: \"M\" arch: BLACKHOLE device_topology { dims: [3, 1] } host_topology { "
            "dims: [3, 1] } channels { count: 1 } }\n"
            "top_level_instance { mesh { mesh_descriptor: \"M\" mesh_id: 0 } }\n");
    d.write("three.yaml",
            "mesh_graph_desc_path: mgd3.textproto\nrank_bindings:\n"
            "  - {rank: 1, mesh_id: 0, mesh_host_rank: 1, env_overrides: {X: one}}\n"
            "  - {rank: 0, mesh_id: 0, mesh_host_rank: 0, env_overrides: {X: zero}}\n"
            "  - {rank: 2, mesh_id: 0, mesh_host_rank: 2, env_overrides: {X: two}}\n");
    CHECK(sorted_lines(d.run({"--rank-binding", "three.yaml", "./show", "X"}).standard_output) ==
          Lines{"0 X=zero", "1 X=one", "2 X=two"});
}

TEST_CASE("11: TT_METAL_HOME is searched before the launch directory, the file's own directory last") {
    LaunchFixture d;
    const std::string mgd = d.read("mgd.textproto");
    d.write("home/a/m.textproto", mgd);
    d.write(
        "x/b.yaml",
        "mesh_graph_desc_path: a/m.textproto\nrank_bindings: [{rank: 0, mesh_id: 0, mesh_host_rank: 0}]\n");
    const auto found = [&] {
        return d.run({"--rank-binding", "x/b.yaml", "./show", "TT_MESH_GRAPH_DESC_PATH"}).standard_output;
    };
    const std::string dir = d.directory().string();
    const ChildOutcome nowhere = d.run({"--rank-binding", "x/b.yaml", "./show", "TT_MESH_GRAPH_DESC_PATH"});
    CHECK(nowhere.exit_code == 2);
    CHECK(has(nowhere.standard_error, "searched, in this order: `" + dir + "`, `" + dir + "/x`"));
    CHECK(d.run({"--rank-binding", "x/b.yaml", "--skip-mgd-check", "./show", "TT_MESH_GRAPH_DESC_PATH"})
              .standard_output == "0 TT_MESH_GRAPH_DESC_PATH=" + dir + "/a/m.textproto\n");
    d.write("x/a/m.textproto", mgd);
    CHECK(found() == "0 TT_MESH_GRAPH_DESC_PATH=" + dir + "/x/a/m.textproto\n");
    d.write("a/m.textproto", mgd);
    CHECK(found() == "0 TT_MESH_GRAPH_DESC_PATH=" + dir + "/a/m.textproto\n");
    d.environment["TT_METAL_HOME"] = dir + "/home";
    CHECK(found() == "0 TT_MESH_GRAPH_DESC_PATH=" + dir + "/home/a/m.textproto\n");
}

TEST_CASE("12: what is wrong with a binding file is named with its line, and nothing starts") {
    const LaunchFixture d;
    d.write("touch", "#!/bin/sh\n: > started\n", true);
    const auto refused = [&](const std::string& rows, const std::string& words,
                             const std::string& rest = "mesh_graph_desc_path: mgd.textproto\n") {
        d.write("bad.yaml", rest + "rank_bindings:\n" + rows);
        const ChildOutcome outcome = d.run({"--rank-binding", "bad.yaml", "./touch"});
        INFO(outcome.standard_error);
        CHECK(outcome.exit_code == 2);
        CHECK(outcome.standard_error.starts_with("bad.yaml:"));
        CHECK(has(outcome.standard_error, words));
        CHECK(!d.exists("started"));
    };
    refused("  - {rank: 0, mesh_id: 0}\n  - {rank: 0, mesh_id: 0}\n",
            "bad.yaml:4:12: error: rank `0` stands twice");
    refused("  - {rank: 0, mesh_id: 0}\n  - {rank: 2, mesh_id: 0}\n", "expected `1`");
    refused("  - {rank: -1, mesh_id: 0}\n", "`rank` is `-1`");
    refused("  []\n", "`rank_bindings` is empty");
    refused("  - {rank: 0}\n", "needs `mesh_id`");
    refused("  - {rank: 0, mesh_id: 0}\n", "needs `mesh_graph_desc_path`", "");
    const ChildOutcome missing = d.run({"--rank-binding", "none.yaml", "./touch"});
    CHECK(missing.exit_code == 2);
    CHECK(has(missing.standard_error, "there is no rank-binding file `none.yaml`"));

    d.write("plain.yaml",
            "mesh_graph_desc_path: mgd.textproto\nrank_bindings: [{rank: 0, mesh_id: 0, mesh_host_rank: 0, "
            "env_overrides: {FOO: 1, BAR: on}}]\n");
    CHECK(sorted_lines(d.run({"--rank-binding", "plain.yaml", "./show", "FOO", "BAR"}).standard_output) ==
          Lines{"0 BAR=on", "0 FOO=1"});
    CHECK(has(d.run({"check", "plain.yaml"}).standard_error, "note: `1` is taken as the text \"1\""));
}

TEST_CASE("20: sub-contexts are merged into one job") {
    const LaunchFixture d;
    const auto overlay = [&](const std::string& name, int ranks, const std::string& mgd,
                             const std::string& env) {
        std::string text = "mesh_graph_desc_path: " + mgd + "\nglobal_env: {" + env + "}\nrank_bindings:\n";
        for (int rank = 0; rank < ranks; ++rank) {
            text += fmt::format("  - {{rank: {0}, mesh_id: 0, mesh_host_rank: {0}}}\n", rank);
        }
        d.write(name, text);
    };
    d.write("sub/mgd3.textproto",
            "mesh_descriptors { name: \"M\" arch: BLACKHOLE device_topology { dims: [3, 1] } host_topology { "
            "dims: [3, 1] } channels { count: 1 } }\n"
            "top_level_instance { mesh { mesh_descriptor: \"M\" mesh_id: 0 } }\n");
    overlay("a.yaml", 2, "mgd.textproto", "A: x");
    overlay("sub/b.yaml", 3, "mgd3.textproto", "B: y");
    d.write("m.yaml", "subcontext_id_to_rank_bindings: {0: a.yaml, 1: sub/b.yaml}\n");
    const ChildOutcome outcome =
        d.run({"--rank-bindings-mapping", "m.yaml", "sh", "-c",
               "echo $PMI_RANK $TT_RUN_RANK $TT_RUN_SUBCONTEXT_ID $TT_RUN_SUBCONTEXT_SIZES "
               "$TT_MESH_HOST_RANK $A$B ${TT_MESH_GRAPH_DESC_PATH#$PWD/}"});
    INFO(outcome.standard_error);
    CHECK(sorted_lines(outcome.standard_output) ==
          Lines{"0 0 0 2,3 0 xy mgd.textproto", "1 1 0 2,3 1 xy mgd.textproto",
                "2 2 1 2,3 0 xy sub/mgd3.textproto", "3 3 1 2,3 1 xy sub/mgd3.textproto",
                "4 4 1 2,3 2 xy sub/mgd3.textproto"});
    const auto refused = [&](const std::string& map, const std::string& words) {
        d.write("m.yaml", "subcontext_id_to_rank_bindings: " + map + "\n");
        const ChildOutcome bad = d.run({"--rank-bindings-mapping", "m.yaml", "true"});
        INFO(bad.standard_error);
        CHECK(bad.exit_code == 2);
        CHECK(has(bad.standard_error, words));
    };
    refused("{0: a.yaml, 2: sub/b.yaml}", "sub-context 2 stands where 1 is expected");
    refused("{1: a.yaml, 0: sub/b.yaml}", "sub-context 1 stands where 0 is expected");
    refused("{}", "is empty");
    overlay("sub/b.yaml", 3, "mgd3.textproto", "A: other");
    refused("{0: a.yaml, 1: sub/b.yaml}", "`A` in `global_env` has another value");
}

TEST_CASE("21: mock cluster descriptors") {
    const LaunchFixture d;
    d.write("c/0.yaml", "arch: {0: wormhole_b0}\n");  // enough for paths; too little to be checked against
    d.write("c/1.yaml", "arch: {0: wormhole_b0}\n");
    const std::string dir = d.directory().string();
    for (const std::string map :
         {"rank_to_cluster_mock_cluster_desc: {0: c/0.yaml, 1: c/1.yaml}",
          "rank_to_cluster_mock_cluster_desc: [{rank: 0, filename: c/0.yaml}, {rank: 1, filename: c/1.yaml}]",
          "rank_to_filename: {0: somewhere/else/0.yaml, 1: c/1.yaml}"}) {
        INFO(map);
        d.write("c/map.yaml", map + "\n");
        const ChildOutcome outcome =
            d.run({"--mock-cluster-rank-binding", "c/map.yaml", "--rank-binding", "two.yaml", "--mpi-args",
                   "--allow-run-as-root --oversubscribe", "--force-rediscovery", "./show",
                   "TT_METAL_MOCK_CLUSTER_DESC_PATH"});
        CHECK(has(outcome.standard_error,
                  "warning: `--force-rediscovery` has no meaning with a binding file; it is ignored"));
        CHECK(sorted_lines(outcome.standard_output) ==
              Lines{"0 TT_METAL_MOCK_CLUSTER_DESC_PATH=" + dir + "/c/0.yaml",
                    "1 TT_METAL_MOCK_CLUSTER_DESC_PATH=" + dir + "/c/1.yaml"});
    }
    d.write("c/map.yaml", "rank_to_cluster_mock_cluster_desc: {0: c/0.yaml}\n");
    const ChildOutcome missing =
        d.run({"--mock-cluster-rank-binding", "c/map.yaml", "--rank-binding", "two.yaml", "./show"});
    CHECK(missing.exit_code == 2);
    CHECK(has(missing.standard_error, "has no cluster descriptor for rank 1"));
    d.write(
        "one.yaml",
        "mesh_graph_desc_path: mgd.textproto\nrank_bindings: [{rank: 0, mesh_id: 0, mesh_host_rank: 0}]\n");
    CHECK(d.run({"--mock-cluster-rank-binding", "c/0.yaml", "--rank-binding", "one.yaml", "./show",
                 "TT_METAL_MOCK_CLUSTER_DESC_PATH"})
              .standard_output == "0 TT_METAL_MOCK_CLUSTER_DESC_PATH=" + dir + "/c/0.yaml\n");
}
