#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "job/deadlock_watch.hpp"
#include "launcher/plan/plan.hpp"
#include "launcher/run/hang_inspection.hpp"
#include "launcher/run/job_outcome.hpp"
#include "launcher/run/peer_set.hpp"

namespace tt_run::launcher {

/// Decides that a job hangs: it does not start, runs for too long, says nothing for too long, or its ranks
/// wait for each other. Before a limit ends the job, every rank is asked where it stands. Passive: its owner
/// tells it what it hears, and calls `look` at the time of `next`. Not thread-safe.
///   starting -> running -> being inspected -> verdict
///       \           \-> deadlocked -------------^
///        \-> not all started in time -----------^
class HangWatch {
  public:
    using Clock = std::chrono::steady_clock;

    /// Borrows the plan.
    HangWatch(const LaunchPlan& plan, Clock::time_point start);

    void all_ranks_started() { start_deadline_.reset(); }
    /// A rank has done something that can be seen.
    void sign_of_life(Clock::time_point now) { last_sign_of_life_ = now; }
    void hear(job::Rank rank, const job::Blocked& report, Clock::time_point now);
    void hear(job::Rank rank, const job::Unblocked& report, Clock::time_point now);
    void hear(job::Rank rank, const job::Stacks& stacks);
    /// The rank has ended.
    void rank_ended(job::Rank rank);
    /// Its program is over, and only waits for the others' end.
    void program_ended(job::Rank rank) { waits_.leave(rank); }
    /// Its runtime has gone; unless the rank has ended it may start another.
    void runtime_lost(job::Rank rank);

    /// Ranks that have told that they wait and have not told yet that they go on.
    std::size_t blocked() const;

    struct Verdict {
        EndCause cause;
        std::string explanation;  ///< for people
        bool ends_job = true;     ///< false: it is only told (TT_RUN_DEADLOCK=report)
    };
    /// Why the job is to be ended now, if it is. Asks ranks what it has to ask them.
    std::optional<Verdict> look(Clock::time_point now, const JobOutcome& outcome, PeerSet& ranks);
    /// When it has to look again at the latest.
    std::optional<Clock::time_point> next() const;

  private:
    void inspect(EndCause cause, Clock::time_point now, const JobOutcome& outcome, PeerSet& ranks);
    std::optional<Verdict> look_at_waits(Clock::time_point now, PeerSet& ranks);
    bool job_survives_deadlock() const;

    const LaunchPlan& plan_;
    Clock::time_point start_;
    Clock::time_point last_sign_of_life_;
    std::optional<Clock::time_point> start_deadline_;
    job::DeadlockWatch waits_;
    std::set<job::Rank> ended_;
    std::optional<Clock::time_point> look_at_waits_at_;  ///< once a runtime has reported
    std::string told_deadlock_;                          ///< that the job survives
    std::optional<HangInspection> inspection_;
    std::string explanation_;
};

}  // namespace tt_run::launcher
