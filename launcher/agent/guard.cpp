#include "launcher/agent/guard.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/agent/process_tree.hpp"

namespace tt_run::launcher {

namespace {

using Clock = std::chrono::steady_clock;

/// Between two rounds of KILL at a tree that still forks.
constexpr int kKillRoundMilliseconds = 5;

std::vector<char*> pointers_to(const std::vector<std::string>& strings) {
    std::vector<char*> pointers;
    for (const std::string& string : strings) {
        pointers.push_back(const_cast<char*>(string.c_str()));
    }
    pointers.push_back(nullptr);
    return pointers;
}

/// In the new process: everything as a shell would leave it. Only returns if it could not start.
void become(const Program& program, char* const* arguments, char* const* environment) {
    sigset_t none;
    ::sigemptyset(&none);
    ::signal(SIGPIPE, SIG_DFL);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(program.input, STDIN_FILENO);
    ::dup2(program.output, STDOUT_FILENO);
    ::dup2(program.error, STDERR_FILENO);
    if (program.pmi >= 0) {
        ::fcntl(program.pmi, F_SETFD, 0);
    }
    if (::chdir(program.directory.c_str()) == 0) {
        environ = const_cast<char**>(environment);  // execvp looks along the program's own PATH
        ::execvp(arguments[0], arguments);
    }
}

class GuardLoop {
  public:
    GuardLoop(const Program& program, int agent) : program_(program), agent_(agent) {}

    void run() {
        block_child_signal();
        if (!start()) {
            return;
        }
        while (!reap()) {
            wait();
        }
        report(GuardReport::gone, 0);
    }

  private:
    void block_child_signal() {
        sigset_t child;
        ::sigemptyset(&child);
        ::sigaddset(&child, SIGCHLD);
        ::sigprocmask(SIG_SETMASK, &child, nullptr);
        children_ = job::Descriptor(::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
    }

    void report(GuardReport::Kind kind, std::uint32_t value, std::uint64_t peak_bytes = 0) const {
        const GuardReport sent{kind, value, peak_bytes};
        ::send(agent_, &sent, sizeof sent, MSG_NOSIGNAL);
    }

    bool start() {
        const std::vector<char*> arguments = pointers_to(program_.arguments);
        const std::vector<char*> environment = pointers_to(program_.environment);
        char** const own_environment = environ;
        volatile int failure = 0;
        first_ = ::vfork();
        if (first_ == 0) {
            become(program_, arguments.data(), environment.data());
            failure = errno;
            ::_exit(127);
        }
        environ = own_environment;
        for (const int end : {program_.input, program_.output, program_.error, program_.pmi}) {
            if (end >= 0) {
                ::close(end);
            }
        }
        if (first_ < 0 || failure != 0) {
            report(GuardReport::not_started, static_cast<std::uint32_t>(first_ < 0 ? errno : failure));
            return false;
        }
        report(GuardReport::started, static_cast<std::uint32_t>(first_));
        return true;
    }

    /// Takes every ended child, its own and adopted ones; true when none is left.
    bool reap() {
        int status = 0;
        rusage usage{};
        pid_t ended = 0;
        while ((ended = ::wait4(-1, &status, WNOHANG, &usage)) > 0) {
            if (ended == first_) {
                report(GuardReport::exited, static_cast<std::uint32_t>(status),
                       static_cast<std::uint64_t>(usage.ru_maxrss) << 10U);
                first_has_ended_ = true;
            }
        }
        if (ended < 0 && errno == ECHILD) {
            return true;
        }
        if (first_has_ended_ && !is_ending_) {
            terminate(program_.grace_ms);
        }
        return false;
    }

    void terminate(std::uint32_t grace_ms) {
        const Clock::time_point kill_at = Clock::now() + std::chrono::milliseconds(grace_ms);
        kill_at_ = is_ending_ ? std::min(kill_at_, kill_at) : kill_at;
        if (!is_ending_ && grace_ms != 0) {
            signal_all(descendants_of(::getpid()), SIGTERM);
        }
        is_ending_ = true;
        kill_if_due();
    }

    void kill_if_due() {
        if (is_ending_ && Clock::now() >= kill_at_) {
            signal_all(descendants_of(::getpid()), SIGKILL);
            kill_at_ = Clock::now() + std::chrono::milliseconds(kKillRoundMilliseconds);
        }
    }

    int milliseconds_to_wait() const {
        if (!is_ending_) {
            return -1;
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(kill_at_ - Clock::now()).count();
        return static_cast<int>(std::max<std::int64_t>(left, 0));
    }

    void wait() {
        pollfd news[2] = {{children_.get(), POLLIN, 0}, {agent_, POLLIN, 0}};
        ::poll(news, 2, milliseconds_to_wait());
        if ((news[0].revents & POLLIN) != 0) {
            signalfd_siginfo ignored{};
            while (::read(children_.get(), &ignored, sizeof ignored) > 0) {
            }
        }
        if (news[1].revents != 0) {
            obey();
        }
        kill_if_due();
    }

    void obey() {
        GuardOrder order{};
        const ssize_t got = ::recv(agent_, &order, sizeof order, MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
            agent_ = -1;  // poll ignores it
            terminate(program_.grace_ms);
        } else if (got == sizeof order && order.kind == GuardOrder::terminate) {
            terminate(order.value);
        } else if (got == sizeof order && !first_has_ended_) {
            ::kill(-first_, static_cast<int>(order.value));
        }
    }

    const Program& program_;
    int agent_;
    job::Descriptor children_;
    pid_t first_ = -1;
    bool first_has_ended_ = false;
    bool is_ending_ = false;
    Clock::time_point kill_at_;
};

/// Keeps only what the program gets and the way to the agent: an end of a pipe held here would never close.
void close_all_but(std::vector<int> kept) {
    std::sort(kept.begin(), kept.end());
    unsigned first = 0;
    for (const int one : kept) {
        if (one >= 0 && static_cast<unsigned>(one) >= first) {
            if (static_cast<unsigned>(one) > first) {
                ::close_range(first, static_cast<unsigned>(one) - 1, 0);
            }
            first = static_cast<unsigned>(one) + 1;
        }
    }
    ::close_range(first, ~0U, 0);
}

}  // namespace

Guard start_guard(const Program& program) {
    job::DescriptorPair ends = job::make_socket_pair(SOCK_SEQPACKET);
    if (!ends.first) {
        return {};
    }
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::setsid();
        ::prctl(PR_SET_CHILD_SUBREAPER, 1);
        close_all_but({program.input, program.output, program.error, program.pmi, ends.second.get()});
        GuardLoop(program, ends.second.get()).run();
        ::_exit(0);
    }
    if (pid < 0) {
        return {};
    }
    return {std::move(ends.first), pid};
}

}  // namespace tt_run::launcher
