// Which rank runs on which host, and over which network.

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "test/scenario/launch_fixture.hpp"

using namespace tt_run::test;
using Lines = std::vector<std::string>;

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
    d.write_four_hosts();
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

TEST_CASE("hosts in any arrangement give each rank its own exit code") {
    const LaunchFixture d;
    d.write_four_hosts();
    for (int failing = 0; failing < 4; ++failing) {
        const std::string script =
            fmt::format("[ $TT_RUN_RANK != {0} ] || exit $((40 + TT_RUN_RANK))", failing);
        const ChildOutcome outcome = d.run({"--rank-binding", "four.yaml", "--mpi-args",
                                            "-launcher fork --host a,b:2,a", "bash", "-c", script});
        CHECK(outcome.exit_code == 40 + failing);
        CHECK(has(outcome.standard_error, fmt::format("rank {} failed first: exit code", failing)));
    }
}
