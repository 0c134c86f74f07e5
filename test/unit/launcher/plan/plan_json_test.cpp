// A plan survives being written and read, and what is no plan is refused with its reason.

#include "launcher/plan/plan_json.hpp"

#include <catch2/catch.hpp>

using namespace tt_run;
using launcher::LaunchPlan;

namespace {

support::HostEnvironment any_host() {
    support::HostEnvironment host;
    host.hostname = "here";
    host.executable = "/bin/tt-run";
    return host;
}

LaunchPlan any_plan() {
    LaunchPlan plan;
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

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    REQUIRE(text.find(from) != std::string::npos);
    return text.replace(text.find(from), from.size(), to);
}

}  // namespace

TEST_CASE("a plan is read as it was written") {
    const std::string text = *launcher::render_plan_json(any_plan());
    const auto again = launcher::parse_plan_json(text, any_host());
    REQUIRE(again);
    CHECK(*launcher::render_plan_json(*again) == text);
    CHECK(again->agent == std::vector<std::string>{"/bin/tt-run", "agent"});
    CHECK(again->ranks[1].environment.at("A").value == "x\ny \"z\"");
    CHECK(again->supervision.timeout == std::chrono::milliseconds(9));
    CHECK(!again->supervision.idle_timeout);
}

TEST_CASE("what is no plan of ours is refused") {
    const std::string text = *launcher::render_plan_json(any_plan());
    const auto reason = [](const std::string& json) {
        const auto plan = launcher::parse_plan_json(json, any_host());
        return plan ? std::string("accepted") : plan.error().message();
    };
    CHECK(reason(replaced(text, "\"version\": 1", "\"version\": 2")) ==
          "it has version 2; this tt-run reads versions up to 1");
    CHECK(reason(replaced(text, "tt-run-plan", "tt-run-report")) ==
          "it is no plan: its `schema` is not `tt-run-plan`");
    CHECK(reason(replaced(text, "\"rank\": 1", "\"rank\": 3")) ==
          "its ranks do not ascend from 0 without gaps");
    CHECK(reason(replaced(text, "\"mesh\"", "\"moon\"")) ==
          "`moon` is not one of the words that may stand there");
    CHECK(reason(replaced(text, "/usr/bin/mpirun", "mpirun")) ==
          "the launcher's path and the working directory must be absolute");
    CHECK(reason(replaced(text, "\"/c\",", "")) == "it must name two log files for every rank, or none");
    CHECK(reason("[]") == "it is no plan: its `schema` is not `tt-run-plan`");
    CHECK(reason("{") != "accepted");
    CHECK(reason(replaced(text, "\"grace_ms\": 7", "\"grace_ms\": \"7\"")) != "accepted");
}

TEST_CASE("bytes that are no UTF-8 are not written") {
    LaunchPlan plan = any_plan();
    plan.program.push_back("\xff");
    CHECK(!launcher::render_plan_json(plan));
}
