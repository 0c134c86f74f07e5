#pragma once

#include <chrono>
#include <optional>

#include "launcher/run/job_record.hpp"
#include "launcher/run/peer_set.hpp"

namespace tt_run::launcher {

/// How a job is brought to its end: who is told what, and until when they may take to obey. Passive: its
/// owner says when the job is to end, and calls `look` at the time of `next`. Not thread-safe.
///   running -> ending -> leaving
/// ending: some rank still lives and has been told to end; leaving: agents have been told to go.
class JobEnding {
  public:
    using Clock = std::chrono::steady_clock;

    /// Borrows the record, where the cause is written down, and the peers, who are told.
    JobEnding(std::chrono::milliseconds grace, JobRecord& record, PeerSet& peers)
        : grace_(grace), record_(record), peers_(peers) {}

    /// From `begin` on, leaving included.
    bool has_begun() const { return has_begun_; }
    bool is_leaving() const { return is_leaving_; }

    /// TERM, the grace, KILL: the agents see to it. The first cause counts; a later call changes nothing.
    void end(EndCause cause);
    /// The ranks end by themselves, of a signal they were sent or for lack of their peers, or are killed
    /// after the grace.
    void end_without_term(EndCause cause);
    /// Without any grace, whatever was said before.
    void kill();
    /// Nobody is waited for any more: agents are told to go.
    void leave();

    /// Kills whoever has used up the grace. True if agents have had their time to answer as well: those that
    /// are still there are to be given up.
    bool look(Clock::time_point now);
    /// When it has to look again at the latest.
    std::optional<Clock::time_point> next() const;

  private:
    bool begin(EndCause cause);

    std::chrono::milliseconds grace_;
    JobRecord& record_;
    PeerSet& peers_;
    bool has_begun_ = false;
    bool is_leaving_ = false;
    std::optional<Clock::time_point> kill_at_;
    std::optional<Clock::time_point> cut_off_at_;
};

}  // namespace tt_run::launcher
