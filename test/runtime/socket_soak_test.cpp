// Any rank killed at any moment: nobody hangs, nothing is left. 200 times, by name:
//   socket_soak_test "200 ranks killed at any moment"
// And what goes on for long, for a short while: the rest is scripts/soak.

#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <thread>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "test/runtime/socket_run.hpp"
#include "test/support/job_processes.hpp"
#include "test/support/places.hpp"
#include "test/support/temporary_directory.hpp"

using namespace tt_run::test;

namespace {

/// Shared memory with a name of ours, which would outlive a process. The MPIs' own is not looked at: they
/// have files for moments of MPI_Init, which a rank that is killed just then leaves, and other jobs come and
/// go.
std::set<std::string> leftovers() {
    std::set<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator("/dev/shm")) {
        const std::string name = entry.path().filename();
        if (name.starts_with("tt")) {
            found.insert(name);
        }
    }
    return found;
}

/// One job of ranks with traffic among all of them, one of which is killed.
void lose_a_rank(std::mt19937& random, int round) {
    const std::string transport = kTransports[random() % 2];
    const std::string config = random() % 2 == 0 ? "split-galaxy-4x4" : "split-galaxy-4x2";
    const auto delay = std::chrono::milliseconds(random() % 700);
    const std::size_t victim = random();
    INFO("round " << round << ": " << config << ", transport `" << transport << "`, after " << delay.count()
                  << " ms");
    const std::string mark = std::to_string(::getpid()) + "." + std::to_string(round);
    const TemporaryDirectory scratch;
    const auto before = leftovers();

    ChildCommand command;
    command.environment = test_environment();
    command.environment["TT_RUN_SOCKET_TRANSPORT"] = transport;
    command.environment["TT_TEST_MARK"] = mark;
    command.environment["TMPDIR"] = scratch.path().string();
    command.arguments = {"tt-run",
                         "--emulate",
                         "--rank-binding",
                         tt_run::test::source_directory() + "/configs/" + config + "/rank_bindings.yaml",
                         tt_run::test::binary_directory() + "/socket_program",
                         "traffic"};
    command.deadline = std::chrono::seconds(50);
    ChildOutcome outcome;
    std::thread job([&] { outcome = run_child(command); });
    const auto ranks = [&] { return processes_with("TT_TEST_MARK=" + mark, "socket_program"); };
    for (int tries = 0; ranks().empty() && tries < 2000; ++tries) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    std::this_thread::sleep_for(delay);
    const std::vector<pid_t> alive = ranks();
    const pid_t killed = alive.empty() ? -1 : alive[victim % alive.size()];
    if (killed > 0) {
        ::kill(killed, SIGKILL);
    }
    job.join();

    INFO(outcome.standard_error);
    CHECK(killed > 0);
    CHECK(!outcome.timed_out);
    CHECK(outcome.exit_code == 137);  // even if a survivor's failure is heard of first
    CHECK(processes_with("TT_TEST_MARK=" + mark, "").empty());
    CHECK(leftovers() == before);
    CHECK(std::filesystem::is_empty(scratch.path()));
}

void lose_ranks(int rounds) {
    const std::uint32_t seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    for (int round = 0; round < rounds; ++round) {
        lose_a_rank(random, round);
    }
}

}  // namespace

TEST_CASE("a rank killed at any moment leaves no hang, no orphan and no memory",
          "[fault][fault-random-kill]") {
    lose_ranks(8);
}

TEST_CASE("sockets that are made and closed leave nothing in a process") {
    for (const std::string& transport : kTransports) {
        INFO(transport);
        must_succeed(run_sockets("soak-cycles", {.config = "split-galaxy-4x4",
                                                 .options = {"--env", "SOAK_CYCLES=3000"},
                                                 .transport = transport}));
    }
}

TEST_CASE("200 ranks killed at any moment", "[.soak][fault][fault-random-kill-200]") {
    lose_ranks(200);
}
