#include "launcher/agent/rank_processes.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/agent/process_tree.hpp"

namespace tt_run::launcher {

namespace {

using std::chrono::milliseconds;

std::vector<char*> pointers_to(const std::vector<std::string>& strings) {
    std::vector<char*> pointers;
    pointers.reserve(strings.size() + 1);
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
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
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

}  // namespace

int RankProcesses::start(const Program& program) {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    const std::vector<char*> arguments = pointers_to(program.arguments);
    const std::vector<char*> environment = pointers_to(program.environment);
    char** const own_environment = environ;
    volatile int failure = 0;
    program_ = ::vfork();
    if (program_ == 0) {
        become(program, arguments.data(), environment.data());
        failure = errno;
        ::_exit(127);
    }
    environ = own_environment;
    if (program_ < 0) {
        return errno;
    }
    if (failure != 0) {
        ::waitpid(program_, nullptr, 0);
        return failure;
    }
    none_left_ = false;
    return 0;
}

std::optional<RankProcesses::Exit> RankProcesses::reap() {
    std::optional<Exit> exit;
    int status = 0;
    rusage usage{};
    pid_t ended = 0;
    while (!none_left_ && (ended = ::wait4(-1, &status, WNOHANG, &usage)) > 0) {
        if (ended == program_) {
            program_has_ended_ = true;
            exit = {status, static_cast<std::uint64_t>(usage.ru_maxrss) << 10U};
        }
    }
    none_left_ = none_left_ || (ended < 0 && errno == ECHILD);
    if (program_has_ended_ && !none_left_ && !was_terminated_) {
        terminate(grace_);
    }
    return exit;
}

void RankProcesses::signal(int number) const {
    if (!none_left_ && !program_has_ended_) {
        ::kill(-program_, number);
    }
}

void RankProcesses::terminate(milliseconds grace) {
    if (!none_left_ && !was_terminated_ && grace.count() != 0) {
        signal_all(descendants_of(::getpid()), SIGTERM);
    }
    was_terminated_ = true;
    kill_after(grace);
}

void RankProcesses::kill_after(milliseconds time) {
    const Clock::time_point kill_at = Clock::now() + time;
    kill_at_ = std::min(kill_at_.value_or(kill_at), kill_at);
    kill_if_due();
}

void RankProcesses::kill_if_due() {
    if (!none_left_ && kill_at_ && Clock::now() >= *kill_at_) {
        signal_all(descendants_of(::getpid()), SIGKILL);
        has_killed_ = true;
        kill_at_ = Clock::now() + kKillRound;
    }
}

int RankProcesses::milliseconds_to_wait() const {
    if (none_left_ || !kill_at_) {
        return -1;
    }
    const auto left = std::chrono::ceil<milliseconds>(*kill_at_ - Clock::now()).count();
    return static_cast<int>(std::max<std::int64_t>(left, 0));
}

}  // namespace tt_run::launcher
