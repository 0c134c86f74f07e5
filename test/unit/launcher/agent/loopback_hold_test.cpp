// A program's first TCP port is kept to its host, and nothing else of the program changes.

#include "launcher/agent/loopback_hold.hpp"

#include <array>
#include <csignal>
#include <string>
#include <utility>

#include <catch2/catch.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "job/descriptor.hpp"

using namespace tt_run;

namespace {

/// Runs a Python program under a hold; what it printed, and its wait status.
std::pair<std::string, int> run_held(const char* program) {
    job::DescriptorPair output = job::make_pipe();
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(output.second.get(), STDOUT_FILENO);
        launcher::LoopbackHold::prepare_child();
        ::execl("/usr/bin/python3", "python3", "-c", program, nullptr);
        ::_exit(127);
    }
    output.second.close();
    launcher::LoopbackHold hold(child);
    int status = 0;
    while (::waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
        hold.stopped(status);
    }
    std::string printed;
    std::array<char, 256> block{};
    for (ssize_t got = 0; (got = ::read(output.first.get(), block.data(), block.size())) > 0;) {
        printed.append(block.data(), static_cast<std::size_t>(got));
    }
    return {printed, status};
}

}  // namespace

TEST_CASE("the first TCP port that a program listens at is bound to the loopback interface, no other") {
    const auto [printed, status] = run_held(
        "import socket\n"
        "def interface(family):\n"
        "    s = socket.socket(family)\n"
        "    s.bind('\\0tt-run-test-hold' if family == socket.AF_UNIX else ('', 0))\n"
        "    s.listen()\n"
        "    return s.getsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, 16).strip(b'\\0').decode()\n"
        "interface(socket.AF_UNIX)\n"
        "print([interface(socket.AF_INET), interface(socket.AF_INET)])\n");
    CHECK(status == 0);
    CHECK(printed == "['lo', '']\n");
}

TEST_CASE("a held program is sent its signals, may become another, and ends as it would") {
    CHECK(run_held("import os, signal; os.kill(os.getpid(), signal.SIGTERM)").second == SIGTERM);
    const auto [printed, status] = run_held(
        "import os, signal\n"
        "signal.signal(signal.SIGUSR1, lambda *_: print('heard', flush=True))\n"
        "os.kill(os.getpid(), signal.SIGUSR1)\n"
        "os.execv('/bin/sh', ['sh', '-c', 'echo became; exit 3'])\n");
    CHECK(printed == "heard\nbecame\n");
    CHECK(WEXITSTATUS(status) == 3);
}
