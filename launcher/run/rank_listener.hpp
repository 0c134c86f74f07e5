#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "launcher/plan/plan.hpp"
#include "launcher/run/hang_watch.hpp"
#include "launcher/run/input_feed.hpp"
#include "launcher/run/job_ending.hpp"
#include "launcher/run/job_record.hpp"
#include "launcher/run/job_secrets.hpp"
#include "launcher/run/output_router.hpp"
#include "launcher/run/peer_set.hpp"

namespace tt_run::launcher {

/// What agents and runtimes say, and what it means for the job: rows of the plan go out to agents that join,
/// output to the router, everything into the record; a failure ends the job if it should. Not thread-safe.
class RankListener final : public PeerListener {
  public:
    /// What it hears with, and what it tells. All of it is borrowed.
    struct Job {
        const LaunchPlan& plan;
        const JobSecrets& secrets;
        bool between_hosts;
        bool wants_phases;  ///< for a report or a status line
        PeerSet& peers;
        JobRecord& record;
        OutputRouter& router;
        InputFeed& input;
        HangWatch& hangs;
        JobEnding& ending;
    };
    explicit RankListener(const Job& job);

    void agent_joined(job::Rank rank, const job::Hello& hello) override;
    void agent_refused(job::Rank rank, const job::Hello& hello) override;
    void agent_said(job::Rank rank, const job::Message& message) override;
    void agent_lost(job::Rank rank) override;
    void runtime_said(job::Rank rank, const job::Message& message) override;
    void runtime_lost(job::Rank rank) override;
    void host_unreachable(const job::Unreachable& report) override;

    /// What became of the rank is known, and stands in the record.
    void settled(job::Rank rank);
    /// Their agents are out of reach.
    void give_up(const std::vector<job::Rank>& ranks);
    /// Whose agent was the first to go away while its rank was running.
    std::optional<job::Rank> first_lost() const { return first_lost_; }
    /// Nothing is left of the rank, or nobody can say so any more.
    void set_gone(job::Rank rank);

    /// Lets ranks print as much more as has been taken from them since.
    void give_credit();
    /// The terminal's cursor is where a line begins.
    bool at_line_start() const { return at_line_start_; }

  private:
    template <class Other>
    void hear(job::Rank, const Other&) {}  // no agent says it
    void hear(job::Rank rank, const job::Started& started);
    void hear(job::Rank rank, const job::NotStarted& refused);
    void hear(job::Rank rank, const job::Phase& phase);
    void hear(job::Rank rank, const job::Output& output);
    void hear(job::Rank rank, const job::Credit& credit);
    void hear(job::Rank rank, const job::Aborted& aborted);
    void hear(job::Rank rank, const job::Exited& exited);
    void hear(job::Rank rank, const job::Stacks& stacks);
    void hear(job::Rank rank, const job::Gone& gone);

    Job job_;
    std::vector<std::uint32_t> owed_credit_;  ///< by rank, in bytes
    std::size_t ranks_owed_ = 0;              ///< those that are owed a piece at least
    std::optional<job::Rank> first_lost_;
    bool at_line_start_ = true;
};

}  // namespace tt_run::launcher
