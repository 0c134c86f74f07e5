#pragma once

#include <string>
#include <string_view>

#include "job/supervision_message.hpp"
#include "launcher/plan/plan.hpp"
#include "launcher/run/job_outcome.hpp"

namespace tt_run::launcher {

/// The machine's view of a run as it goes: events, each one line of JSON. docs/formats/events.md lists the
/// fields; run_report.hpp is the view of it in retrospect. Bytes that are no UTF-8 are shown as U+FFFD.

std::string render_plan_event(const LaunchPlan& plan);
std::string render_start_event(const PlannedRank& planned, const RankOutcome& rank);
std::string render_output_event(job::Rank rank, job::Stream stream, std::string_view bytes);
std::string render_exit_event(const PlannedRank& planned, const RankOutcome& rank);
/// The rank that failed first, once that is known; empty if none did.
std::string render_failure_event(const LaunchPlan& plan, const JobOutcome& outcome);
std::string render_summary_event(const LaunchPlan& plan, const JobOutcome& outcome);

/// The failure as a workflow command of GitHub Actions, `::error title=...::...`; empty if nothing failed.
std::string render_github_annotation(const LaunchPlan& plan, const JobOutcome& outcome);

}  // namespace tt_run::launcher
