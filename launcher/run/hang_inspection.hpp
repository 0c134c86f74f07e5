#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "launcher/plan/plan.hpp"
#include "launcher/run/job_outcome.hpp"

namespace tt_run::launcher {

/// The time between a limit's expiry and the job's end, in which every rank says where it stands. A plain
/// collection; its owner asks the ranks and ends the job.
class HangInspection {
  public:
    using Clock = std::chrono::steady_clock;

    HangInspection(EndCause cause, std::vector<job::Rank> asked, Clock::time_point now);

    EndCause cause() const { return cause_; }
    /// Ranks that have not answered by then are not waited for.
    Clock::time_point deadline() const { return deadline_; }
    void take(job::Rank rank, const std::string& stacks) { answers_[rank] = stacks; }
    bool is_complete() const { return answers_.size() == asked_.size(); }
    /// Every rank's processes and their stacks, and which ranks did not answer.
    std::string render() const;

  private:
    EndCause cause_;
    std::vector<job::Rank> asked_;
    Clock::time_point deadline_;
    std::map<job::Rank, std::string> answers_;
};

/// "tt-run: the job has run for 2 s (--timeout)".
std::string render_limit(std::string_view what, std::chrono::milliseconds limit, std::string_view option);

/// Which ranks had not started by the deadline, with their hosts.
std::string render_missing(const LaunchPlan& plan, const JobOutcome& outcome,
                           std::chrono::milliseconds limit);

}  // namespace tt_run::launcher
