#pragma once

#include <chrono>
#include <cstddef>
#include <set>
#include <string_view>

#include "job/supervision_message.hpp"
#include "launcher/plan/plan.hpp"
#include "launcher/run/job_outcome.hpp"
#include "launcher/run/output_sink.hpp"

namespace tt_run::launcher {

/// Where events go, one line of JSON each (job_report.hpp).
struct EventStream {
    OutputSink* sink = nullptr;  ///< nothing if none are wanted
    bool with_output = false;    ///< the ranks' output too
};

/// What has been heard of the ranks so far, written down as a JobOutcome in the making, and told as events.
/// What comes late, twice or out of order changes nothing. Not thread-safe.
class JobRecord {
  public:
    /// Borrows the plan and the sink.
    JobRecord(const LaunchPlan& plan, const EventStream& events);

    const JobOutcome& outcome() const { return outcome_; }
    JobOutcome& outcome() { return outcome_; }
    const RankOutcome& of(job::Rank rank) const;
    bool is_settled(job::Rank rank) const { return is_settled(of(rank)); }
    bool all_settled() const;
    bool all_started() const { return started_ == outcome_.ranks.size(); }

    void agent_joined(job::Rank rank, std::uint32_t pid) { at(rank).pid = pid; }
    /// False if it is no news.
    bool started(job::Rank rank, const job::Started& started);
    /// `by`: whether its runtime or its agent says so.
    void entered(job::Rank rank, const job::Phase& phase, job::Role by);
    void printed(job::Rank rank, const job::Output& output);
    /// A piece of what its runtime leaves; what is above 32 MiB is dropped.
    void reported(job::Rank rank, const job::Report& report);
    /// False if it is no news. `asked` of these: it had been asked to end before.
    bool aborted(job::Rank rank, const job::Aborted& aborted, bool asked);
    bool not_started(job::Rank rank, const job::NotStarted& refused, bool asked);
    bool ended(job::Rank rank, const job::Exited& exited, bool asked);
    bool lost(job::Rank rank, bool asked);
    /// A lost rank was lost with its host, which is what failed first, whatever was heard first.
    void lost_with_host(job::Rank rank);

    /// Nothing is left of the rank, or nobody can say so any more. False if it is no news.
    bool set_gone(job::Rank rank) { return gone_.insert(rank).second; }
    bool is_gone(job::Rank rank) const { return gone_.contains(rank); }
    bool all_gone() const { return gone_.size() == outcome_.ranks.size(); }

    double seconds_since_start() const;

    /// The plan, before anything else is told.
    void begin();
    /// The failure and the summary, after everything else; blocks until they are written.
    void finish();

  private:
    static bool is_settled(const RankOutcome& rank);
    RankOutcome& at(job::Rank rank);
    bool settle(job::Rank rank, RankOutcome::State state, bool asked);
    void note_failure(RankOutcome& rank, bool asked);
    template <class Render>
    void tell(Render render);

    const LaunchPlan& plan_;
    EventStream events_;
    JobOutcome outcome_;
    std::size_t started_ = 0;
    std::size_t failures_ = 0;
    std::set<job::Rank> gone_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace tt_run::launcher
