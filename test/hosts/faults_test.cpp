// What goes wrong between hosts: the job comes to its right end, or ends naming the host; and no host keeps
// anything. Each fault has a name, its tag: `scripts/test-hosts "[fault-host-killed]"`.

#include <algorithm>
#include <regex>
#include <thread>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "support/file.hpp"
#include "test/hosts/test_hosts.hpp"

using namespace tt_run::test;

namespace {

constexpr int kVictim = 2;

std::vector<std::string> job(const std::vector<std::string>& program_words, const std::string& hosts) {
    std::vector<std::string> words{"--emulate",
                                   "--rank-binding",
                                   config("split-galaxy-4x2") + "/rank_bindings.yaml",
                                   "--hosts",
                                   hosts,
                                   "--host-timeout",
                                   "4s"};
    words.insert(words.end(), program_words.begin(), program_words.end());
    return words;
}

std::vector<std::string> pipeline(const std::string& tensors) {
    return job({program("hosts_program"), "5", tensors, "65536"}, "tthost0,tthost1,tthost2,tthost3");
}

void must_name_silent_host(const ChildOutcome& outcome) {
    INFO(outcome.standard_error);
    CHECK(!outcome.timed_out);
    CHECK(outcome.exit_code == 137);
    CHECK(has(outcome.standard_error,
              "tt-run: host tthost2 does not answer for 4 s (--host-timeout): frozen, down, or cut off; on "
              "it rank 2\n"));
}

/// The host's ranks end by themselves, though nobody can tell them to.
bool ranks_end_on(int host) {
    const auto is_rank = [](pid_t pid) {
        const auto line = tt_run::support::read_file(fmt::format("/proc/{}/cmdline", pid));
        return line && has(*line, "hosts_program");
    };
    for (int tries = 0; tries < 600; ++tries) {
        if (std::ranges::none_of(processes_on(host), is_rank)) {
            return true;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return false;
}

void must_not_reach(const ChildOutcome& outcome, const std::string& host, const std::string& reason) {
    INFO(outcome.standard_error);
    CHECK(!outcome.timed_out);
    CHECK(outcome.exit_code == 125);
    CHECK(has(outcome.standard_error, "tt-run: host " + host + " cannot be reached:\n  | "));
    CHECK(has(outcome.standard_error, reason));
    CHECK(leftovers() == "");
}

}  // namespace

TEST_CASE("a cable is pulled during a transfer: the host is named, and its ranks end by themselves",
          "[fault][fault-cable-pulled]") {
    Job running(pipeline("0"));
    REQUIRE(running.prints("running"));
    set_cable(kVictim, false);
    must_name_silent_host(running.wait());
    CHECK(ranks_end_on(kVictim));
    set_cable(kVictim, true);
    CHECK(leftovers() == "");
}

TEST_CASE("a host freezes during a transfer: it is named, and keeps nothing when it thaws",
          "[fault][fault-host-frozen]") {
    Job running(pipeline("0"));
    REQUIRE(running.prints("running"));
    set_frozen(kVictim, true);
    must_name_silent_host(running.wait());
    set_frozen(kVictim, false);
    CHECK(leftovers() == "");
}

TEST_CASE("a host loses its power during a transfer: it is named, though nothing there says good-bye",
          "[fault][fault-host-down]") {
    Job running(pipeline("0"));
    REQUIRE(running.prints("running"));
    set_cable(kVictim, false);
    network({"stop", std::to_string(kVictim)});
    const ChildOutcome outcome = running.wait();
    network({"start", std::to_string(kVictim)});
    must_name_silent_host(outcome);
    CHECK(leftovers() == "");
}

TEST_CASE(
    "a host is killed during a transfer: it is named, whatever its neighbours die of before that is known",
    "[fault][fault-host-killed]") {
    for (int time = 0; time < 3; ++time) {  // which connection is heard of first is a matter of luck
        Job running(pipeline("0"));
        REQUIRE(running.prints("running"));
        network({"stop", std::to_string(kVictim)});
        const ChildOutcome outcome = running.wait();
        network({"start", std::to_string(kVictim)});
        INFO(outcome.standard_error);
        CHECK(!outcome.timed_out);
        CHECK(outcome.exit_code == 137);
        CHECK(has(outcome.standard_error,
                  "tt-run: rank 2 failed first: lost: its agent was killed, or its host\n  host tthost2, "));
        CHECK(leftovers() == "");
    }
}

namespace {

/// The job comes to the same end through a cable that is shown to have done its worst.
void must_bear(const std::string& delay_ms, const std::string& lost_permille,
               const std::string& late_permille, const std::string& ill) {
    if (::access("/dev/net/tun", R_OK | W_OK) != 0) {
        WARN("there is no /dev/net/tun: no bad cable is tested");
        return;
    }
    network({"spoil", std::to_string(kVictim), delay_ms, lost_permille, late_permille});
    const ChildOutcome outcome = run_job(pipeline("2"));
    const std::string cable_said =
        tt_run::support::read_file(std::string(std::getenv("TT_RUN_HOSTS_STATE")) + "/tthost2.cable_said")
            .value_or("");
    network({"plug", std::to_string(kVictim)});
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 0);
    CHECK(std::ranges::count(outcome.standard_output, '\n') == 4);
    CHECK(has(cable_said, ill));
    CHECK(leftovers() == "");
}

}  // namespace

TEST_CASE("200 ms of delay slow a job, and change nothing else", "[fault][fault-network-delay]") {
    must_bear("200", "0", "0", "delayed");
}

TEST_CASE("one frame lost of a hundred slows a job, and changes nothing else",
          "[fault][fault-network-loss]") {
    must_bear("0", "10", "0", "lost");
}

TEST_CASE("frames out of order slow a job, and change nothing else", "[fault][fault-network-reorder]") {
    must_bear("0", "0", "250", "reordered");
}

// ---- ssh cannot reach a host: it is named at once, with ssh's reason

TEST_CASE("a host's key is not the one that is known: it is named, with ssh's reason",
          "[fault][fault-wrong-host-key]") {
    shell_on(
        0,
        "cp /root/.ssh/known_hosts /root/.ssh/kept && ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/other && "
        "sed -i '/^tthost2/d' /root/.ssh/known_hosts && "
        "echo \"tthost2,10.77.0.12 $(cat /root/.ssh/other.pub)\" >>/root/.ssh/known_hosts");
    const ChildOutcome outcome = run_job(pipeline("1"));
    shell_on(0, "mv /root/.ssh/kept /root/.ssh/known_hosts && rm /root/.ssh/other*");
    must_not_reach(outcome, "tthost2", "Host key verification failed");
}

TEST_CASE("there is no route to a host: it is named, with ssh's reason, under both MPIs",
          "[fault][fault-no-route]") {
    shell_on(0, "ip route add unreachable 10.77.0.12");
    const ChildOutcome mpich = run_job(pipeline("1"));
    const ChildOutcome open_mpi =
        run_job(job({program("hosts_ring_openmpi")}, "tthost0,tthost1,tthost2,tthost3"));
    shell_on(0, "ip route del unreachable 10.77.0.12");
    must_not_reach(mpich, "tthost2", "No route to host");
    must_not_reach(open_mpi, "tthost2", "No route to host");
}

TEST_CASE("nobody knows a host's name: it is named, with ssh's reason", "[fault][fault-unknown-host]") {
    must_not_reach(run_job(job({"hostname"}, "tthost0,nowhere,tthost1,tthost2")), "nowhere",
                   "resolve hostname nowhere");
}

TEST_CASE("a host has no tt-run: it is named, with its shell's reason", "[fault][fault-no-tt-run]") {
    shell_on(kVictim, "mv " + program("tt-run") + " " + program("tt-run") + ".kept");
    const ChildOutcome outcome = run_job(pipeline("1"));
    shell_on(kVictim, "mv " + program("tt-run") + ".kept " + program("tt-run"));
    must_not_reach(outcome, "tthost2", "No such file or directory");
}

TEST_CASE("a host hangs before the job starts: it is named, with ssh's reason",
          "[fault][fault-host-silent]") {
    set_frozen(kVictim, true);
    const ChildOutcome outcome = run_job(pipeline("1"));
    set_frozen(kVictim, false);
    must_not_reach(outcome, "tthost2", "timed out");
}

TEST_CASE("a disk is full on one host: the rank that needs it fails there, and is named with its host",
          "[fault][fault-disk-full]") {
    shell_on(kVictim,
             "mount -t tmpfs -o size=64k full /tmp && (cat /dev/zero >/tmp/fill || true) 2>/dev/null");
    shell_on(
        kVictim,
        "mount -t tmpfs -o size=64k full /dev/shm && (cat /dev/zero >/dev/shm/fill || true) 2>/dev/null");
    const ChildOutcome writes =
        run_job(job({"/bin/bash", "-c", "echo much >/tmp/result && rm /tmp/result && sleep 60"},
                    "tthost0,tthost1,tthost2,tthost3"));
    // Two ranks there: MPI may want the shared memory that is not to be had.
    const ChildOutcome pipes =
        run_job(job({program("hosts_program"), "5", "1", "65536"}, "tthost1:2,tthost2:2"));
    shell_on(kVictim, "umount /tmp && umount /dev/shm");
    INFO(writes.standard_error);
    CHECK(writes.exit_code == 1);
    CHECK(has(writes.standard_error, "tt-run: rank 2 failed first: exit code 1\n  host tthost2, "));
    CHECK(has(writes.standard_error, "No space left on device"));
    INFO(pipes.standard_error);
    CHECK((!pipes.timed_out && (pipes.exit_code == 0 || has(pipes.standard_error, "tthost2"))));
    shell_on(0, "rm -f /tmp/result");
    shell_on(1, "rm -f /tmp/result");
    shell_on(3, "rm -f /tmp/result");
    for (const int host : {1, 2}) {
        shell_on(host,
                 "rm -f /dev/shm/mpich_shar_tmp*");  // MPICH's, of ranks that are killed while they meet
    }
    CHECK(leftovers() == "");
}

TEST_CASE("a clock that is an hour ahead on one host: the job does not mind, and doctor says so",
          "[fault][fault-clock-skew]") {
    const std::string skewed =
        "if [ $(hostname) = tthost2 ]; then exec faketime -f +1h \"$0\" \"$@\"; fi; exec \"$0\" \"$@\"";
    const ChildOutcome outcome =
        run_job(job({"/bin/bash", "-c", skewed, program("hosts_program"), "5", "1", "65536"},
                    "tthost0,tthost1,tthost2,tthost3"));
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 0);
    CHECK(shell_on(kVictim, "[ $(faketime -f +1h date +%s) -gt $(($(date +%s) + 3000)) ] && echo ahead") ==
          "ahead\n");
    CHECK(leftovers() == "");

    // tt-run is static: its answer is set forward instead of its clock.
    const std::string tt_run = program("tt-run");
    shell_on(kVictim, "mv " + tt_run + " " + tt_run + ".kept && cat >" + tt_run + " <<'END' && chmod +x " +
                          tt_run + "\n#!/bin/bash\n" + tt_run +
                          ".kept \"$@\" | perl -pe 's/(\"clock\\w*\": )(\\d+)/$1.($2+3600)/e'\nEND\n");
    const ChildOutcome doctor = run_on(0, {tt_run, "doctor", "--hosts", "tthost1,tthost2"});
    shell_on(kVictim, "mv " + tt_run + ".kept " + tt_run);
    INFO(doctor.standard_output);
    CHECK(std::regex_search(doctor.standard_output, std::regex("clocks are (3[56]\\d\\d) s apart")));
}
