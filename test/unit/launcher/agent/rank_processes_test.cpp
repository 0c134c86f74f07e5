// A rank's processes are ended, all of them, whatever they do to be overlooked.

#include "launcher/agent/rank_processes.hpp"

#include <csignal>
#include <string>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "job/descriptor.hpp"
#include "launcher/agent/process_tree.hpp"

using namespace tt_run;
using launcher::Program;
using launcher::RankProcesses;
using std::chrono::milliseconds;

namespace {

Program shell(const std::string& script) {
    static const job::Descriptor nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
    return {
        {"/bin/sh", "-c", script}, {"PATH=/usr/bin:/bin"}, "/", nothing.get(), nothing.get(), nothing.get()};
}

/// The program's exit, once none is left.
RankProcesses::Exit run_to_end(RankProcesses& rank) {
    std::optional<RankProcesses::Exit> exit;
    while (!rank.none_left()) {
        if (const auto now = rank.reap()) {
            exit = now;
        }
        rank.kill_if_due();
        ::poll(nullptr, 0, 1);
    }
    REQUIRE(exit);
    CHECK(launcher::descendants_of(::getpid()).empty());
    return *exit;
}

void wait_for_descendants(std::size_t count) {
    while (launcher::descendants_of(::getpid()).size() < count) {
        ::poll(nullptr, 0, 1);
    }
}

}  // namespace

TEST_CASE("a program's exit status is what it says") {
    RankProcesses rank(milliseconds(100));
    REQUIRE(rank.start(shell("exit 7")) == 0);
    const auto exit = run_to_end(rank);
    CHECK(WEXITSTATUS(exit.wait_status) == 7);
    CHECK(exit.peak_memory_bytes > 0);
}

TEST_CASE("a program that cannot be started leaves no process") {
    RankProcesses rank(milliseconds(100));
    Program program = shell("");
    program.arguments = {"/no/such/program"};
    CHECK(rank.start(program) == ENOENT);
    CHECK(rank.none_left());
    program = shell("");
    program.directory = "/no/such/directory";
    CHECK(rank.start(program) == ENOENT);
    CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
}

TEST_CASE("what the program leaves behind ends with it") {
    RankProcesses rank(milliseconds(100));
    REQUIRE(rank.start(shell("setsid sleep 600 & (setsid sh -c '(sleep 600 &)' &); exit 3")) == 0);
    CHECK(WEXITSTATUS(run_to_end(rank).wait_status) == 3);
}

TEST_CASE("TERM reaches processes in sessions of their own, KILL those that do not heed it") {
    RankProcesses rank(milliseconds(100));
    REQUIRE(rank.start(shell("trap '' TERM; setsid sleep 600 & sleep 600")) == 0);
    wait_for_descendants(3);
    rank.terminate(milliseconds(50));
    CHECK(WTERMSIG(run_to_end(rank).wait_status) == SIGKILL);
}

TEST_CASE("a signal goes to the program's group, and KILL follows if it was to end them") {
    RankProcesses rank(milliseconds(50));
    REQUIRE(rank.start(shell("trap 'exit 5' USR1; while :; do sleep 0.01; done")) == 0);
    wait_for_descendants(2);
    rank.signal(SIGUSR1);
    CHECK(WEXITSTATUS(run_to_end(rank).wait_status) == 5);

    RankProcesses deaf(milliseconds(50));
    REQUIRE(deaf.start(shell("trap '' INT; sleep 600; sleep 600")) == 0);
    wait_for_descendants(2);
    deaf.signal(SIGINT);
    deaf.kill_after_grace();
    CHECK(WTERMSIG(run_to_end(deaf).wait_status) == SIGKILL);
}
