// How a launch ends: exit codes, signals, and nothing left behind.

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "test/scenario/launch_fixture.hpp"

using namespace tt_run::test;

TEST_CASE("24: the exit code is the first failing rank's; in the direct form the lowest one's") {
    const LaunchFixture d;
    const std::string form = GENERATE("--direct", "--tag=none");
    const auto code = [&](const std::string& script) {
        const ChildOutcome outcome = d.run({"--rank-binding", "two.yaml", form, "bash", "-c", script});
        CHECK(!has(outcome.standard_output, "Exit codes"));
        return outcome.exit_code;
    };
    CHECK(code("exit 0") == 0);
    CHECK(code("exit $((TT_RUN_RANK * 7))") == 7);
    // Rank 1 ends well after rank 0 has been taken away.
    CHECK(code("if [ $TT_RUN_RANK = 0 ]; then echo $$ > zero; exit 1; fi; "
               "while [ ! -s zero ] || kill -0 $(cat zero) 2>/dev/null; do sleep 0.05; done; "
               "sleep 0.3; exit 2") == 1);
    CHECK(code("[ $TT_RUN_RANK = 0 ] || exit 70") == 70);
    // Rank 0 dies when rank 1 is there: Hydra may kill itself otherwise, see the next case.
    const std::string kill =
        "if [ $TT_RUN_RANK = 1 ]; then : > up; exit 0; fi; "
        "while [ ! -e up ]; do sleep 0.02; done; rm up; kill -";
    CHECK(code(kill + "KILL $$") == 137);
    CHECK(code(kill + "SEGV $$") == 139);
}

TEST_CASE(
    "in the direct form, a rank that dies while Hydra still starts others takes Hydra with it, and tt-run "
    "says so",
    "[fault][fault-hydra-lost]") {
    LaunchFixture d;
    d.write("bin/mpiexec.hydra",
            "#!/bin/sh\nPATH=${PATH#*:}\nexport LD_PRELOAD=" TT_RUN_SLOW_SESSION
            " SLOW_SESSION_FIRST=$PWD/first\nexec mpiexec.hydra \"$@\"\n",
            true);
    d.environment["PATH"] = (d.directory() / "bin").string() + ":" + d.environment["PATH"];
    // Whichever rank is first dies; the other has not left Hydra's process group yet.
    const ChildOutcome outcome =
        d.run({"--rank-binding", "two.yaml", "--direct", "bash", "-c", "kill -SEGV $$"});
    INFO(outcome.standard_error);
    CHECK(d.exists("first"));
    CHECK(outcome.exit_code == 125);
    CHECK(has(outcome.standard_error, "mpiexec ended without saying what became of the ranks"));
    CHECK(has(outcome.standard_error, "run without --direct"));
}

TEST_CASE("24: `timeout` leaves nothing", "[fault][fault-timeout]") {
    const LaunchFixture d;
    const ChildOutcome outcome = d.shell(
        "timeout 2 tt-run --rank-binding two.yaml bash -c 'echo $$ > pid.$TT_RUN_RANK; exec sleep 600'; "
        "code=$?; for rank in 0 1; do kill -0 $(cat pid.$rank) && echo left; done; exit $code");
    CHECK(outcome.exit_code == 124);
    CHECK(!has(outcome.standard_output, "left"));
}

TEST_CASE("a signal is handed on and nothing is left") {
    const LaunchFixture d;
    for (const auto& [name, code] : {std::pair{"TERM", 143}, {"INT", 130}, {"HUP", 129}, {"QUIT", 131}}) {
        INFO(name);
        const ChildOutcome outcome = d.shell(fmt::format(
            "tt-run --rank-binding two.yaml bash -c 'echo $$ > pid.$TT_RUN_RANK; exec sleep 600' & "
            "while [ ! -s pid.0 ] || [ ! -s pid.1 ]; do sleep 0.02; done; kill -{} $!; wait $!; code=$?; "
            "for k in $(seq 100); do kill -0 $(cat pid.0) 2>/dev/null || kill -0 $(cat pid.1) 2>/dev/null || "
            "break; sleep 0.05; done; "
            "kill -0 $(cat pid.0) 2>/dev/null && echo left; kill -0 $(cat pid.1) 2>/dev/null && echo left; "
            "rm pid.*; exit $code",
            name));
        CHECK(outcome.exit_code == code);
        CHECK(!has(outcome.standard_output, "left"));  // Hydra may say there that the job was ended
    }
}

TEST_CASE("killing tt-run outright leaves no rank", "[fault][fault-tt-run-killed]") {
    const LaunchFixture d;
    const ChildOutcome outcome = d.shell(
        "tt-run --rank-binding two.yaml bash -c 'echo $$ > pid.$TT_RUN_RANK; exec sleep 600' & "
        "while [ ! -s pid.0 ] || [ ! -s pid.1 ]; do sleep 0.02; done; kill -KILL $!; wait $! 2>/dev/null; "
        "for k in $(seq 100); do kill -0 $(cat pid.0) 2>/dev/null || kill -0 $(cat pid.1) 2>/dev/null || "
        "exit 0; sleep 0.05; done; exit 9");
    CHECK(outcome.exit_code == 0);
}
