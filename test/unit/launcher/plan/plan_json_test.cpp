// A plan survives being written and read, and what is no plan is refused with its reason.

#include "launcher/plan/plan_json.hpp"

#include <catch2/catch.hpp>

#include "test/support/sample_plan.hpp"

using namespace tt_run;
using launcher::LaunchPlan;

namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    REQUIRE(text.find(from) != std::string::npos);
    return text.replace(text.find(from), from.size(), to);
}

}  // namespace

TEST_CASE("a plan is read as it was written") {
    const std::string text = *launcher::render_plan_json(test::sample_plan());
    const auto again = launcher::parse_plan_json(text, test::sample_host());
    REQUIRE(again);
    CHECK(*launcher::render_plan_json(*again) == text);
    CHECK(again->agent == std::vector<std::string>{"/bin/tt-run", "agent"});
    CHECK(again->ranks[1].environment.at("A").value == "x\ny \"z\"");
    CHECK(again->supervision.timeout == std::chrono::milliseconds(9));
    CHECK(!again->supervision.idle_timeout);
}

TEST_CASE("what is no plan of ours is refused") {
    const std::string text = *launcher::render_plan_json(test::sample_plan());
    const auto reason = [](const std::string& json) {
        const auto plan = launcher::parse_plan_json(json, test::sample_host());
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
    CHECK(reason(replaced(text, "/usr/bin/mpirun", "bin/mpirun")) ==
          "the launcher's path and the working directory must be absolute");
    CHECK(reason(replaced(text, "/usr/bin/mpirun", "mpirun")) == "accepted");  // to be found where it is run
    CHECK(reason(replaced(text, "\"/c\",", "")) == "it must name two log files for every rank, or none");
    CHECK(reason("[]") == "it is no plan: its `schema` is not `tt-run-plan`");
    CHECK(reason("{") != "accepted");
    CHECK(reason(replaced(text, "\"grace_ms\": 7", "\"grace_ms\": \"7\"")) != "accepted");
}

TEST_CASE("bytes that are no UTF-8 are not written") {
    LaunchPlan plan = test::sample_plan();
    plan.program.push_back("\xff");
    CHECK(!launcher::render_plan_json(plan));
}
