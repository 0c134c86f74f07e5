#include "launcher/agent/guard.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "job/descriptor.hpp"
#include "job/signal_descriptor.hpp"
#include "job/variable_names.hpp"
#include "launcher/agent/loopback_hold.hpp"
#include "launcher/agent/process_tree.hpp"
#include "launcher/agent/scratch_directory.hpp"

namespace tt_run::launcher {

namespace {

using std::chrono::milliseconds;

/// Agents that have lost their launcher or tt-run end their ranks by themselves, in less than this.
constexpr milliseconds kTimeToNotice{350};
/// Between TERM and KILL, at what is left then.
constexpr milliseconds kGrace{250};
constexpr int kNeverRan = 127;

sigset_t guarded_signals() {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGCHLD}) {
        ::sigaddset(&set, signal);
    }
    return set;
}

/// Waits for the end of a process or of this process's own parent, and hands signals on to the process
/// meanwhile. The process's wait status; nothing once the parent has gone.
std::optional<int> guard_until_end(pid_t process, pid_t parent) {
    LoopbackHold hold(process);
    const sigset_t set = guarded_signals();
    const job::Descriptor signals = job::make_signal_descriptor(set, job::SignalReading::waits);
    while (::getppid() == parent) {
        int status = 0;
        for (pid_t ended = 0; (ended = ::waitpid(-1, &status, WNOHANG)) > 0;) {
            if (ended == process && WIFSTOPPED(status)) {
                hold.stopped(status);
            } else if (ended == process) {
                return status;
            }
        }
        const auto signal = job::next_signal(signals);
        if (signal && signal->number != SIGCHLD && ::getppid() == parent) {
            ::kill(process, signal->number);
        }
    }
    return std::nullopt;
}

/// Ends this process in the way of that status, without a core of its own.
int end_like(int status) {
    if (WIFSIGNALED(status)) {
        const rlimit no_core{0, 0};
        ::setrlimit(RLIMIT_CORE, &no_core);
        ::signal(WTERMSIG(status), SIG_DFL);
        sigset_t only_this;  // another may be waiting
        ::sigemptyset(&only_this);
        ::sigaddset(&only_this, WTERMSIG(status));
        ::sigprocmask(SIG_UNBLOCK, &only_this, nullptr);
        ::raise(WTERMSIG(status));
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// In the process below a guard: TERM when the guard dies, now or already.
void follow(pid_t guard) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != guard) {
        ::raise(SIGTERM);
    }
}

void complain(const char* program, int error) {
    const std::string text =
        "tt-run-agent: running `" + std::string(program) + "`: " + std::strerror(error) + "\n";
    (void)!::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

int run_guarded(char* const* arguments, Port port) {
    const pid_t parent = ::getppid();
    const pid_t own = ::getpid();
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    sigset_t old_mask;
    const sigset_t set = guarded_signals();
    ::sigprocmask(SIG_BLOCK, &set, &old_mask);
    volatile int failure = 0;
    const pid_t process = ::vfork();
    if (process == 0) {
        ::sigprocmask(SIG_SETMASK, &old_mask, nullptr);
        follow(own);
        if (port == Port::loopback) {
            LoopbackHold::prepare_child();
        }
        ::execvp(arguments[0], arguments);
        failure = errno;
        ::_exit(kNeverRan);
    }
    if (process < 0 || failure != 0) {
        complain(arguments[0], process < 0 ? errno : failure);
        return kNeverRan;
    }
    const std::optional<int> status = guard_until_end(process, parent);
    if (status) {
        return end_like(*status);  // tt-run adopts what is left
    }
    end_descendants(kTimeToNotice, kGrace);
    if (const char* const scratch = std::getenv(job::kScratchVariable)) {
        ScratchDirectory::take_over(scratch);  // tt-run cannot remove it any more
    }
    return 0;
}

void divide_off_guard() {
    const pid_t parent = ::getppid();
    const pid_t guard = ::getpid();
    sigset_t old_mask;
    const sigset_t set = guarded_signals();
    ::sigprocmask(SIG_BLOCK, &set, &old_mask);
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    const pid_t process = ::fork();
    if (process > 0) {
        // An end of a connection that is held here would never close: only what says things stays open.
        ::close_range(STDERR_FILENO + 1, ~0U, 0);
        const std::optional<int> status = guard_until_end(process, parent);
        end_descendants(milliseconds(0), kGrace);
        ::_exit(status ? end_like(*status) : 0);
    }
    if (process == 0) {
        ::setsid();  // what is sent to the guard's group does not reach both
        follow(guard);
    }
    ::sigprocmask(SIG_SETMASK, &old_mask, nullptr);
}

}  // namespace tt_run::launcher
