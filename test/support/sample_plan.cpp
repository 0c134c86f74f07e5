#include "test/support/sample_plan.hpp"

namespace tt_run::test {

support::HostEnvironment sample_host() {
    support::HostEnvironment host;
    host.hostname = "here";
    host.executable = "/bin/tt-run";
    return host;
}

launcher::LaunchPlan sample_plan() {
    launcher::LaunchPlan plan;
    for (int rank = 0; rank < 2; ++rank) {
        launcher::PlannedRank planned;
        planned.rank = {rank};
        planned.place = {"host", rank, 2};
        planned.environment["A"] = {"x\ny \"z\"", "caller"};
        plan.ranks.push_back(planned);
    }
    plan.ranks[1].mesh_host_rank.emplace();
    plan.program = {"/bin/echo", "", "a b"};
    plan.working_directory = "/d";
    plan.mpiexec = "/usr/bin/mpirun";
    plan.mpi_version = "Open MPI 4.1.4";
    plan.flavour = launcher::Flavour::open_mpi_4;
    plan.launcher_reason = "because";
    plan.flags = {{{"--x", "1"}, "why", launcher::LauncherFlag::Form::supervised}};
    plan.directories = {"/d/e"};
    plan.placement_reason = "host list";
    plan.interface = "eth0";
    plan.agent = {"/bin/tt-run", "agent"};
    plan.supervision.on_failure = launcher::OnFailure::carry_on;
    plan.supervision.grace = std::chrono::milliseconds(7);
    plan.supervision.timeout = std::chrono::milliseconds(9);
    plan.supervision.output.tag = launcher::Tag::mesh;
    plan.supervision.output.only_rank = job::Rank{1};
    plan.supervision.output.output_files = {"/a", "/b"};
    plan.supervision.output.error_files = {"/c", "/e"};
    return plan;
}

}  // namespace tt_run::test
