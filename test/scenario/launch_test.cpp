// What a launch does, seen by real ranks under a real mpiexec. The numbers are those of the acceptance
// scenarios.

#include <catch2/catch.hpp>
#include <fmt/format.h>

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
