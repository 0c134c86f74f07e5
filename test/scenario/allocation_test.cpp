// Automatic allocation, with our own phase 1 and with a stub of the vendor's, seen by real ranks. The numbers
// are those of the acceptance scenarios.

#include <algorithm>
#include <filesystem>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "support/file.hpp"
#include "test/scenario/launch_fixture.hpp"

namespace fs = std::filesystem;
using namespace tt_run::test;
using Lines = std::vector<std::string>;

namespace {

constexpr const char* kStub = "build/tools/scaleout/generate_rank_bindings";

/// D with two T3Ks as mock clusters, and a stub that records each call and writes the three outputs.
struct AllocationFixture : LaunchFixture {
    AllocationFixture() {
        REQUIRE(run({"convert", "t3k*2", "--format", "umd", "-o", "c"}).exit_code == 0);
        write("map.yaml", "rank_to_cluster_mock_cluster_desc: {0: c/host-0.yaml, 1: c/host-1.yaml}\n");
        write(kStub,
              "#!/bin/bash\n"
              "echo \"$PMI_RANK $TT_RUN_RANK $TT_MESH_ID $TT_METAL_MOCK_CLUSTER_DESC_PATH $*\" >> calls\n"
              "[ \"$PMI_RANK\" = 0 ] || exit 0\n"
              "while [ $# -gt 0 ]; do case $1 in --output-dir) out=$2;; --mesh-graph-descriptor) mgd=$2;; "
              "esac; "
              "shift; done\n"
              "printf 'rank_bindings:\\n- {rank: 0, mesh_id: 0, mesh_host_rank: 0}\\n"
              "- {rank: 1, mesh_id: 0, mesh_host_rank: 1}\\nmesh_graph_desc_path: %s\\n' $mgd "
              "> $out/rank_bindings.yaml\n"
              "printf 'rank 0=localhost slot=0\\nrank 1=localhost slot=0\\n' > $out/rankfile\n"
              "printf 'rank_to_cluster_mock_cluster_desc: {\"0\": %s, \"1\": %s}\\n' $PWD/c/host-0.yaml "
              "$PWD/c/host-1.yaml > $out/phase2_mock_mapping.yaml\n",
              true);
    }

    std::vector<std::string> entries() const {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(directory() / "generated" / "ttrun")) {
            names.push_back(entry.path().filename());
        }
        std::sort(names.begin(), names.end());
        return names;
    }

    std::size_t calls() const { return exists("calls") ? sorted_lines(read("calls")).size() : 0; }

    ChildOutcome mock(std::vector<std::string> options, std::vector<std::string> program) const {
        options.insert(options.begin(), {"-m", "mgd.textproto", "--mock-cluster-rank-binding", "map.yaml"});
        options.insert(options.end(), program.begin(), program.end());
        return run(options);
    }
};

}  // namespace

TEST_CASE("22: mock allocation by our own phase 1, kept and used again") {
    const AllocationFixture d;
    const ChildOutcome first = d.mock({}, {"./show", "TT_MESH_HOST_RANK", "TT_METAL_MOCK_CLUSTER_DESC_PATH"});
    INFO(first.standard_error);
    REQUIRE(first.exit_code == 0);
    const std::string dir = d.directory().string();
    CHECK(sorted_lines(first.standard_output) ==
          Lines{"0 TT_MESH_HOST_RANK=0", "0 TT_METAL_MOCK_CLUSTER_DESC_PATH=" + dir + "/c/host-0.yaml",
                "1 TT_MESH_HOST_RANK=1", "1 TT_METAL_MOCK_CLUSTER_DESC_PATH=" + dir + "/c/host-1.yaml"});
    REQUIRE(d.entries().size() == 1);
    const std::string name = d.entries().front();
    const std::string entry = "generated/ttrun/" + name + "/";
    const std::string key = d.read(entry + ".phase1_cache_key");
    CHECK(key.size() == 64);
    CHECK(key.substr(0, 16) == name);
    CHECK(d.read(entry + "mgd.textproto") == d.read("mgd.textproto"));
    for (const char* file :
         {"rank_bindings.yaml", "rankfile", "phase2_mock_mapping.yaml", ".topology_digest"}) {
        CHECK(d.exists(entry + file));
    }

    // Kept: what stands there is used, not worked out again.
    const std::string bindings = d.read(entry + "rank_bindings.yaml");
    d.write(entry + "rank_bindings.yaml", bindings + "global_env: {KEPT: \"yes\"}\n");
    CHECK(has(d.mock({}, {"./show", "KEPT"}).standard_output, "0 KEPT=yes"));
    CHECK(has(d.mock({"--force-rediscovery"}, {"./show", "KEPT"}).standard_output, "0 KEPT unset"));
    CHECK(d.read(entry + "rank_bindings.yaml") == bindings);

    // One byte of the descriptor, or of a mock descriptor: another entry.
    d.write("mgd.textproto", d.read("mgd.textproto") + "\n");
    CHECK(d.mock({}, {"true"}).exit_code == 0);
    CHECK(d.entries().size() == 2);
    d.write("c/host-1.yaml", d.read("c/host-1.yaml") + "\n");
    CHECK(d.mock({}, {"true"}).exit_code == 0);
    CHECK(d.entries().size() == 3);
    CHECK(d.calls() == 0);
}

TEST_CASE("22: mock allocation by a helper, one process for each descriptor") {
    const AllocationFixture d;
    const ChildOutcome first = d.mock({"--phase1-helper", kStub}, {"./show", "TT_MESH_HOST_RANK"});
    INFO(first.standard_error);
    REQUIRE(first.exit_code == 0);
    CHECK(sorted_lines(first.standard_output) == Lines{"0 TT_MESH_HOST_RANK=0", "1 TT_MESH_HOST_RANK=1"});
    REQUIRE(d.entries().size() == 1);
    const std::string dir = d.directory().string();
    const std::string words =
        fmt::format(" --mesh-graph-descriptor {0}/mgd.textproto --output-dir {0}/generated/ttrun/{1}", dir,
                    d.entries()[0]);
    CHECK(sorted_lines(d.read("calls")) ==
          Lines{"0 0 0 " + dir + "/c/host-0.yaml" + words, "1 0 0 " + dir + "/c/host-1.yaml" + words});
    CHECK(d.mock({"--phase1-helper", kStub}, {"true"}).exit_code == 0);
    CHECK(d.calls() == 2);
    CHECK(d.mock({"--phase1-helper", kStub, "--force-rediscovery"}, {"true"}).exit_code == 0);
    CHECK(d.calls() == 4);
    d.write("mgd.textproto", d.read("mgd.textproto") + "\n");
    CHECK(d.mock({"--phase1-helper", kStub}, {"true"}).exit_code == 0);
    CHECK(d.calls() == 6);
    CHECK(d.entries().size() == 2);
}

TEST_CASE("23: a dry run names the sorted hosts and leaves nothing behind") {
    const AllocationFixture d;
    for (const bool helped : {false, true}) {
        std::vector<std::string> words{"-m", "mgd.textproto", "--hosts", "b,a,,c", "--dry-run"};
        if (helped) {
            words.insert(words.end(), {"--phase1-helper", kStub});
        }
        words.emplace_back("./show");
        const ChildOutcome outcome = d.run(words);
        INFO(outcome.standard_error);
        CHECK(outcome.exit_code == 0);
        CHECK(has(outcome.standard_output, "3 processes of "));
        CHECK(has(outcome.standard_output, "one on each of a, b, c"));
        CHECK(!d.exists("generated"));
        CHECK(d.calls() == 0);
    }
}

TEST_CASE("23: hosts that cannot be are refused") {
    const AllocationFixture d;
    const auto refused = [&](std::vector<std::string> words, const std::string& why) {
        words.insert(words.begin(), {"-m", "mgd.textproto"});
        words.emplace_back("true");
        const ChildOutcome outcome = d.run(words);
        INFO(outcome.standard_error);
        CHECK(outcome.exit_code == 2);
        CHECK(has(outcome.standard_error, why));
        CHECK(!d.exists("generated/ttrun"));
    };
    refused({"--hosts", "a,a"}, "is named twice");
    refused({"--hosts", "a b"}, "has a blank in it");
    refused({"--hosts", ",,,"}, "names no host");
    refused({"--hosts", "--dry-run"}, "begins with `-`");
    refused({"--phase1-helper", kStub, "--cluster", "t3k"}, "looks at hosts, and none is named");
    refused({"--hosts", "a", "--mock-cluster-rank-binding", "map.yaml"}, "both say where the ranks run");
}

TEST_CASE("23: a helper that fails is told with its exit code, and nothing counts as kept") {
    const AllocationFixture d;
    d.write(kStub, "#!/bin/bash\nwhile [ $# -gt 1 ]; do shift; done\necho x > $1/rankfile\nexit 5\n", true);
    for (int round = 0; round < 2; ++round) {
        const ChildOutcome outcome = d.mock({"--phase1-helper", kStub}, {"true"});
        CHECK(outcome.exit_code == 2);
        CHECK(has(outcome.standard_error, "exited with 5"));
    }
    CHECK(d.run({"cache", "list"}).standard_output == d.entries().front() + "  not finished\n");
    // One that writes nothing has not done it either.
    d.write(kStub, "#!/bin/bash\nexit 0\n", true);
    const ChildOutcome empty = d.mock({"--phase1-helper", kStub}, {"true"});
    CHECK(empty.exit_code == 2);
    CHECK(has(empty.standard_error, "left its results incomplete"));
    CHECK(!d.exists("generated/ttrun/" + d.entries().front() + "/.phase1_cache_key"));
}

TEST_CASE("a helper that dies on a second try leaves no entry that looks whole") {
    const AllocationFixture d;
    REQUIRE(d.mock({"--phase1-helper", kStub}, {"true"}).exit_code == 0);
    d.write(kStub, "#!/bin/bash\nexit 5\n", true);
    CHECK(d.mock({"--phase1-helper", kStub, "--force-rediscovery"}, {"true"}).exit_code == 2);
    CHECK(!d.exists("generated/ttrun/" + d.entries().front() + "/.phase1_cache_key"));
    CHECK(!d.exists("generated/ttrun/" + d.entries().front() + "/rank_bindings.yaml"));
}

TEST_CASE("two launches of one job work it out once") {
    const AllocationFixture d;
    const ChildOutcome outcome = d.shell(
        "pids=; for k in 1 2 3; do tt-run -m mgd.textproto --mock-cluster-rank-binding map.yaml "
        "--phase1-helper " +
        // By number: what a bare wait says of one that has ended before differs between shells.
        std::string(kStub) +
        " true & pids=\"$pids $!\"; done; for pid in $pids; do wait $pid || exit 1; done");
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 0);
    CHECK(d.calls() == 2);
}

TEST_CASE("an entry for other hardware is worked out again") {
    const AllocationFixture d;
    d.write("cluster.sh", "#!/bin/bash\ntt-run convert \"$1\" --format json -o now.json\n", true);
    REQUIRE(d.shell("./cluster.sh t3k").exit_code == 0);
    REQUIRE(d.run({"-m", "mgd.textproto", "--cluster", "now.json", "true"}).exit_code == 0);
    REQUIRE(d.entries().size() == 1);
    const std::string digest = "generated/ttrun/" + d.entries().front() + "/.topology_digest";
    const std::string good = d.read(digest);
    CHECK(good.size() == 64);
    d.write(digest, std::string(64, '0'));
    REQUIRE(d.run({"-m", "mgd.textproto", "--cluster", "now.json", "true"}).exit_code == 0);
    CHECK(d.read(digest) == good);
}

TEST_CASE("ranks on a described cluster run here unless its hosts are asked for") {
    const AllocationFixture d;
    const ChildOutcome here =
        d.run({"-m", "mgd.textproto", "--cluster", "c/host-0.yaml", "./show", "TT_MESH_ID"});
    INFO(here.standard_error);
    CHECK(here.exit_code == 0);
    CHECK(sorted_lines(here.standard_output) == Lines{"0 TT_MESH_ID=0", "1 TT_MESH_ID=0"});
    CHECK(d.shell("! grep -h rank generated/ttrun/*/rankfile | grep -v '=" + host_name() + " '").exit_code ==
          0);
    // The host is part of the key, so this is another entry.
    d.run({"-m", "mgd.textproto", "--cluster", "c/host-0.yaml", "--hosts", "host-0", "--mpi-args",
           "--launcher fork", "true"});
    CHECK(d.shell("grep -q '=host-0 ' generated/ttrun/*/rankfile").exit_code == 0);
}

TEST_CASE("several descriptors are allocated together, by sub-context") {
    const AllocationFixture d;
    d.write("m.yaml", "subcontext_id_to_mesh_graph_descriptor: {0: mgd.textproto, 1: mgd.textproto}\n");
    const ChildOutcome outcome = d.run(
        {"-M", "m.yaml", "--cluster", "t3k*4", "./show", "TT_RUN_SUBCONTEXT_ID", "TT_RUN_SUBCONTEXT_SIZES"});
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 0);
    Lines wanted;
    for (int rank = 0; rank < 4; ++rank) {
        wanted.push_back(fmt::format("{} TT_RUN_SUBCONTEXT_ID={}", rank, rank / 2));
        wanted.push_back(fmt::format("{} TT_RUN_SUBCONTEXT_SIZES=2,2", rank));
    }
    CHECK(sorted_lines(outcome.standard_output) == wanted);
}

TEST_CASE("what is kept is listed and removed") {
    const AllocationFixture d;
    CHECK(d.run({"cache", "list"}).standard_output.empty());
    REQUIRE(d.mock({}, {"true"}).exit_code == 0);
    CHECK(d.run({"cache", "list"}).standard_output == d.entries().front() + "  2 ranks on 1 host\n");
    CHECK(d.run({"cache", "clear", "0000000000000000"}).exit_code == 1);
    CHECK(d.entries().size() == 1);
    CHECK(d.run({"cache", "clear"}).standard_output == "1 allocation removed\n");
    CHECK(d.entries().empty());
}

TEST_CASE("a launch is checked against the hardware that is known") {
    const LaunchFixture d;
    d.write("t3k.yaml",
            "mesh_graph_desc_path: mgd.textproto\nrank_bindings:\n"
            "- {rank: 0, mesh_id: 0, mesh_host_rank: 0, env_overrides: {TT_VISIBLE_DEVICES: \"0,1\"}}\n"
            "- {rank: 1, mesh_id: 0, mesh_host_rank: 1, env_overrides: {TT_VISIBLE_DEVICES: \"2,3\"}}\n");
    const auto launch = [&](std::vector<std::string> options) {
        options.insert(options.end(), {"--rank-binding", "t3k.yaml", "true"});
        return d.run(options);
    };
    const ChildOutcome none = launch({});
    CHECK(none.exit_code == 0);
    CHECK(has(none.standard_error, "was not checked against hardware"));
    CHECK(launch({"--no-validate"}).standard_error.empty());
    CHECK(launch({"--require-hardware"}).exit_code == 2);
    const ChildOutcome fits = launch({"--cluster", "t3k"});
    INFO(fits.standard_error);
    CHECK(fits.exit_code == 0);
    CHECK(fits.standard_error.empty());
    CHECK(launch({"--cluster", "n300"}).exit_code == 2);
    CHECK(launch({"--cluster", "n300", "--no-validate"}).exit_code == 0);
    CHECK(launch({"--cluster", "p150-lb"}).exit_code == 2);
}
