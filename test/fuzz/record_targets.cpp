// What runs leave behind and what is read again: plans, reports.

#include "launcher/plan/plan_json.hpp"
#include "launcher/plan/render_plan.hpp"
#include "launcher/report/render_run_report.hpp"
#include "launcher/report/run_report.hpp"
#include "test/fuzz/target.hpp"
#include "test/support/sample_plan.hpp"

namespace tt_run::fuzz {

using launcher::RunReport;

namespace {

RunReport any_report() {
    launcher::JobOutcome outcome;
    for (int rank = 0; rank < 2; ++rank) {
        launcher::RankOutcome one;
        one.rank = {rank};
        one.state = launcher::RankOutcome::State::ended;
        one.wait_status = rank * 256;
        one.last_errors = "it broke\n";
        outcome.ranks.push_back(one);
    }
    RunReport report = build_run_report(test::sample_plan(), outcome);
    report.connections = {{0, 1, "sender", 0, 1, 0, "M0D5", "M1D3", 7, 4096, 0.25}};
    report.links = {{"M0:5", "M1:3", "host-0/1/1/4 host-1/1/1/4", 4096, 1, 0.5}};
    report.descriptors = {
        {"m.textproto",
         "mesh_descriptors { name: \"M0\" arch: WORMHOLE_B0 device_topology { dims: [ 2, 4 ] } "
         "host_topology { dims: [ 1, 1 ] } channels { count: 2 } }\n"
         "top_level_instance { mesh { mesh_descriptor: \"M0\" mesh_id: 0 } }\n"}};
    return report;
}

void read_plan(std::string_view bytes) {
    const auto plan = launcher::parse_plan_json(std::string(bytes), test::sample_host());
    if (!plan) {
        demand(!plan.error().message().empty(), "a refusal has a reason");
        return;
    }
    demand(!plan->ranks.empty(), "a plan has ranks");
    const auto once = launcher::render_plan_json(*plan);
    demand(once.has_value(), "a plan that was read can be written");
    const auto again = launcher::parse_plan_json(*once, test::sample_host());
    demand(again && *launcher::render_plan_json(*again) == *once, "a plan is read as it was written");
}

void check_report(const RunReport& report) {
    const auto again = launcher::parse_run_report(launcher::render_report_json(report));
    demand(again.has_value(), "a report is read as it was written");
    demand(launcher::render_report_json(*again) == launcher::render_report_json(report),
           "and is the same then");
    render_report_text(report, {});
    render_report_page(report);
    const auto diff = compare_reports(any_report(), report);
    render_report_diff_text(diff);
    render_report_diff_json(diff);
}

void read_report(std::string_view bytes) {
    if (const auto report = launcher::parse_run_report(bytes)) {
        check_report(*report);
    } else {
        demand(!report.error().message().empty(), "a refusal has a reason");
    }
}

void read_rank_report(std::string_view bytes) {
    RunReport report = any_report();
    const RunReport before = report;
    if (add_rank_report(report, {1}, bytes)) {
        check_report(report);
    } else {
        demand(report == before, "of a report that cannot be understood nothing is added");
    }
}

}  // namespace

std::vector<Target> record_targets() {
    return {
        {.name = "plan",
         .largest = 8192,
         .endings = {".json"},
         .run = read_plan,
         .made = [] { return std::vector<std::string>{*launcher::render_plan_json(test::sample_plan())}; }},
        {.name = "rank-report", .endings = {".json"}, .run = read_rank_report},
        {.name = "run-report",
         .largest = 8192,
         .endings = {".json"},
         .run = read_report,
         .made = [] { return std::vector<std::string>{launcher::render_report_json(any_report())}; }},
    };
}

}  // namespace tt_run::fuzz
