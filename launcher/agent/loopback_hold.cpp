#include "launcher/agent/loopback_hold.hpp"

#include <csignal>

#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "job/descriptor.hpp"

namespace tt_run::launcher {

namespace {

/// A stop at the border of a system call, as PTRACE_O_TRACESYSGOOD marks it.
constexpr int kSystemCall = SIGTRAP | 0x80;

bool is_tcp(int socket) {
    int domain = 0;
    socklen_t size = sizeof domain;
    return ::getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
           (domain == AF_INET || domain == AF_INET6);
}

}  // namespace

void LoopbackHold::prepare_child() {
    ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
}

void LoopbackHold::stopped(int status) {
    const int signal = WSTOPSIG(status);
    if (!has_options_) {  // its exec
        has_options_ = true;
        ::ptrace(PTRACE_SETOPTIONS, program_, nullptr, PTRACE_O_TRACESYSGOOD);
        ::ptrace(PTRACE_SYSCALL, program_, nullptr, nullptr);
    } else if (signal != kSystemCall) {
        const int handed_on = signal == SIGTRAP ? 0 : signal;  // a further exec
        ::ptrace(PTRACE_SYSCALL, program_, nullptr, handed_on);
    } else {
        ::ptrace(is_done() ? PTRACE_DETACH : PTRACE_SYSCALL, program_, nullptr, nullptr);
    }
}

bool LoopbackHold::is_done() const {
    __ptrace_syscall_info info{};
    if (::ptrace(PTRACE_GET_SYSCALL_INFO, program_, sizeof info, &info) < 0) {
        return true;  // the kernel cannot say what it is about to do
    }
    if (info.op != PTRACE_SYSCALL_INFO_ENTRY || info.entry.nr != SYS_listen) {
        return false;
    }
    const job::Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, program_, 0)));
    const job::Descriptor socket(
        static_cast<int>(::syscall(SYS_pidfd_getfd, process.get(), static_cast<int>(info.entry.args[0]), 0)));
    if (socket && !is_tcp(socket.get())) {
        return false;
    }
    constexpr char kLoopback[] = "lo";
    ::setsockopt(socket.get(), SOL_SOCKET, SO_BINDTODEVICE, kLoopback, sizeof kLoopback);
    return true;
}

}  // namespace tt_run::launcher
