#include "launcher/run/run_plan.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <utility>

#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "job/descriptor.hpp"
#include "job/signal_descriptor.hpp"
#include "launcher/hosts/child_process.hpp"
#include "launcher/plan/direct_command.hpp"
#include "launcher/run/exit_code_filter.hpp"
#include "launcher/run/process_settings.hpp"

namespace tt_run::launcher {

namespace {

using support::Error;
using support::Result;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kGrace{5};

using job::Descriptor;

/// A running mpiexec, with the reading end of its standard output.
struct Mpiexec {
    pid_t pid = -1;
    Descriptor output;
};

Result<Mpiexec> start(DirectCommand command, const std::filesystem::path& directory,
                      const sigset_t& old_mask) {
    job::DescriptorPair output = job::make_pipe();
    if (!output.first) {
        return std::unexpected(Error::from_errno(errno).while_doing("making a pipe"));
    }
    const Result<pid_t> child = start_child({.arguments = std::move(command.arguments),
                                             .environment = std::move(command.environment),
                                             .directory = directory,
                                             .output = output.second.get(),
                                             .signal_mask = old_mask});
    if (!child) {
        return std::unexpected(child.error());
    }
    return Mpiexec{*child, std::move(output.first)};
}

/// Writes all of it; a full disk is no reason to stop following the job. (A reader that went away ends us by
/// SIGPIPE.)
void write_fully(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EAGAIN) {
            pollfd wait{descriptor, POLLOUT, 0};
            ::poll(&wait, 1, -1);
            continue;
        }
        if (written < 0 && errno != EINTR) {
            return;
        }
        text.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
}

/// Follows one mpiexec to its end.
class Follower {
  public:
    Follower(Mpiexec mpiexec, Descriptor signals, const std::string& hostname, int standard_output)
        : mpiexec_(std::move(mpiexec)),
          signals_(std::move(signals)),
          filter_(hostname),
          standard_output_(standard_output) {}

    RunOutcome follow(std::size_t ranks) {
        while (mpiexec_.output.get() >= 0) {
            wait_for_news();
        }
        write_fully(standard_output_, filter_.finish());
        // Its output is closed, so it is about to end; signals still count until it has.
        int status = 0;
        while (::waitpid(mpiexec_.pid, &status, WNOHANG) == 0) {
            wait_for_news();
        }
        return outcome(status, ranks);
    }

  private:
    void wait_for_news() {
        std::array<pollfd, 2> waits{{{mpiexec_.output.get(), POLLIN, 0}, {signals_.get(), POLLIN, 0}}};
        const int news = ::poll(waits.data(), waits.size(), first_signal_ == 0 ? -1 : 100);
        if (first_signal_ != 0 && Clock::now() > deadline_) {
            ::kill(mpiexec_.pid, SIGKILL);
        }
        if (news <= 0) {
            return;
        }
        if ((waits[1].revents & POLLIN) != 0) {
            take_signal();
        }
        if ((waits[0].revents & (POLLIN | POLLHUP)) != 0) {
            take_output();
        }
    }

    void take_output() {
        std::array<char, 65536> block{};
        const ssize_t got = ::read(mpiexec_.output.get(), block.data(), block.size());
        if (got == 0 || (got < 0 && errno != EINTR)) {
            mpiexec_.output.close();
        } else if (got > 0) {
            write_fully(standard_output_, filter_.feed({block.data(), static_cast<std::size_t>(got)}));
        }
    }

    void take_signal() {
        const auto signal = job::next_signal(signals_);
        if (!signal || signal->number == SIGCHLD) {
            return;  // it only wakes us
        }
        if (first_signal_ != 0) {
            ::kill(mpiexec_.pid, SIGKILL);
            return;
        }
        first_signal_ = signal->number;
        deadline_ = Clock::now() + kGrace;
        // A Ctrl-C at the terminal has reached mpiexec already, and two would make it drop its ranks at once.
        const bool from_terminal = signal->from_kernel && signal->number == SIGINT;
        if (!from_terminal) {
            // Hydra hands INT and TERM on; HUP and QUIT only kill itself.
            ::kill(mpiexec_.pid, signal->number == SIGINT ? SIGINT : SIGTERM);
        }
    }

    /// `ranks` is 0 for a launcher that lists no statuses, and whose own is the first failing rank's.
    RunOutcome outcome(int status, std::size_t ranks) const {
        if (first_signal_ != 0) {
            return {128 + first_signal_, false};
        }
        if (ranks == 0) {
            return {WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status), false};
        }
        if (filter_.statuses().size() == ranks) {
            return {exit_code_of(filter_.statuses()), false};
        }
        return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? RunOutcome{0, false}
                                                             : RunOutcome{kLauncherFailed, true};
    }

    Mpiexec mpiexec_;
    Descriptor signals_;
    ExitCodeFilter filter_;
    int standard_output_;
    int first_signal_ = 0;
    Clock::time_point deadline_;
};

}  // namespace

Result<RunOutcome> run_plan(const LaunchPlan& plan, const support::HostEnvironment& host,
                            int standard_output) {
    if (const auto made = make_directories(plan); !made) {
        return std::unexpected(made.error());
    }
    const sigset_t handled = handled_signals();
    sigset_t old_mask;
    ::sigprocmask(SIG_BLOCK, &handled, &old_mask);
    Descriptor signals = job::make_signal_descriptor(handled, job::SignalReading::at_once);
    Result<RunOutcome> outcome = RunOutcome{};
    if (Result<Mpiexec> mpiexec = start(build_direct_command(plan, host), plan.working_directory, old_mask)) {
        outcome = Follower(*std::move(mpiexec), std::move(signals), host.hostname, standard_output)
                      .follow(plan.flavour == Flavour::hydra ? plan.ranks.size() : 0);
    } else {
        outcome = std::unexpected(mpiexec.error());
    }
    ::sigprocmask(SIG_SETMASK, &old_mask, nullptr);
    return outcome;
}

}  // namespace tt_run::launcher
