// What tools see of a run: plan files, events, reports, annotations, a rank's environment.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "test/scenario/launch_fixture.hpp"

using namespace tt_run::test;
using nlohmann::json;

TEST_CASE("a plan file runs as the command line that wrote it") {
    const LaunchFixture d;
    const ChildOutcome planned =
        d.run({"--rank-binding", "two.yaml", "--plan", "p.json", "--tag=rank", "--dry-run", "sh", "-c",
               "echo $TT_MESH_HOST_RANK $TT_VISIBLE_DEVICES"});
    CHECK(planned.exit_code == 0);
    CHECK(json::parse(d.read("p.json"))["ranks"][1]["environment"]["TT_VISIBLE_DEVICES"]["origin"] ==
          "env_overrides");
    const ChildOutcome run = d.run({"--from-plan", "p.json"});
    CHECK(run.exit_code == 0);
    CHECK(sorted_lines(run.standard_output) == std::vector<std::string>{"[0] 0 0,1", "[1] 1 2,3"});
    CHECK(d.run({"--from-plan", "p.json", "--dry-run"}).standard_output == planned.standard_output);
}

TEST_CASE("events tell a run line by line, and the report tells it whole") {
    const LaunchFixture d;
    const ChildOutcome outcome =
        d.run({"--rank-binding", "two.yaml", "--events", "e.jsonl", "--events-output", "--report", "r",
               "bash", "-c",
               "echo out; if [ $TT_RUN_RANK = 1 ]; then while [ ! -e up ]; do sleep 0.02; done; "
               "echo bad >&2; exit 7; fi; : > up; exec sleep 600"});
    CHECK(outcome.exit_code == 7);
    std::map<std::string, std::vector<json>> events;
    for (const std::string& line : [&] {
             std::vector<std::string> lines;
             std::istringstream stream(d.read("e.jsonl"));
             for (std::string one; std::getline(stream, one);) {
                 lines.push_back(one);
             }
             return lines;
         }()) {
        const json event = json::parse(line);
        events[event["event"]].push_back(event);
    }
    REQUIRE(events["plan"].size() == 1);
    CHECK(events["plan"][0]["version"] == 1);
    CHECK(events["plan"][0]["ranks"][1]["chips"] == "2,3");
    CHECK(events["start"].size() == 2);
    CHECK(events["exit"].size() == 2);
    CHECK(!events["output"].empty());
    REQUIRE(events["failure"].size() == 1);
    CHECK(events["failure"][0]["rank"] == 1);
    CHECK(events["failure"][0]["exit_code"] == 7);
    CHECK(events["failure"][0]["last_stderr"] == "bad\n");
    REQUIRE(events["summary"].size() == 1);
    CHECK(events["summary"][0]["exit_code"] == 7);

    const json report = json::parse(d.read("r/report.json"));
    CHECK(report["schema"] == "tt-run-report");
    CHECK(report["version"] == 1);
    CHECK(report["exit_code"] == 7);
    CHECK(report["first_failure"]["rank"] == 1);
    CHECK(report["ranks"][0]["signal"] == "SIGTERM");
    CHECK(report["ranks"][0]["ended_by_tt_run"] == true);
    CHECK(report["ranks"][1]["last_stderr"] == "bad\n");
    CHECK(report["ranks"][1]["phases"][0]["name"] == "launch");
    CHECK(report["ranks"][1]["phases"].size() == 2);
    CHECK(report["ranks"][1]["phases_from"] == "nobody");
    CHECK(report["plan"]["schema"] == "tt-run-plan");
    CHECK(report["mesh_graph_descriptors"].size() == 1);
    CHECK(has(d.read("r/report.html"), "rank 1 failed first"));
    CHECK(has(d.shell("tt-run show r").standard_output, "rank 1 failed first: exit code 7"));
    CHECK(d.shell("tt-run diff r r").exit_code == 0);
}

TEST_CASE("of a program with another runtime, what it says to Hydra tells when its MPI starts and ends") {
    const LaunchFixture d;
    CHECK(d.run({"--rank-binding", "two.yaml", "--report", "r", TT_RUN_MPICH_PROGRAM, "none"}).exit_code ==
          0);
    const json report = json::parse(d.read("r/report.json"));
    for (const json& rank : report["ranks"]) {
        std::vector<std::string> names;
        for (const json& phase : rank["phases"]) {
            names.push_back(phase["name"]);
        }
        CHECK(rank["phases_from"] == "agent");
        // A slow start may be seen as several, with a pause between.
        REQUIRE(names.size() >= 5);
        CHECK(std::vector(names.begin(), names.begin() + 3) ==
              std::vector<std::string>{"launch", "run", "MPI"});
        CHECK(std::vector(names.end() - 2, names.end()) == std::vector<std::string>{"run", "close"});
    }
    // Nobody looks, nobody tells.
    const std::vector<std::string> plain{"--rank-binding", "two.yaml", "sh", "-c",
                                         "echo ${TT_RUN_PHASES-unset}"};
    CHECK(d.run(plain).standard_output == "unset\nunset\n");
}

TEST_CASE("a failure is an annotation in GitHub's workflows") {
    LaunchFixture d;
    d.environment["GITHUB_ACTIONS"] = "true";
    const ChildOutcome outcome =
        d.run({"--rank-binding", "two.yaml", "sh", "-c", "exit $((TT_RUN_RANK * 7))"});
    CHECK(has(outcome.standard_output,
              "::error title=tt-run%3A rank 1 failed first%3A exit code 7::tt-run: rank 1"));
    CHECK(!has(d.run({"--rank-binding", "two.yaml", "true"}).standard_output, "::error"));
}

TEST_CASE("a rank's environment is explained") {
    LaunchFixture d;
    d.environment["TT_VISIBLE_DEVICES"] = "31";
    const ChildOutcome outcome =
        d.run({"env", "--rank", "1", "--rank-binding", "two.yaml", "--env", "X=a b"});
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 0);
    CHECK(has(outcome.standard_output, "# rank 1 on "));
    CHECK(has(outcome.standard_output, "# env_overrides\n"));
    CHECK(has(outcome.standard_output, "'X=a b'"));
    CHECK(has(outcome.standard_output, "kept from ranks, for they are a rank's own: TT_VISIBLE_DEVICES\n"));
}

TEST_CASE("ranks that wait for each other are found out, those that are merely slow are not") {
    const LaunchFixture d;
    d.write_ring(3);
    const ChildOutcome outcome = d.run({"--rank-binding", "ring.yaml", TT_RUN_WAIT_PROGRAM});
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 124);
    CHECK(has(outcome.standard_error,
              "tt-run: deadlock: these ranks wait for each other: 0 -> 1 -> 2 -> 0\n"
              "  rank 0 waits in socket receive for rank 1 (has 2 of 3)\n"));
    CHECK(d.run({"--rank-binding", "ring.yaml", TT_RUN_WAIT_PROGRAM, "alive"}).exit_code == 0);
}

TEST_CASE("the doctor looks at other hosts by ssh, and at those that do not answer") {
    LaunchFixture d;
    // An ssh that knows one host, on which the command is run as it is.
    d.write("bin/ssh",
            "#!/bin/sh\nwhile [ \"$1\" = -o ]; do shift 2; done\n[ \"$1\" = here ] && exec sh -c "
            "\"$2\"\nexit 255\n",
            true);
    d.environment["PATH"] = (d.directory() / "bin").string() + ":" + d.environment["PATH"];
    const ChildOutcome outcome = d.run({"doctor", "--hosts", "here,nowhere", "--format", "json"});
    CHECK(outcome.exit_code == 1);
    const json health = json::parse(outcome.standard_output);
    CHECK(health["hosts"][0]["host"] == "here");
    CHECK(!health["hosts"][0]["version"].get<std::string>().empty());
    CHECK(health["hosts"][1]["findings"][0]["subject"] == "ssh");
    CHECK(has(d.run({"doctor", "--hosts", "nowhere"}).standard_output, "fix: ssh -o BatchMode=yes nowhere "));
}

TEST_CASE("a terminal gets a line on how the job is doing, below whole lines of output, and a pipe none") {
    LaunchFixture d;
    d.environment["NO_COLOR"] = "";  // as good as unset
    const std::string job =
        "tt-run --rank-binding two.yaml bash -c 'for k in 1 2 3 4 5 6; do echo line one; sleep 0.2; done'";
    // script gives its command a terminal and writes down what comes out of it.
    const ChildOutcome watched = d.shell("TERM=xterm script -qec \"" + job + "\" /dev/null </dev/null");
    CHECK(watched.exit_code == 0);
    CHECK(has(watched.standard_output, "started 2/2"));
    CHECK(has(watched.standard_output, "exited 0"));
    std::string words = watched.standard_output;
    for (std::size_t at = 0; (at = words.find("\r\x1b[2m")) != std::string::npos;) {
        words.erase(at, words.find("\x1b[K", at) + 3 - at);  // one drawing of the line
    }
    for (std::size_t at = 0; (at = words.find("\r\x1b[K")) != std::string::npos;) {
        words.erase(at, 4);
    }
    std::size_t lines = 0;
    for (std::size_t at = words.find("line "); at != std::string::npos; at = words.find("line ", at + 1)) {
        ++lines;
        CHECK((at == 0 || words[at - 1] == '\n'));
    }
    CHECK(lines == 12);
    const ChildOutcome unwatched =
        d.shell("TERM=xterm script -qec \"" + job + " --no-status\" /dev/null </dev/null >/dev/null; " + job);
    CHECK(!has(unwatched.standard_output + unwatched.standard_error, "started"));
    d.environment["NO_COLOR"] = "1";
    const ChildOutcome plain = d.shell("TERM=xterm script -qec \"" + job + "\" /dev/null </dev/null");
    CHECK(has(plain.standard_output, "started 2/2"));
    CHECK(!has(plain.standard_output, "\x1b[2m"));
}
