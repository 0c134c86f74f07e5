#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <signal.h>
#include <sys/types.h>

#include "job/descriptor.hpp"
#include "launcher/agent/scratch_directory.hpp"
#include "launcher/plan/plan.hpp"
#include "launcher/plan/supervised_command.hpp"
#include "support/error.hpp"
#include "support/host_environment.hpp"

namespace tt_run::launcher {

/// The MPI launcher of a supervised job, in a session of its own below a guard (agent/guard.hpp), which ends
/// when it does and as it does. What it says is kept, for the case that it is what failed. Passive: its owner
/// polls `output`, reaps at a SIGCHLD, and calls `end_if_due`; its temporary files go with the object. Not
/// thread-safe.
///   running -> given a deadline -> told to end -> ended
class LauncherProcess {
  public:
    using Clock = std::chrono::steady_clock;

    /// Starts it, with that signal mask.
    static support::Result<LauncherProcess> start(const LaunchPlan& plan,
                                                  const support::HostEnvironment& host,
                                                  const SupervisorAddress& supervisor,
                                                  const sigset_t& signal_mask);

    bool is_running() const { return guard_ > 0; }
    /// Its wait status, once, when it has ended.
    std::optional<int> reap();

    /// Readable when it has said something; -1 when it says no more.
    int output() const { return output_.get(); }
    void take_words();
    const std::string& words() const { return words_; }

    /// It has that long to end by itself; then TERM, the grace, KILL.
    void expect_end_within(std::chrono::milliseconds time) { deadline_ = Clock::now() + time; }
    void end_if_due(Clock::time_point now);
    std::optional<Clock::time_point> deadline() const { return is_running() ? deadline_ : std::nullopt; }
    /// Whether a status is of a signal that others than tt-run have sent, or of a crash before it was told to
    /// end.
    bool was_ended_by_another(int status) const;

  private:
    LauncherProcess(pid_t guard, job::Descriptor output, ScratchDirectory scratch)
        : guard_(guard), output_(std::move(output)), scratch_(std::move(scratch)) {}

    pid_t guard_;
    job::Descriptor output_;
    ScratchDirectory scratch_;
    std::string words_;
    std::optional<Clock::time_point> deadline_;
    bool was_told_to_end_ = false;
};

}  // namespace tt_run::launcher
