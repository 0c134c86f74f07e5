// Jobs on several hosts that go well: every byte comes through, the same whatever the order of hosts, and
// other hosts need nothing but tt-run and the program.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <regex>
#include <sstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "test/hosts/test_hosts.hpp"
#include "test/unit/topology/physical/fake_host.hpp"

using namespace tt_run::test;
namespace fs = std::filesystem;

namespace {

/// What a rank of hosts_program says at its end.
struct Stage {
    std::string rank;
    std::string host;
    std::string result;  ///< mesh, chips, and the digest of every byte received

    auto operator<=>(const Stage&) const = default;
};

std::vector<Stage> stages_of(const std::string& output) {
    static const std::regex line("rank (\\d+) mesh (\\d+) host (\\S+) (chips \\d+ digest \\w+)");
    std::vector<Stage> stages;
    for (std::sregex_iterator at(output.begin(), output.end(), line), end; at != end; ++at) {
        stages.push_back({(*at)[1], (*at)[3], "mesh " + (*at)[2].str() + " " + (*at)[4].str()});
    }
    std::ranges::sort(stages, {}, [](const Stage& stage) { return std::stoi(stage.rank); });
    return stages;
}

std::vector<std::string> hosts_of(const std::vector<Stage>& stages) {
    std::vector<std::string> hosts;
    for (const Stage& stage : stages) {
        hosts.push_back(stage.host);
    }
    return hosts;
}

std::vector<std::string> results_of(const std::vector<Stage>& stages) {
    std::vector<std::string> results;
    for (const Stage& stage : stages) {
        results.push_back(stage.rank + " " + stage.result);
    }
    return results;
}

void must_succeed(const ChildOutcome& outcome) {
    INFO(outcome.standard_output);
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 0);
    CHECK(!outcome.timed_out);
    CHECK(leftovers() == "");
}

std::vector<std::string> pipeline(const std::string& system, const std::string& hosts,
                                  const std::string& bytes) {
    return {"--emulate",
            "--rank-binding",
            config(system) + "/rank_bindings.yaml",
            "--hosts",
            hosts,
            program("hosts_program"),
            "20261127",
            "3",
            bytes};
}

}  // namespace

TEST_CASE(
    "a closetbox pod on four hosts, four ranks each: every byte comes, the same in any order of hosts") {
    std::vector<std::string> results;
    for (const std::vector<int>& order : {std::vector{0, 1, 2, 3}, std::vector{2, 0, 3, 1}}) {
        std::string hosts;
        std::vector<std::string> wanted;
        for (const int host : order) {
            hosts += fmt::format("{}tthost{}:4", hosts.empty() ? "" : ",", host);
            wanted.insert(wanted.end(), 4, fmt::format("tthost{}", host));
        }
        INFO(hosts);
        std::vector<std::string> words = pipeline("closetbox", hosts, "65536");
        words.insert(words.begin() + 1, {"--cluster", "closetbox"});
        const ChildOutcome outcome = run_job(words);
        must_succeed(outcome);
        const std::vector<Stage> stages = stages_of(outcome.standard_output);
        CHECK(stages.size() == 16);
        CHECK(hosts_of(stages) == wanted);
        results = results.empty() ? results_of(stages) : results;
        CHECK(results_of(stages) == results);
    }
}

TEST_CASE(
    "five Galaxies on four hosts: every byte comes through the pipeline, the same in any order of hosts") {
    std::vector<std::vector<std::string>> results;
    for (const auto& [hosts, wanted] :
         {std::pair<std::string, std::string>{"tthost3:2,tthost1,tthost0,tthost2", "33102"},
          {"tthost0,tthost2:2,tthost3,tthost1", "02231"}}) {
        INFO(hosts);
        const ChildOutcome outcome = run_job(pipeline("5-galaxy", hosts, "16384"));
        must_succeed(outcome);
        const std::vector<Stage> stages = stages_of(outcome.standard_output);
        REQUIRE(stages.size() == 5);
        for (std::size_t rank = 0; rank < 5; ++rank) {
            CHECK(stages[rank].host == std::string("tthost") + wanted[rank]);
            CHECK(stages[rank].result.find("chips 32 ") != std::string::npos);
        }
        results.push_back(results_of(stages));
    }
    CHECK(results[0] == results[1]);
}

TEST_CASE("inside a host bytes go through memory, between hosts through the cable") {
    std::vector<std::uint64_t> carried;
    // Neighbours in the row of ranks side by side on one host, then never.
    for (const std::string hosts : {"tthost1:2,tthost2:2", "tthost1,tthost2,tthost1,tthost2"}) {
        const std::uint64_t before = bytes_received(1) + bytes_received(2);
        must_succeed(
            run_job({"--emulate", "--rank-binding", config("split-galaxy-4x2") + "/rank_bindings.yaml",
                     "--mpi-args", "--host " + hosts, program("hosts_program"), "7", "4", "1048576"}));
        carried.push_back(bytes_received(1) + bytes_received(2) - before);
    }
    const std::uint64_t one_hop = 4ULL * 8 * 1048576;  // tensors, chips, bytes
    CHECK(carried[0] > one_hop);
    CHECK(carried[0] < 2 * one_hop);
    CHECK(carried[1] > 3 * one_hop);
}

TEST_CASE("plain MPI programs of both families run over ssh, on hosts that tt-run's own is none of") {
    for (const std::string mpi : {"mpich", "openmpi"}) {
        INFO(mpi);
        const ChildOutcome outcome =
            run_job({"--rank-binding", config("closetbox") + "/rank_bindings.yaml", "--hosts",
                     "tthost3:6,tthost1:5,tthost2:5", program("hosts_ring_" + mpi)});
        must_succeed(outcome);
        for (int rank = 0; rank < 16; ++rank) {
            const int host = rank < 6 ? 3 : rank < 11 ? 1 : 2;
            CHECK(outcome.standard_output.find(
                      fmt::format("rank {} of 16 on tthost{}: right\n", rank, host)) != std::string::npos);
        }
    }
}

TEST_CASE("hostfiles of both forms and a rankfile say where ranks run") {
    const std::string bindings = config("split-galaxy-4x2") + "/rank_bindings.yaml";
    shell_on(0,
             "cd /tmp && printf 'tthost1:2\\ntthost3 slots=2 # both forms\\n' >hosts && "
             "printf 'rank 0=tthost2 slot=0\\nrank 1=tthost1 slot=0\\nrank 2=tthost2 slot=1\\nrank 3=tthost0 "
             "slot=0\\n' >ranks");
    for (const auto& [words, wanted] : {std::pair<std::string, std::string>{"--hostfile hosts", "1133"},
                                        {"--rankfile ranks", "2120"},
                                        {"--hostfile hosts --map-by node", "1313"}}) {
        INFO(words);
        const ChildOutcome outcome =
            run_job({"--rank-binding", bindings, "--tag=rank", "--mpi-args", words, "hostname"});
        CHECK(outcome.exit_code == 0);
        for (int rank = 0; rank < 4; ++rank) {
            CHECK(outcome.standard_output.find(fmt::format(
                      "[{}] tthost{}\n", rank, wanted[static_cast<std::size_t>(rank)])) != std::string::npos);
        }
    }
    shell_on(0, "rm /tmp/hosts /tmp/ranks");
    CHECK(leftovers() == "");
}

TEST_CASE("ranks on every host find the same environment, and tt-run's words alone") {
    const std::string own =
        "^(TT_RUN_RANK|TT_MESH_|TT_METAL_CACHE|PMI|OMPI_|MPI|HYDI_|TT_VISIBLE|PWD|OLDPWD|SHLVL|_=)";
    const ChildOutcome outcome =
        run_job({"--rank-binding", config("split-galaxy-4x2") + "/rank_bindings.yaml", "--hosts",
                 "tthost0,tthost1,tthost2,tthost3", "--env", "GREETING=a b", "/bin/sh", "-c",
                 "env | grep -vE '" + own + "' | sort | tr '\\n' ';'; echo"},
                {{"TT_LOGGER_LEVEL", "Debug"}, {"EDITOR", "mine"}});
    must_succeed(outcome);
    std::istringstream lines(outcome.standard_output);
    std::vector<std::string> environments;
    for (std::string line; std::getline(lines, line);) {
        environments.push_back(line);
    }
    REQUIRE(environments.size() == 4);
    INFO(environments[0]);
    CHECK(std::ranges::count(environments, environments[0]) == 4);
    CHECK(environments[0].find("GREETING=a b;") != std::string::npos);
    CHECK(environments[0].find("TT_LOGGER_LEVEL=Debug;") != std::string::npos);
    CHECK(environments[0].find("EDITOR") == std::string::npos);
    CHECK(environments[0].find("SSH_") == std::string::npos);
}

TEST_CASE("other hosts have nothing but tt-run and programs; a file that differs there is refused by name",
          "[fault][fault-other-file]") {
    const std::string bindings = config("split-galaxy-4x2") + "/rank_bindings.yaml";
    const std::string mgd = config("split-galaxy-4x2") + "/mgd.textproto";
    CHECK(run_on(1, {"test", "-e", mgd}).exit_code == 1);
    CHECK(run_on(1, {"test", "-e", program("tt-run-agent")}).exit_code == 1);
    const std::vector<std::string> words{"--rank-binding",
                                         bindings,
                                         "--hosts",
                                         "tthost1:3,tthost2",
                                         "/bin/sh",
                                         "-c",
                                         "cat $TT_MESH_GRAPH_DESC_PATH | cksum"};
    const ChildOutcome same = run_job(words);
    must_succeed(same);
    const std::string sum = shell_on(0, "cksum <" + mgd);
    CHECK(same.standard_output == sum + sum + sum + sum);

    shell_on(2, "mkdir -p " + config("split-galaxy-4x2") + " && echo '# old' >" + mgd);
    const ChildOutcome other = run_job(words);
    shell_on(2, "rm -r " + config(""));
    INFO(other.standard_error);
    CHECK(other.exit_code == 126);
    CHECK(other.standard_error.find("`" + mgd + "` (TT_MESH_GRAPH_DESC_PATH) is another file on this host") !=
          std::string::npos);
    CHECK(other.standard_error.find("host tthost2") != std::string::npos);
    CHECK(leftovers() == "");
}

TEST_CASE("a host with another version of tt-run is refused, and both versions are named",
          "[fault][fault-other-release]") {
    const std::string tt_run = program("tt-run");
    shell_on(2, "cp " + tt_run + " " + tt_run + ".kept");
    shell_on(0, "ssh tthost2 'rm " + tt_run + " && cat >" + tt_run + " && chmod +x " + tt_run + "' <" +
                    program("tt-run-other"));
    const ChildOutcome outcome =
        run_job({"--rank-binding", config("split-galaxy-4x2") + "/rank_bindings.yaml", "--hosts",
                 "tthost1,tthost2,tthost3,tthost0", "hostname"});
    const ChildOutcome doctor = run_on(0, {tt_run, "doctor", "--hosts", "tthost1,tthost2"});
    shell_on(2, "mv " + tt_run + ".kept " + tt_run);
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 125);
    CHECK(std::regex_search(
        outcome.standard_error,
        std::regex("host tthost2 has tt-run 99\\.0\\.0-other, and this is tt-run \\d+\\.\\d+\\.\\d+")));
    CHECK(std::regex_search(doctor.standard_output, std::regex("on tthost1; 99\\.0\\.0-other on tthost2")));
    CHECK(leftovers() == "");
}

TEST_CASE("phase 1 asks every host for its devices, joins what they find, and heeds no order of hosts") {
    // Two T3Ks in a line: their devices as the driver shows them, and the vendor's tool, which tells the
    // links.
    const FakeHost devices("X12DPG-QT6", FakeHost::t3k());
    const fs::path fake = fs::path(std::getenv("TT_RUN_HOSTS_STATE")) / "t3k";
    fs::create_directories(fake);
    fs::copy(devices.directory().path(), fake / "root",
             fs::copy_options::recursive | fs::copy_options::copy_symlinks);
    shell_on(
        0, "cd " + fake.string() + " && " + program("tt-run") + " convert 't3k*2@line' -o found >/dev/null");
    for (const int host : {1, 2}) {
        const std::string bin = fmt::format("{}/bin{}", fake.string(), host);
        shell_on(host,
                 fmt::format(
                     "mkdir {0} && printf '#!/bin/sh\\ncp {1}/found/host-{2}.yaml \"$2\"\\n' >{0}/topology "
                     "&& chmod "
                     "+x {0}/topology && mount --bind {0} /usr/local/bin && mount --bind {1}/root/sys /sys",
                     bin, fake.string(), host - 1));
    }
    shell_on(0,
             "cat >/tmp/mgd.textproto <<'END'\n"
             "mesh_descriptors { name: \"M\" arch: WORMHOLE_B0 device_topology { dims: [2, 4] } "
             "host_topology { dims: [1, 2] } "
             "channels { count: 2 policy: STRICT } }\n"
             "top_level_instance { mesh { mesh_descriptor: \"M\" mesh_id: 0 } }\nEND\n");
    std::vector<std::vector<std::string>> seen;
    for (const std::string hosts : {"tthost2,tthost1", "tthost1,tthost2"}) {
        INFO(hosts);
        const ChildOutcome outcome = run_job(
            {"-m", "mgd.textproto", "--hosts", hosts, "--force-rediscovery", "/bin/sh", "-c",
             "echo rank $TT_RUN_RANK host rank $TT_MESH_HOST_RANK on $(hostname): $TT_VISIBLE_DEVICES"});
        INFO(outcome.standard_error);
        CHECK(outcome.exit_code == 0);
        std::istringstream lines(outcome.standard_output);
        std::vector<std::string>& sorted = seen.emplace_back();
        for (std::string line; std::getline(lines, line);) {
            sorted.push_back(line);
        }
        std::ranges::sort(sorted);
    }
    const ChildOutcome nothing = run_job({"-m", "mgd.textproto", "--hosts", "tthost1,tthost3", "true"});
    for (const int host : {1, 2}) {
        shell_on(host, "umount /sys && umount /usr/local/bin");
    }
    shell_on(0, "rm -r /tmp/generated /tmp/mgd.textproto");
    REQUIRE(seen[0].size() == 2);
    CHECK(seen[0][0].starts_with("rank 0 host rank 0 on tthost"));
    CHECK(seen[0][0].find("0000:") != std::string::npos);
    CHECK(seen[1] == seen[0]);
    INFO(nothing.standard_error);
    CHECK(nothing.exit_code == 2);
    CHECK(nothing.standard_error.find("tthost3 has no Tenstorrent device") != std::string::npos);
    CHECK(leftovers() == "");
}
