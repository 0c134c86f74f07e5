#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "job/rank.hpp"
#include "launcher/plan/plan.hpp"
#include "launcher/run/peer_set.hpp"

namespace tt_run::launcher {

/// Notices that a host has frozen, died, or been cut off, which TCP may never tell: agents on other hosts are
/// sent a heartbeat now and then and send it back; one of which nothing at all has been heard for
/// `--host-timeout` is lost. A supervisor that did not run itself for a while blames nobody. Watches nothing
/// if every agent is on this host. Passive: its owner calls `look` at the time of `next`. Not thread-safe.
class HostWatch {
  public:
    using Clock = std::chrono::steady_clock;

    /// Borrows the plan.
    HostWatch(const LaunchPlan& plan, bool between_hosts) : plan_(plan), is_on_(between_hosts) {}

    bool is_on() const { return is_on_; }

    struct Verdict {
        std::vector<job::Rank> lost;  ///< whose agents are silent, ascending
        std::string explanation;      ///< for people: a line for each host
    };
    /// What is to be given up now, if anything is. Sends heartbeats that are due.
    std::optional<Verdict> look(Clock::time_point now, PeerSet& ranks);
    /// Ranks whose agents have missed a heartbeat, ascending: they may be lost, but need not be.
    std::vector<job::Rank> suspects(Clock::time_point now, const PeerSet& ranks) const;
    /// When it has to look again at the latest.
    std::optional<Clock::time_point> next() const { return is_on_ ? std::optional(beat_at_) : std::nullopt; }

  private:
    std::chrono::milliseconds interval() const;
    std::vector<job::Rank> silent_for(Clock::duration time, Clock::time_point now,
                                      const PeerSet& ranks) const;
    std::string render(const std::vector<job::Rank>& lost) const;

    const LaunchPlan& plan_;
    bool is_on_;
    Clock::time_point looked_ = Clock::now();
    Clock::time_point beat_at_ = looked_;
    Clock::time_point blameless_until_ = looked_;  ///< silence counts from here on
};

}  // namespace tt_run::launcher
