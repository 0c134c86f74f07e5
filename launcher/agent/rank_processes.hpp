#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace tt_run::launcher {

/// What a rank starts: argv, the whole environment, the directory, and what the program finds at 0, 1, 2.
struct Program {
    std::vector<std::string> arguments;
    std::vector<std::string> environment;
    std::string directory;
    int input = -1;
    int output = -1;
    int error = -1;
    int pmi = -1;  ///< kept open across exec, if there is one
};

/// All the processes of one rank: its program, in a process group of its own, and whatever that starts,
/// however often it forks or changes its session. This process becomes their subreaper, so that every one of
/// them is below it; they are TERMed should it die. What the program leaves behind when it ends is ended.
/// Passive: its owner calls `reap` at a SIGCHLD and `kill_if_due` when the time has come. One per process;
/// not thread-safe.
///   idle -> running -> program ended -> none left
class RankProcesses {
  public:
    /// `grace` between TERM and KILL, for what the program leaves behind.
    explicit RankProcesses(std::chrono::milliseconds grace) : grace_(grace) {}

    /// 0, or the error number of what kept it from starting. Every descriptor of `program` can be closed
    /// then.
    int start(const Program& program);
    pid_t program() const { return program_; }

    struct Exit {
        int wait_status = 0;
        std::uint64_t peak_memory_bytes = 0;
    };
    /// Takes every process that has ended; the program's exit if it is among them.
    std::optional<Exit> reap();
    bool none_left() const { return none_left_; }
    /// KILL has been sent, after a grace.
    bool has_killed() const { return has_killed_; }

    /// To the program's group, as long as the program runs.
    void signal(int number) const;
    /// TERM, the grace, KILL, to all of them. A second call can only shorten the grace.
    void terminate(std::chrono::milliseconds grace);
    /// They have been told to end in another way: KILL after the grace.
    void kill_after_grace() { kill_after(grace_); }
    void kill_if_due();
    /// Until `kill_if_due` has something to do; -1 for ever.
    int milliseconds_to_wait() const;

  private:
    using Clock = std::chrono::steady_clock;

    void kill_after(std::chrono::milliseconds time);

    std::chrono::milliseconds grace_;
    pid_t program_ = -1;
    bool program_has_ended_ = false;
    bool none_left_ = true;
    bool was_terminated_ = false;
    bool has_killed_ = false;
    std::optional<Clock::time_point> kill_at_;
};

}  // namespace tt_run::launcher
