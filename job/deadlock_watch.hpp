#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "job/supervision_message.hpp"
#include "job/wait_graph.hpp"

namespace tt_run::job {

/// Turns wait reports into a verdict that is never a false alarm. Reports may be old: a rank that has long
/// got what it waited for may be slow to say so. So each suspect is asked twice to look again, the second
/// time after all have answered the first: if all then still stand at the same wait, there was one moment at
/// which all of them stood, and nobody else can free them. A suspect that does not answer is alive as far as
/// anybody knows, and there is no verdict.
///
/// Knows no clock: its owner calls `advance` every so often, and what lies between two calls is the time that
/// a message in flight is given to arrive. Not thread-safe.
///   calm -> asked once -> asked twice -> verdict
///     ^---------+--------------/   (any suspect moved)
class DeadlockWatch {
  public:
    explicit DeadlockWatch(std::size_t ranks) : graph_(ranks) {}

    void hear(Rank rank, const Blocked& report);
    void hear(Rank rank, const Unblocked& report) { graph_.unblock(rank, report); }
    void leave(Rank rank) { graph_.leave(rank); }
    void forget(Rank rank) { graph_.forget(rank); }

    struct Step {
        std::vector<Rank> to_ask;  ///< each gets this Probe
        Probe probe;
        std::optional<std::string> verdict;  ///< what is deadlocked, for people
    };
    Step advance();

    const WaitGraph& graph() const { return graph_; }

  private:
    static constexpr int kRounds = 2;

    Step ask(const std::vector<Rank>& suspects);

    WaitGraph graph_;
    std::optional<WaitGraph::Deadlock> suspected_;
    std::set<Rank> answered_;
    std::uint64_t probe_ = 0;
    int rounds_ = 0;
};

}  // namespace tt_run::job
