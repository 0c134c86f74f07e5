#pragma once

#include <chrono>
#include <filesystem>
#include <future>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <sys/types.h>

#include "test/support/child.hpp"

namespace tt_run::test {

/// The hosts that scripts/test-hosts has made, tthost0 to tthost3: jobs are started on tthost0, the one with
/// the source tree. The stranger is on their network and has no key.
inline constexpr int kHosts = 4;
inline constexpr int kStranger = 4;

/// Programs as every host has them.
std::string program(const std::string& name);
/// `configs/NAME`, which tthost0 alone has.
std::string config(const std::string& name);

/// Runs a command on a host, to its end.
ChildOutcome run_on(int host, const std::vector<std::string>& words, const std::string& input = "");
/// The same through a shell, which must return 0; what it printed.
std::string shell_on(int host, const std::string& command);

/// What is done to hosts and cables; see network.sh.
void network(const std::vector<std::string>& words);
/// Pulls a host's cable, or puts it back.
void set_cable(int host, bool connected);
/// Bytes that have come to the host on its cable so far.
std::uint64_t bytes_received(int host);

/// Every process of the host, but for those that it had when the tests began.
std::vector<pid_t> processes_on(int host);
/// Stops every process of the host, sshd and all, as if it hung; or lets them go on.
void set_frozen(int host, bool frozen);

/// Waits for all hosts to be as they were: no process and no file in /tmp or /dev/shm more than at the
/// beginning. What is left after a while, for people; empty if nothing is.
std::string leftovers();

/// One `tt-run` on tthost0, in its /tmp, running while the test goes on. Ends it if the test does not wait.
class Job {
  public:
    /// Options and program; variables besides tthost0's own few.
    explicit Job(std::vector<std::string> words, std::map<std::string, std::string> variables = {});
    ~Job();
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;

    /// Waits until it has printed this; false if it ended, or a long time passed, before.
    bool prints(const std::string& text);
    /// What it has printed so far.
    std::string output() const;
    /// Sends it a Ctrl-C, and waits for its end.
    ChildOutcome interrupt();
    /// Its end. A job that takes minutes hangs: it is killed, and `timed_out`.
    ChildOutcome wait();

  private:
    std::filesystem::path output_;
    std::filesystem::path error_;
    std::future<ChildOutcome> end_;
};

/// Runs a job to its end.
ChildOutcome run_job(std::vector<std::string> words, std::map<std::string, std::string> variables = {});

}  // namespace tt_run::test
