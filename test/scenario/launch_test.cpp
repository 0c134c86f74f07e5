// What a launch does, seen by real ranks under a real mpiexec. The numbers are those of the acceptance
// scenarios.

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <sys/stat.h>

#include "test/scenario/launch_fixture.hpp"

using namespace tt_run::test;
using Lines = std::vector<std::string>;

TEST_CASE("1: every rank gets the environment of its row") {
    const LaunchFixture d;
    const ChildOutcome outcome =
        d.run({"--rank-binding", "two.yaml", "./show", "TT_MESH_ID", "TT_MESH_HOST_RANK",
               "TT_VISIBLE_DEVICES", "TT_MESH_GRAPH_DESC_PATH", "TT_RUN_ORIGINAL_CWD", "TT_RUN_RANK"});
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 0);
    Lines wanted;
    for (int rank = 0; rank < 2; ++rank) {
        wanted.push_back(
            fmt::format("{} TT_MESH_GRAPH_DESC_PATH={}/mgd.textproto", rank, d.directory().string()));
        wanted.push_back(fmt::format("{} TT_MESH_HOST_RANK={}", rank, rank));
        wanted.push_back(fmt::format("{} TT_MESH_ID=0", rank));
        wanted.push_back(fmt::format("{} TT_RUN_ORIGINAL_CWD={}", rank, d.directory().string()));
        wanted.push_back(fmt::format("{} TT_RUN_RANK={}", rank, rank));
        wanted.push_back(fmt::format("{} TT_VISIBLE_DEVICES={}", rank, rank == 0 ? "0,1" : "2,3"));
    }
    CHECK(sorted_lines(outcome.standard_output) == wanted);
}

TEST_CASE("2: options in any order, the program's words untouched, each line with its rank") {
    const LaunchFixture d;
    d.write("build/x", "#!/bin/sh\nfor a in \"$@\"; do echo \"<$a>\"; done\n", true);
    const ChildOutcome outcome = d.run({"--mpi-args", "--allow-run-as-root --tag-output", "--rank-binding",
                                        "two.yaml", "build/x", "--gtest_filter=*A*"});
    CHECK(outcome.exit_code == 0);
    CHECK(sorted_lines(outcome.standard_output) ==
          Lines{"[1,0]<stdout>: <--gtest_filter=*A*>", "[1,1]<stdout>: <--gtest_filter=*A*>"});
}

TEST_CASE("3, 4: options end at the program, with and without `--`") {
    const LaunchFixture d;
    d.write("args", "#!/bin/sh\necho \"$*\"\n", true);
    const Lines twice{"-svv t.py", "-svv t.py"};
    CHECK(sorted_lines(d.run({"--rank-binding", "two.yaml", "./args", "-svv", "t.py"}).standard_output) ==
          twice);
    CHECK(
        sorted_lines(d.run({"--rank-binding", "two.yaml", "--", "./args", "-svv", "t.py"}).standard_output) ==
        twice);
    const Lines module{"-m mod -v --dry-run", "-m mod -v --dry-run"};
    CHECK(sorted_lines(d.run({"--rank-binding", "two.yaml", "./args", "-m", "mod", "-v", "--dry-run"})
                           .standard_output) == module);
    const Lines dashes{"-- --", "-- --"};
    CHECK(sorted_lines(d.run({"--rank-binding", "two.yaml", "--", "./args", "--", "--"}).standard_output) ==
          dashes);
}

TEST_CASE("5: quoting arrives intact and the launcher expands nothing") {
    const LaunchFixture d;
    const ChildOutcome outcome =
        d.run({"--rank-binding", "two.yaml", "bash", "-c", "echo \"a b;$TT_RUN_RANK\"; exit 0"});
    CHECK(sorted_lines(outcome.standard_output) == Lines{"a b;0", "a b;1"});
    const ChildOutcome odd =
        d.run({"--rank-binding", "two.yaml", "printf", "[%s]\n", "", ":", "a\nb", "'\"$HOME\\", "-n"});
    CHECK(sorted_lines(odd.standard_output) == Lines{"['\"$HOME\\]", "['\"$HOME\\]", "[-n]", "[-n]", "[:]",
                                                     "[:]", "[]", "[]", "[a", "[a", "b]", "b]"});
}

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

TEST_CASE("13: options that exclude one another") {
    const LaunchFixture d;
    const auto refused = [&](std::vector<std::string> arguments, const std::string& words) {
        arguments.push_back("./show");
        const ChildOutcome outcome = d.run(std::move(arguments));
        INFO(outcome.standard_error);
        CHECK(outcome.exit_code == 2);
        CHECK(has(outcome.standard_error, words));
        CHECK(outcome.standard_output.empty());
    };
    refused({"--rank-binding", "two.yaml", "--rank-bindings-mapping", "m.yaml"}, "[option-conflict]");
    refused({"-m", "mgd.textproto", "-M", "m.yaml"}, "[option-conflict]");
    refused({"-m", "mgd.textproto", "--rank-binding", "two.yaml"}, "[option-conflict]");
    refused({"--dry-run"}, "nothing says which ranks to start");
    refused({"--rank-binding", "two.yaml", "--rankfile-syntax", "foo"}, "[bad-option]");
    refused({"-m", "mgd.textproto", "--hosts", "a,a"}, "`a` in --hosts is named twice");
    refused({"-m", "mgd.textproto", "--hosts", "a b"}, "has a blank in it");
    refused({"-m", "mgd.textproto", "--hosts", ",,,"}, "names no host");
    refused({"-m", "mgd.textproto", "--hosts", "--dry-run"}, "begins with `-`");
    refused({"-m", "mgd.textproto", "--hosts", "a", "--mock-cluster-rank-binding", "x.yaml"},
            "[option-conflict]");
}

TEST_CASE("14: a program is needed, and must be here unless that is waived") {
    const LaunchFixture d;
    CHECK(d.run({"--rank-binding", "two.yaml"}).exit_code == 2);
    const ChildOutcome missing = d.run({"--rank-binding", "two.yaml", "/no/such"});
    CHECK(missing.exit_code == 2);
    CHECK(has(missing.standard_error, "program not found: `/no/such`"));
    CHECK(
        d.run({"--rank-binding", "two.yaml", "--skip-executable-check", "--dry-run", "/no/such"}).exit_code ==
        0);
}

TEST_CASE("15: a dry run starts nothing, and what it prints runs the job in a shell") {
    const LaunchFixture d;
    d.write("touch", "#!/bin/sh\n: > started.$TT_RUN_RANK\n", true);
    const ChildOutcome plan = d.run({"--rank-binding", "two.yaml", "--dry-run", "./touch", "x y"});
    CHECK(plan.exit_code == 0);
    CHECK(!d.exists("started.0"));
    CHECK(has(plan.standard_output, "-n 1 "));
    CHECK(has(plan.standard_output, under_open_mpi() ? "TT_MESH_ID=0" : "TT_MESH_ID 0"));
    CHECK(plan.standard_output.ends_with("./touch 'x y'\n"));
    d.write("plan.sh", plan.standard_output);
    CHECK(d.shell("cd / && . " + (d.directory() / "plan.sh").string()).exit_code == 0);
    CHECK(d.exists("started.0"));
    CHECK(d.exists("started.1"));
}

TEST_CASE("16: a hostfile in Open MPI's form, and MCA words") {
    const LaunchFixture d;
    d.write("hosts", "# two\nhosta slots=1\nhostb slots=1 max_slots=2 # x\n");
    const std::string args = "--hostfile hosts --mca btl_tcp_if_exclude docker0,lo --tag-output";
    const ChildOutcome plan =
        d.run({"--rank-binding", "two.yaml", "--mpi-args", args, "--dry-run", "./show"});
    INFO(plan.standard_error);
    CHECK(plan.exit_code == 0);
    if (under_open_mpi()) {  // its own words go to it as they are
        CHECK(has(plan.standard_output, "--host hosta:1,hostb:1"));
        CHECK(has(plan.standard_output, "--mca btl_tcp_if_exclude docker0,lo"));
        return;
    }
    CHECK(has(plan.standard_output, "-hosts hosta:1,hostb:1"));
    CHECK(has(plan.standard_error, "`btl_tcp_if_exclude` is left out"));
    CHECK(!has(plan.standard_output, "--mca"));
    CHECK(!has(plan.standard_output, "docker0"));
    // Invented hosts can be started on, one proxy each, when nothing is reached by ssh.
    const ChildOutcome run =
        d.run({"--rank-binding", "two.yaml", "--mpi-args", "-launcher fork " + args, "./show",
               "OMPI_COMM_WORLD_LOCAL_RANK", "OMPI_COMM_WORLD_LOCAL_SIZE", "OMPI_COMM_WORLD_RANK"});
    CHECK(sorted_lines(run.standard_output) ==
          Lines{"[1,0]<stdout>: 0 OMPI_COMM_WORLD_LOCAL_RANK=0",
                "[1,0]<stdout>: 0 OMPI_COMM_WORLD_LOCAL_SIZE=1", "[1,0]<stdout>: 0 OMPI_COMM_WORLD_RANK=0",
                "[1,1]<stdout>: 1 OMPI_COMM_WORLD_LOCAL_RANK=0",
                "[1,1]<stdout>: 1 OMPI_COMM_WORLD_LOCAL_SIZE=1", "[1,1]<stdout>: 1 OMPI_COMM_WORLD_RANK=1"});
}

TEST_CASE("17: rankfiles in every spelling; ranks are not pinned; output goes to files") {
    const LaunchFixture d;
    d.write("rf", "rank 0=localhost slot=0\nrank 1=localhost slot=0\n");
    const std::string base =
        "--host localhost,localhost --mca btl self,tcp --mca btl_tcp_if_include lo --bind-to none ";
    for (const std::string spelling :
         {"--map-by rankfile:file=rf", "--map-by=rankfile:file=rf", "--rankfile rf", "--rankfile=rf",
          "-rf rf", "--mca rmaps_rankfile_path rf"}) {
        INFO(spelling);
        const ChildOutcome outcome = d.run(
            {"--rank-binding", "two.yaml", "--mpi-args", base + spelling + " --output-filename logs/mpi_job",
             "sh", "-c", "grep Cpus_allowed_list /proc/self/status; echo rank $TT_RUN_RANK"});
        CHECK(outcome.exit_code == 0);
        const std::string mask = d.shell("grep Cpus_allowed_list /proc/self/status").standard_output;
        CHECK(d.read("logs/mpi_job/1/rank.0/stdout") == mask + "rank 0\n");
        CHECK(d.read("logs/mpi_job/1/rank.1/stdout") == mask + "rank 1\n");
    }
}

TEST_CASE("18: a rankfile alone names the hosts, and must place every rank") {
    const LaunchFixture d;
    d.write("mgd4.textproto",
            "mesh_descriptors { name: \"M\" arch: BLACKHOLE device_topology { dims: [4, 4] } host_topology { "
            "dims: [4, 1] } channels { count: 1 } }\n"
            "top_level_instance { mesh { mesh_descriptor: \"M\" mesh_id: 0 } }\n");
    std::string rows = "mesh_graph_desc_path: mgd4.textproto\nrank_bindings:\n";
    for (int rank = 0; rank < 4; ++rank) {
        rows += fmt::format("  - {{rank: {0}, mesh_id: 0, mesh_host_rank: {0}}}\n", rank);
    }
    d.write("four.yaml", rows);
    d.write("rf", "rank 0=a slot=0\nRANK 1 = a SLOT = 1\nrank 2=b slots=0\nrank 3=b slot=0:1-2\n");
    const ChildOutcome placed =
        d.run({"--rank-binding", "four.yaml", "--mpi-args", "--rankfile rf", "--dry-run", "./show"});
    CHECK(has(placed.standard_output, under_open_mpi() ? "--host a:2,b:2" : "-hosts a:2,b:2"));
    CHECK(has(placed.standard_output, "#   rank 3: b, mesh 0 host rank 3\n"));
    d.write("rf", "rank 0=a slot=0\nrank 1=a slot=1\nrank 2=b slot=0\n");
    const ChildOutcome missing =
        d.run({"--rank-binding", "four.yaml", "--mpi-args", "--rankfile rf", "./show"});
    CHECK(missing.exit_code == 2);
    CHECK(has(missing.standard_error, "`rf` places no rank 3, but the job has 4 ranks"));
}

TEST_CASE("19: the network interface") {
    const LaunchFixture d;
    const auto dry = [&](std::vector<std::string> more) {
        more.insert(more.begin(), {"--rank-binding", "two.yaml", "--dry-run"});
        more.push_back("./show");
        return d.run(std::move(more));
    };
    const std::string interface = under_open_mpi() ? "--mca btl_tcp_if_include " : "-iface ";
    const ChildOutcome lo = dry({"--tcp-interface", "lo"});
    CHECK(has(lo.standard_output, interface + "lo"));
    CHECK(has(lo.standard_output, "UCX_NET_DEVICES=lo"));
    const ChildOutcome unknown = dry({"--tcp-interface", "nope0"});
    CHECK(unknown.exit_code == 0);
    CHECK(has(unknown.standard_error, "warning: this host has no network interface `nope0`"));
    CHECK(has(unknown.standard_error, "lo"));
    CHECK(!has(unknown.standard_output, "nope0"));
    const ChildOutcome both = dry({"--tcp-interface", "eth7", "--mpi-args", "--mca btl_tcp_if_include lo"});
    CHECK(has(both.standard_error, "warning: --tcp-interface `eth7` gives way to `lo`"));
    CHECK(has(both.standard_output, interface + "lo"));
    const ChildOutcome runs =
        d.run({"--rank-binding", "two.yaml", "--mpi-args",
               "--mca btl_tcp_if_include nope0 --mca oob_tcp_if_include nope0", "true"});
    INFO(runs.standard_error);
    CHECK(runs.exit_code == 0);
    CHECK(has(runs.standard_error, "warning: this host has no network interface `nope0`"));
    const ChildOutcome elsewhere =
        dry({"--tcp-interface", "nope0", "--mpi-args", "--host a,b", "--skip-executable-check"});
    CHECK(has(elsewhere.standard_output, "UCX_NET_DEVICES=nope0"));
    CHECK((under_open_mpi() || !has(elsewhere.standard_output, "-iface")));
    CHECK(!has(dry({"--tcp-interface", "lo", "--bare"}).standard_output, interface));
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

TEST_CASE("Open MPI's names for a rank are there under MPICH") {
    const LaunchFixture d;
    CHECK(sorted_lines(
              d.run({"--rank-binding", "two.yaml", "./show", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"})
                  .standard_output) == Lines{"0 OMPI_COMM_WORLD_RANK=0", "0 OMPI_COMM_WORLD_SIZE=2",
                                             "1 OMPI_COMM_WORLD_RANK=1", "1 OMPI_COMM_WORLD_SIZE=2"});
}

TEST_CASE("144 ranks with 20 kB of mostly common environment each launch") {
    LaunchFixture d;
    d.write_ring(144);
    for (int k = 0; k < 20; ++k) {
        d.environment[fmt::format("TT_BULK_{}", k)] = std::string(1000, 'x');
    }
    const ChildOutcome outcome =
        d.run({"--rank-binding", "ring.yaml", "sh", "-c", "echo $OWN ${#TT_BULK_7}"});
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 0);
    const Lines lines = sorted_lines(outcome.standard_output);
    CHECK(lines.size() == 144);
    CHECK(std::count_if(lines.begin(), lines.end(),
                        [](const std::string& line) { return line.ends_with(" 1000"); }) == 144);
}

TEST_CASE("24: the exit code is the first failing rank's; in the direct form the lowest one's") {
    const LaunchFixture d;
    const std::string form = GENERATE("--direct", "--tag=none");
    const auto code = [&](const std::string& script) {
        const ChildOutcome outcome = d.run({"--rank-binding", "two.yaml", form, "bash", "-c", script});
        CHECK(!has(outcome.standard_output, "Exit codes"));
        return outcome.exit_code;
    };
    CHECK(code("exit 0") == 0);
    CHECK(code("exit $((TT_RUN_RANK * 7))") == 7);
    // Rank 1 ends well after rank 0 has been taken away.
    CHECK(code("if [ $TT_RUN_RANK = 0 ]; then echo $$ > zero; exit 1; fi; "
               "while [ ! -s zero ] || kill -0 $(cat zero) 2>/dev/null; do sleep 0.05; done; "
               "sleep 0.3; exit 2") == 1);
    CHECK(code("[ $TT_RUN_RANK = 0 ] || exit 70") == 70);
    // Rank 0 dies when rank 1 is there: Hydra may kill itself otherwise, see the next case.
    const std::string kill =
        "if [ $TT_RUN_RANK = 1 ]; then : > up; exit 0; fi; "
        "while [ ! -e up ]; do sleep 0.02; done; rm up; kill -";
    CHECK(code(kill + "KILL $$") == 137);
    CHECK(code(kill + "SEGV $$") == 139);
}

TEST_CASE(
    "in the direct form, a rank that dies while Hydra still starts others takes Hydra with it, and tt-run "
    "says so",
    "[fault][fault-hydra-lost]") {
    LaunchFixture d;
    d.write("bin/mpiexec.hydra",
            "#!/bin/sh\nPATH=${PATH#*:}\nexport LD_PRELOAD=" TT_RUN_SLOW_SESSION
            " SLOW_SESSION_FIRST=$PWD/first\nexec mpiexec.hydra \"$@\"\n",
            true);
    d.environment["PATH"] = (d.directory() / "bin").string() + ":" + d.environment["PATH"];
    // Whichever rank is first dies; the other has not left Hydra's process group yet.
    const ChildOutcome outcome =
        d.run({"--rank-binding", "two.yaml", "--direct", "bash", "-c", "kill -SEGV $$"});
    INFO(outcome.standard_error);
    CHECK(d.exists("first"));
    CHECK(outcome.exit_code == 125);
    CHECK(has(outcome.standard_error, "mpiexec ended without saying what became of the ranks"));
    CHECK(has(outcome.standard_error, "run without --direct"));
}

TEST_CASE("24: `timeout` leaves nothing", "[fault][fault-timeout]") {
    const LaunchFixture d;
    const ChildOutcome outcome = d.shell(
        "timeout 2 tt-run --rank-binding two.yaml bash -c 'echo $$ > pid.$TT_RUN_RANK; exec sleep 600'; "
        "code=$?; for rank in 0 1; do kill -0 $(cat pid.$rank) && echo left; done; exit $code");
    CHECK(outcome.exit_code == 124);
    CHECK(!has(outcome.standard_output, "left"));
}

TEST_CASE("25: a rank's debug server has a port of its own") {
    LaunchFixture d;
    d.write("bin/gdbserver", "#!/bin/sh\necho \"$TT_RUN_RANK: $@\"\n", true);
    d.environment["PATH"] = (d.directory() / "bin").string() + ":" + d.environment["PATH"];
    d.write("p", "#!/bin/sh\n", true);
    for (const char* form : {"--direct", "--tag=none"}) {
        const ChildOutcome outcome =
            d.run({"--rank-binding", "two.yaml", form, "--debug-gdbserver", "./p", "a b"});
        CHECK(sorted_lines(outcome.standard_output) == Lines{"0: :20000 ./p a b", "1: :20001 ./p a b"});
    }
}

TEST_CASE("25: a dry run makes no directory, and `--verbose` says where things are on stderr alone") {
    const LaunchFixture d;
    const std::vector<std::string> words{"--rank-binding", "two.yaml", "--tracy", "-o out",
                                         "--dry-run",      "python3",  "s.py"};
    CHECK(d.run(words).exit_code == 0);
    CHECK(!d.exists("out"));
    const ChildOutcome outcome = d.run({"--rank-binding", "two.yaml", "--verbose", "echo", "x"});
    CHECK(outcome.standard_output == "x\nx\n");
    CHECK(has(outcome.standard_error, "tt-run: launch directory " + d.directory().string()));
    CHECK(has(outcome.standard_error,
              "tt-run: Mesh Graph Descriptor " + (d.directory() / "mgd.textproto").string()));
}

TEST_CASE("hosts in any arrangement give each rank its own exit code") {
    const LaunchFixture d;
    d.write("mgd4.textproto",
            "mesh_descriptors { name: \"M\" arch: BLACKHOLE device_topology { dims: [4, 4] } host_topology { "
            "dims: [4, 1] } channels { count: 1 } }\n"
            "top_level_instance { mesh { mesh_descriptor: \"M\" mesh_id: 0 } }\n");
    std::string rows = "mesh_graph_desc_path: mgd4.textproto\nrank_bindings:\n";
    for (int rank = 0; rank < 4; ++rank) {
        rows += fmt::format("  - {{rank: {0}, mesh_id: 0, mesh_host_rank: {0}}}\n", rank);
    }
    d.write("four.yaml", rows);
    for (int failing = 0; failing < 4; ++failing) {
        const std::string script =
            fmt::format("[ $TT_RUN_RANK != {0} ] || exit $((40 + TT_RUN_RANK))", failing);
        const ChildOutcome outcome = d.run({"--rank-binding", "four.yaml", "--mpi-args",
                                            "-launcher fork --host a,b:2,a", "bash", "-c", script});
        CHECK(outcome.exit_code == 40 + failing);
        CHECK(has(outcome.standard_error, fmt::format("rank {} failed first: exit code", failing)));
    }
}

TEST_CASE("a signal is handed on and nothing is left") {
    const LaunchFixture d;
    for (const auto& [name, code] : {std::pair{"TERM", 143}, {"INT", 130}, {"HUP", 129}, {"QUIT", 131}}) {
        INFO(name);
        const ChildOutcome outcome = d.shell(fmt::format(
            "tt-run --rank-binding two.yaml bash -c 'echo $$ > pid.$TT_RUN_RANK; exec sleep 600' & "
            "while [ ! -s pid.0 ] || [ ! -s pid.1 ]; do sleep 0.02; done; kill -{} $!; wait $!; code=$?; "
            "for k in $(seq 100); do kill -0 $(cat pid.0) 2>/dev/null || kill -0 $(cat pid.1) 2>/dev/null || "
            "break; sleep 0.05; done; "
            "kill -0 $(cat pid.0) 2>/dev/null && echo left; kill -0 $(cat pid.1) 2>/dev/null && echo left; "
            "rm pid.*; exit $code",
            name));
        CHECK(outcome.exit_code == code);
        CHECK(!has(outcome.standard_output, "left"));  // Hydra may say there that the job was ended
    }
}

TEST_CASE("a profiler is put around every rank, with a port and a directory of its own") {
    const LaunchFixture d;
    d.write("tracy/__main__.py",
            "import os, sys\nprint(*sys.argv[1:], os.path.isdir(os.environ['TT_METAL_PROFILER_DIR']))\n");
    const std::string out = (d.directory() / "out").string();
    for (const char* form : {"--direct", "--tag=none"}) {
        const ChildOutcome outcome = d.run(
            {"--rank-binding", "two.yaml", form, "--tracy", "-r -t 9000 -o out", "python3", "s.py", "x"});
        CHECK(outcome.exit_code == 0);
        CHECK(sorted_lines(outcome.standard_output) ==
              Lines{"--port 9000 -o " + out + "/rank0 -r s.py x True",
                    "--port 9001 -o " + out + "/rank1 -r s.py x True"});
    }
}

TEST_CASE("killing tt-run outright leaves no rank", "[fault][fault-tt-run-killed]") {
    const LaunchFixture d;
    const ChildOutcome outcome = d.shell(
        "tt-run --rank-binding two.yaml bash -c 'echo $$ > pid.$TT_RUN_RANK; exec sleep 600' & "
        "while [ ! -s pid.0 ] || [ ! -s pid.1 ]; do sleep 0.02; done; kill -KILL $!; wait $! 2>/dev/null; "
        "for k in $(seq 100); do kill -0 $(cat pid.0) 2>/dev/null || kill -0 $(cat pid.1) 2>/dev/null || "
        "exit 0; sleep 0.05; done; exit 9");
    CHECK(outcome.exit_code == 0);
}
