// What a supervised job promises besides its end: limits, output, input.

#include <algorithm>
#include <cstdio>
#include <sstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "test/scenario/launch_fixture.hpp"

using namespace tt_run::test;
using Lines = std::vector<std::string>;

namespace {

/// The ranks that `[0-2,5] LINE` names, over all such lines; each as often as it is named.
std::vector<int> folded_ranks(const std::string& text, const std::string& line) {
    std::vector<int> ranks;
    for (const std::string& shown : sorted_lines(text)) {
        const std::size_t end = shown.find("] ");
        if (end == std::string::npos || shown.substr(end + 2) != line) {
            continue;
        }
        int first = 0;
        int last = 0;
        std::istringstream set(shown.substr(1, end - 1));
        for (std::string part; std::getline(set, part, ',');) {
            const int numbers = std::sscanf(part.c_str(), "%d-%d", &first, &last);
            for (int rank = first; rank <= (numbers == 2 ? last : first); ++rank) {
                ranks.push_back(rank);
            }
        }
    }
    std::sort(ranks.begin(), ranks.end());
    return ranks;
}

std::size_t count(const std::string& text, char what) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), what));
}

}  // namespace

TEST_CASE("a job over its time is ended, and says where each rank stood", "[fault][fault-too-long]") {
    const LaunchFixture d;
    for (const char* option : {"--timeout", "--idle-timeout"}) {
        // On a busy machine a rank may not run yet when a short time is over: then a longer one.
        ChildOutcome outcome;
        std::string limit;
        for (const int tenths : {3, 20, 100, 300}) {
            limit = fmt::format("{}.{}s", tenths / 10, tenths % 10);
            outcome = d.run({"--rank-binding", "two.yaml", option, limit, "sleep", "600"});
            if (!has(outcome.standard_error, "never started")) {
                break;
            }
        }
        INFO(outcome.standard_error);
        CHECK(outcome.exit_code == 124);
        CHECK(has(outcome.standard_error, fmt::format(" {:g} s ({})", std::stod(limit), option)));
        CHECK(has(outcome.standard_error, "rank 0 stands at:\n  process "));
        CHECK(has(outcome.standard_error, "rank 1 stands at:\n"));
        CHECK(has(outcome.standard_error, ": sleep 600\n"));
    }
}

TEST_CASE("ranks that do not start are named with their hosts", "[fault][fault-no-start]") {
    LaunchFixture d;
    // An ssh that waits for ever stands in for a host that does not answer.
    d.write("bin/ssh", "#!/bin/sh\necho $$ > ssh.pid\nexec sleep 600\n", true);
    const ChildOutcome outcome =
        d.run({"--rank-binding", "two.yaml", "--start-timeout", "500ms", "--mpi-args",
               "--host " + host_name() + ",nowhere -launcher-exec " + (d.directory() / "bin/ssh").string(),
               "true"});
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 124);
    CHECK(has(outcome.standard_error, "within 0.5 s (--start-timeout)"));
    CHECK(has(outcome.standard_error, " on nowhere\n"));
    CHECK(d.shell("kill -0 $(cat ssh.pid)").exit_code != 0);
}

TEST_CASE("a failing rank leaves the others alone if it should", "[fault][fault-one-of-four]") {
    const LaunchFixture d;
    d.write_ring(4);
    const std::string script =
        "if [ $TT_RUN_RANK = 2 ]; then while [ ! -e up.0 -o ! -e up.1 -o ! -e up.3 ]; do sleep 0.02; done; "
        "kill -SEGV $$; fi; : > up.$TT_RUN_RANK; sleep 0.5; echo done";
    const ChildOutcome outcome =
        d.run({"--rank-binding", "ring.yaml", "--on-failure=continue", "bash", "-c", script});
    CHECK(outcome.exit_code == 139);
    CHECK(outcome.standard_output == "done\ndone\ndone\n");
    CHECK(has(outcome.standard_error, "rank 2 failed (signal 11 (SIGSEGV"));
    d.shell("rm up.*");
    const ChildOutcome waits =
        d.run({"--rank-binding", "ring.yaml", "--on-failure=wait", "--grace", "10s", "bash", "-c", script});
    CHECK(waits.exit_code == 139);
    CHECK(waits.standard_output == "done\ndone\ndone\n");
}

TEST_CASE("a rank that was killed is named, though another failed of it and was heard of earlier",
          "[fault][fault-overtaken-crash]") {
    const LaunchFixture d;
    // Rank 1's agent is frozen while its program is killed, until tt-run has heard of rank 0's end.
    d.write("ranks",
            "#!/bin/bash\n"
            "if [ $TT_RUN_RANK = 1 ]; then echo $PPID $$ > pids.new; mv pids.new pids; exec sleep 600; fi\n"
            "until [ -e pids ]; do sleep 0.02; done\n"
            "read agent program < pids; kill -STOP $agent; kill -KILL $program; exit 1\n",
            true);
    const ChildOutcome outcome = d.shell(
        "tt-run --rank-binding two.yaml --events events ./ranks & until grep -qs '\"exit\"' events; "
        "do sleep 0.02; done; kill -CONT $(cut -d' ' -f1 pids); wait $!");
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 137);
    CHECK(has(outcome.standard_error, "rank 1 failed first: signal 9 (SIGKILL)\n"));
    CHECK(has(outcome.standard_error, ": exit code 1\n"));
    CHECK(!has(outcome.standard_error, "ended by tt-run"));
}

TEST_CASE("lines are whole, and tagged as asked") {
    const LaunchFixture d;
    d.write("parts",
            "#!/bin/sh\nprintf a; sleep 0.05; printf b; sleep 0.05; echo c; echo err >&2; printf last\n",
            true);
    const auto lines = [&](const std::string& tag) {
        const ChildOutcome outcome = d.run({"--rank-binding", "two.yaml", "--no-validate", tag, "./parts"});
        CHECK(outcome.exit_code == 0);
        return std::pair(sorted_lines(outcome.standard_output), sorted_lines(outcome.standard_error));
    };
    CHECK(lines("--tag=rank") ==
          std::pair(Lines{"[0] abc", "[0] last", "[1] abc", "[1] last"}, Lines{"[0] err", "[1] err"}));
    CHECK(lines("--tag=mesh").second == Lines{"[mesh 0.0 rank 0] err", "[mesh 0.1 rank 1] err"});
    CHECK(lines("--tag=host").second ==
          Lines{"[" + host_name() + " rank 0] err", "[" + host_name() + " rank 1] err"});
    CHECK(lines("--tag-output") == std::pair(Lines{"[1,0]<stdout>: abc", "[1,0]<stdout>: last",
                                                   "[1,1]<stdout>: abc", "[1,1]<stdout>: last"},
                                             Lines{"[1,0]<stderr>: err", "[1,1]<stderr>: err"}));
}

TEST_CASE("identical lines are folded") {
    const LaunchFixture d;
    d.write_ring(6);
    const ChildOutcome outcome =
        d.run({"--rank-binding", "ring.yaml", "--fold", "bash", "-c",
               "echo same; echo same; [ $OWN = 3 ] || echo most; echo bad >&2; echo own $OWN"});
    CHECK(outcome.exit_code == 0);
    // Every 0.3 s a part of it is shown: on a busy machine the ranks of one line may come in several.
    const std::string& text = outcome.standard_output;
    std::vector<int> same = folded_ranks(text, "same");
    for (const int rank : folded_ranks(text, "same (x2)")) {
        same.insert(same.end(), {rank, rank});
    }
    std::sort(same.begin(), same.end());
    CHECK(same == std::vector<int>{0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5});
    CHECK(folded_ranks(text, "most") == std::vector<int>{0, 1, 2, 4, 5});
    CHECK(folded_ranks(text, "own 3") == std::vector<int>{3});
    CHECK(folded_ranks(outcome.standard_error, "bad") == std::vector<int>{0, 1, 2, 3, 4, 5});
}

TEST_CASE("logs go to a file per rank and stream; one rank can be shown") {
    const LaunchFixture d;
    const ChildOutcome outcome =
        d.run({"--rank-binding", "two.yaml", "--no-validate", "--log-dir", "logs/a", "--only-rank", "1", "sh",
               "-c", "echo out $TT_RUN_RANK; echo err $TT_RUN_RANK >&2"});
    CHECK(outcome.standard_output == "out 1\n");
    CHECK(outcome.standard_error == "err 1\n");
    CHECK(d.read("logs/a/rank.0.stdout") == "out 0\n");
    CHECK(d.read("logs/a/rank.0.stderr") == "err 0\n");
    CHECK(d.read("logs/a/rank.1.stdout") == "out 1\n");
    const ChildOutcome alone =
        d.run({"--rank-binding", "two.yaml", "--only-rank", "0", "sh", "-c", "printf $TT_RUN_RANK"});
    CHECK(alone.standard_output == "0");
}

TEST_CASE("standard input of any size goes to rank 0, the others read its end") {
    const LaunchFixture d;
    const ChildOutcome outcome = d.shell(
        "head -c 20000000 /dev/zero | tt-run --rank-binding two.yaml bash -c 'echo $TT_RUN_RANK $(wc -c)'");
    CHECK(sorted_lines(outcome.standard_output) == Lines{"0 20000000", "1 0"});
    // A program that does not read is no obstacle.
    CHECK(d.shell("head -c 20000000 /dev/zero | tt-run --rank-binding two.yaml true").exit_code == 0);
}

TEST_CASE("a flood of output arrives whole, a closed stream and a silent rank harm nobody",
          "[fault][fault-flood]") {
    const LaunchFixture d;
    const ChildOutcome flood = d.shell(
        "tt-run --rank-binding two.yaml bash -c 'head -c 200000000 /dev/zero | tr \"\\0\" \"\\n\"' | wc -c");
    CHECK(flood.standard_output == "400000000\n");
    const ChildOutcome closed = d.run(
        {"--rank-binding", "two.yaml", "--no-validate", "bash", "-c", "exec >&-; sleep 0.2; echo here >&2"});
    CHECK(closed.exit_code == 0);
    CHECK(closed.standard_error == "here\nhere\n");
    CHECK(d.run({"--rank-binding", "two.yaml", "sleep", "0.3"}).exit_code == 0);
    // Nobody reads: the job ends like any other program in a pipeline.
    const ChildOutcome unread = d.shell(
        "set -o pipefail; tt-run --rank-binding two.yaml bash -c 'while :; do echo x; done' | head -1");
    CHECK(unread.exit_code == 141);
    CHECK(unread.standard_output == "x\n");
}

TEST_CASE("a flood waits for its reader, in little memory", "[fault][fault-slow-reader]") {
    const LaunchFixture d;
    // No process may have more than 300 MiB: a gigabyte does not fit, wherever it is held up.
    const std::string flood = "bash -c 'head -c 500000000 /dev/zero | tr \"\\0\" \"\\n\"'";
    const std::string slow_reader = " | (head -c 1000 >/dev/null; sleep 0.5; wc -c)";
    const ChildOutcome outcome =
        d.shell("ulimit -v 307200; tt-run --rank-binding two.yaml " + flood + slow_reader);
    INFO(outcome.standard_error);
    const long read = std::atol(outcome.standard_output.c_str());
    CHECK(read > 999'900'000);  // head may have read on to the end of a block
    CHECK(read < 1'000'000'000);
}

TEST_CASE("nothing that a peer without the token sends changes the job", "[fault][fault-hostile-peer]") {
    const LaunchFixture d;
    const ChildOutcome outcome = d.run(
        {"--rank-binding", "two.yaml", "bash", "-c", TT_RUN_HOSTILE_PROGRAM " && sleep 0.3 && echo well"});
    INFO(outcome.standard_output << outcome.standard_error);
    CHECK(outcome.exit_code == 0);
    CHECK(count(outcome.standard_output, '\n') == 4);
    CHECK(has(outcome.standard_output, "well\n"));
    CHECK(!has(outcome.standard_error, "rank"));
}

TEST_CASE("what a rank leaves behind ends with it", "[fault][fault-daemon]") {
    const LaunchFixture d;
    const ChildOutcome outcome = d.run({"--rank-binding", "two.yaml", "--grace", "50ms", "bash", "-c",
                                        "(setsid env -i sleep 600 & echo $! > left.$TT_RUN_RANK) ; exit 0"});
    CHECK(outcome.exit_code == 0);
    CHECK(d.shell("sleep 0.2; kill -0 $(cat left.0) || kill -0 $(cat left.1)").exit_code != 0);
}

TEST_CASE("the MPI is the one that the program was built for") {
    const LaunchFixture d;
    for (const char* program : {TT_RUN_MPICH_PROGRAM, TT_RUN_OPENMPI_PROGRAM}) {
        for (const char* form : {"--direct", "--tag=none"}) {
            const ChildOutcome outcome = d.run({"--rank-binding", "two.yaml", form, program, "none"});
            INFO(outcome.standard_error);
            CHECK(sorted_lines(outcome.standard_output) == Lines{"rank 0 of 2", "rank 1 of 2"});
        }
    }
}

TEST_CASE("programs with the names of verbs are programs after an option") {
    const LaunchFixture d;
    for (const char* name : {"env", "diff", "init", "doctor"}) {
        d.write(fmt::format("bin/{}", name), "#!/bin/sh\necho program\n", true);
        const ChildOutcome outcome =
            d.shell(fmt::format("PATH=$PWD/bin:$PATH tt-run --rank-binding two.yaml {}", name));
        CHECK(count(outcome.standard_output, '\n') == 2);
        CHECK(has(outcome.standard_output, "program\n"));
    }
}
