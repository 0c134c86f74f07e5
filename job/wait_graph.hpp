#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "job/supervision_message.hpp"

namespace tt_run::job {

/// Who waits for whom, from the ranks' reports, and whether anybody can ever go on.
///
/// A rank is free until it reports a wait, and again when it takes the report back. A rank that waits for all
/// of its peers can go on once each of them can; one that waits for any, once one of them can; a free rank
/// always can. Ranks that cannot go on by this rule are deadlocked, whatever the free ones do: that is exact,
/// not a guess, for what the reports say. Reports travel, so they may be old: DeadlockWatch asks again.
///
/// A peer that has brought its part already, by its own report, holds nobody up. A rank that was never heard
/// of counts as free. Nobody waits with success for a rank that has left.
class WaitGraph {
  public:
    explicit WaitGraph(std::size_t ranks);

    /// A newer report replaces an older one; an older epoch than the last is ignored.
    void block(Rank rank, const Blocked& report);
    void unblock(Rank rank, const Unblocked& report);
    /// The rank has ended: it will bring nothing any more.
    void leave(Rank rank);
    /// Its runtime has gone, the rank has not, or may start another: it is as if never heard of.
    void forget(Rank rank);
    bool is_blocked(Rank rank) const { return nodes_.at(static_cast<std::size_t>(rank.value)).is_blocked; }

    /// The ranks that cannot go on, ascending; with each its epoch.
    struct Deadlock {
        std::vector<Rank> ranks;
        std::vector<std::uint64_t> epochs;
        /// Ranks that wait in a ring, each for the next and the last for the first; or, if nobody waits in a
        /// ring, a chain whose last one waits for a rank that has gone.
        std::vector<Rank> chain;
        bool is_ring = true;

        bool operator==(const Deadlock&) const = default;
    };
    std::optional<Deadlock> find_deadlock() const;

    /// What each rank of a deadlock waits for, one line per wait.
    std::string render(const Deadlock& deadlock) const;
    /// What every waiting rank waits for, for a report on a hang that is no deadlock. Empty if none waits.
    std::string render_waits() const;

  private:
    struct Node {
        bool is_blocked = false;
        bool has_left = false;
        Blocked report;
        std::uint64_t last_epoch = 0;
        bool has_epoch = false;
    };

    /// Whether a peer has brought what a wait needs of it, as far as it has said.
    bool has_brought(std::size_t peer, const Wait& wait) const;
    std::vector<bool> find_stuck() const;
    Deadlock trace(const std::vector<bool>& stuck) const;
    std::string render_rank(Rank rank) const;

    std::vector<Node> nodes_;
};

}  // namespace tt_run::job
