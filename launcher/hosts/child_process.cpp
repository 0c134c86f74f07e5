#include "launcher/hosts/child_process.hpp"

#include <cerrno>
#include <csignal>

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tt_run::launcher {

namespace {

using support::Error;
using support::Result;

constexpr int kNeverRan = 127;

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
    std::vector<char*> pointers;
    for (std::string& string : strings) {
        pointers.push_back(string.data());
    }
    pointers.push_back(nullptr);
    return pointers;
}

/// In the new process, which still shares the old one's memory and changes none of it. Only returns if the
/// program could not be run; errno says why.
void become(const ChildOrder& order, char* const* arguments, char* const* environment, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) {
        ::_exit(kNeverRan);
    }
    if (order.own_session) {
        ::setsid();
    }
    for (const auto& [from, to] : {std::pair{order.input, STDIN_FILENO},
                                   {order.output, STDOUT_FILENO},
                                   {order.error, STDERR_FILENO}}) {
        if (from >= 0) {
            ::dup2(from, to);
        }
    }
    ::signal(SIGPIPE, SIG_DFL);
    ::signal(SIGTTIN, SIG_DFL);
    ::sigprocmask(SIG_SETMASK, &order.signal_mask, nullptr);
    if (::chdir(order.directory.c_str()) == 0) {
        ::execve(arguments[0], arguments, environment);
    }
}

}  // namespace

Result<pid_t> start_child(ChildOrder order) {
    std::vector<std::string> entries;
    for (const auto& [name, value] : order.environment) {
        entries.push_back(fmt::format("{}={}", name, value));
    }
    const std::vector<char*> environment = pointers_to(entries);
    const std::vector<char*> arguments = pointers_to(order.arguments);
    const pid_t parent = ::getpid();
    volatile int code = 0;
    const pid_t child = ::vfork();
    if (child < 0) {
        return std::unexpected(Error::from_errno(errno).while_doing("starting a process"));
    }
    if (child == 0) {
        become(order, arguments.data(), environment.data(), parent);
        code = errno;
        ::_exit(kNeverRan);
    }
    if (code != 0) {
        ::waitpid(child, nullptr, 0);
        Error reason =
            code == E2BIG
                ? Error(
                      "the ranks' environments are too large for one command line (2 MiB in all, 128 "
                      "KiB each)")
                : Error::from_errno(code);
        return std::unexpected(std::move(reason).while_doing(
            fmt::format("running `{}` in `{}`", order.arguments[0], order.directory.string())));
    }
    return child;
}

}  // namespace tt_run::launcher
