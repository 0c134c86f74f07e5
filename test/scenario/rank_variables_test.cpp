// Which variables a rank gets, and from where.

#include <catch2/catch.hpp>

#include "test/scenario/launch_fixture.hpp"

using namespace tt_run::test;
using Lines = std::vector<std::string>;

TEST_CASE("7: without a host rank the variable is not set, even if the caller exports it") {
    LaunchFixture d;
    d.environment["TT_MESH_HOST_RANK"] = "9";
    d.write("mgd2.textproto",
            "mesh_descriptors { name: \"M\" arch: WORMHOLE_B0 device_topology { dims: [2, 4] } host_topology "
            "{ dims: [1, 1] } channels { "
            "count: 2 } }\n"
            "graph_descriptors { name: \"G\" type: \"FABRIC\" instances { mesh { mesh_descriptor: \"M\" "
            "mesh_id: 0 } }\n"
            "  instances { mesh { mesh_descriptor: \"M\" mesh_id: 1 } } graph_topology { layout_type: RING "
            "channels { count: 2 } } }\n"
            "top_level_instance { graph { graph_descriptor: \"G\" graph_id: 0 } }\n");
    d.write("meshes.yaml",
            "mesh_graph_desc_path: mgd2.textproto\nrank_bindings: [{rank: 0, mesh_id: 0}, {rank: 1, mesh_id: "
            "1}]\n");
    CHECK(sorted_lines(d.run({"--rank-binding", "meshes.yaml", "./show", "TT_MESH_HOST_RANK", "TT_MESH_ID"})
                           .standard_output) == Lines{"0 TT_MESH_HOST_RANK unset", "0 TT_MESH_ID=0",
                                                      "1 TT_MESH_HOST_RANK unset", "1 TT_MESH_ID=1"});
}

TEST_CASE("8: variables are expanded from the caller's, the undefined ones stay") {
    LaunchFixture d;
    d.environment["HOME"] = "/h";
    d.environment["PYTHONPATH"] = "/py";
    d.write("env.yaml",
            "mesh_graph_desc_path: mgd.textproto\n"
            "global_env: {A: \"${HOME}/p:$PYTHONPATH\", U: \"$NOPE/x\", W: \"${NOPE:-d}/${HOME:-e}\"}\n"
            "rank_bindings:\n"
            "  - {rank: 0, mesh_id: 0, mesh_host_rank: 0}\n"
            "  - {rank: 1, mesh_id: 0, mesh_host_rank: 1, env_overrides: {A: r}}\n");
    CHECK(sorted_lines(d.run({"--rank-binding", "env.yaml", "./show", "A", "U", "W"}).standard_output) ==
          Lines{"0 A=/h/p:/py", "0 U=$NOPE/x", "0 W=d//h", "1 A=r", "1 U=$NOPE/x", "1 W=d//h"});
}

TEST_CASE("9: the caller's own variables are passed, a rank's own never leak in") {
    LaunchFixture d;
    d.environment.insert({{"TT_VISIBLE_DEVICES", "31"},
                          {"TT_MESH_ID", "7"},
                          {"TT_LOGGER_LEVEL", "Debug"},
                          {"ARCH_NAME", "x"},
                          {"WH_ARCH_YAML", "y"},
                          {"TTNN_CONFIG_OVERRIDES", "{\"a\": 1}"},
                          {"DEEPSEEK_V3_CACHE", "c"},
                          {"MESH_DEVICE", "QUAD"},
                          {"SECRET", "s"}});
    d.write("bare.yaml",
            "mesh_graph_desc_path: mgd.textproto\nrank_bindings: [{rank: 0, mesh_id: 0, mesh_host_rank: 0}, "
            "{rank: 1, mesh_id: 0, mesh_host_rank: 1}]\n");
    const Lines lines =
        sorted_lines(d.run({"--rank-binding", "bare.yaml", "./show", "TT_LOGGER_LEVEL", "ARCH_NAME",
                            "WH_ARCH_YAML", "TTNN_CONFIG_OVERRIDES", "DEEPSEEK_V3_CACHE", "MESH_DEVICE",
                            "TT_VISIBLE_DEVICES", "TT_MESH_ID", "SECRET"})
                         .standard_output);
    Lines wanted;
    for (const char* rank : {"0", "1"}) {
        for (const char* line : {" ARCH_NAME=x", " DEEPSEEK_V3_CACHE=c", " MESH_DEVICE=QUAD", " SECRET unset",
                                 " TTNN_CONFIG_OVERRIDES={\"a\": 1}", " TT_LOGGER_LEVEL=Debug",
                                 " TT_MESH_ID=0", " TT_VISIBLE_DEVICES unset", " WH_ARCH_YAML=y"}) {
            wanted.push_back(std::string(rank) + line);
        }
    }
    CHECK(lines == wanted);
}

TEST_CASE("10: defaults where the caller has none, and a cache directory for each rank") {
    LaunchFixture d;
    d.environment["HOME"] = "/h";
    const std::string dir = d.directory().string();
    const Lines lines = sorted_lines(d.run({"--rank-binding", "two.yaml", "sh", "-c",
                                            "[ $PMI_RANK = 1 ] || ./show TT_METAL_HOME TT_METAL_RUNTIME_ROOT "
                                            "PYTHONPATH LD_LIBRARY_PATH PYTHONHOME TT_METAL_CACHE"})
                                         .standard_output);
    CHECK(lines == Lines{"0 LD_LIBRARY_PATH=" + dir + "/build/lib", "0 PYTHONHOME unset",
                         "0 PYTHONPATH=" + dir,
                         "0 TT_METAL_CACHE=/h/.cache/tt-metal-cache/" + host_name() + "_rank0",
                         "0 TT_METAL_HOME=" + dir, "0 TT_METAL_RUNTIME_ROOT=" + dir});
    d.environment["TT_METAL_CACHE"] = "/tmp/c";
    CHECK(sorted_lines(d.run({"--rank-binding", "two.yaml", "./show", "TT_METAL_CACHE"}).standard_output) ==
          Lines{"0 TT_METAL_CACHE=/tmp/c/" + host_name() + "_rank0",
                "1 TT_METAL_CACHE=/tmp/c/" + host_name() + "_rank1"});
    d.environment["LD_LIBRARY_PATH"] = "";
    CHECK(sorted_lines(d.run({"--rank-binding", "two.yaml", "--env", "TT_METAL_CACHE=/x", "./show",
                              "TT_METAL_CACHE", "LD_LIBRARY_PATH"})
                           .standard_output) ==
          Lines{"0 LD_LIBRARY_PATH=", "0 TT_METAL_CACHE=/x", "1 LD_LIBRARY_PATH=", "1 TT_METAL_CACHE=/x"});
}

TEST_CASE("Open MPI's names for a rank are there under MPICH") {
    const LaunchFixture d;
    CHECK(sorted_lines(
              d.run({"--rank-binding", "two.yaml", "./show", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"})
                  .standard_output) == Lines{"0 OMPI_COMM_WORLD_RANK=0", "0 OMPI_COMM_WORLD_SIZE=2",
                                             "1 OMPI_COMM_WORLD_RANK=1", "1 OMPI_COMM_WORLD_SIZE=2"});
}
