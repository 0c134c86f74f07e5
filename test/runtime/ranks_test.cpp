// Ranks of a job: under tt-run with an emulated system, and what is left of a job when one of them dies.

#include <algorithm>
#include <sstream>

#include <catch2/catch.hpp>

#include "test/support/child.hpp"
#include "test/support/places.hpp"
#include "test/support/temporary_directory.hpp"

using namespace tt_run::test;

namespace {

const std::string kReport = tt_run::test::binary_directory() + "/device_report";
const std::string kConfigs = tt_run::test::source_directory() + "/configs/";

ChildOutcome run(std::vector<std::string> arguments) {
    ChildCommand command;
    command.arguments = std::move(arguments);
    command.environment = test_environment();
    command.environment["TT_RUN_EMULATE"] = "1";
    return run_child(command);
}

std::vector<std::string> sorted_lines(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    std::ranges::sort(lines);
    return lines;
}

}  // namespace

TEST_CASE("each rank opens its own mesh") {
    const ChildOutcome outcome =
        run({"tt-run", "--rank-binding", kConfigs + "split-galaxy-4x4/rank_bindings.yaml", kReport, "devices",
             "rank"});
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 0);
    CHECK(
        sorted_lines(outcome.standard_output) ==
        std::vector<std::string>{"16 devices, wormhole_b0 MeshShape([4, 4]), local 16, grid 8x9, first M0D0",
                                 "16 devices, wormhole_b0 MeshShape([4, 4]), local 16, grid 8x9, first M1D0",
                                 "rank 0 of 2, 0 of 2 in all, sub-context -1 of 1",
                                 "rank 1 of 2, 1 of 2 in all, sub-context -1 of 1"});
}

TEST_CASE("sub-contexts are worlds of their own") {
    const TemporaryDirectory directory;
    directory.write("map.yaml", "subcontext_id_to_rank_bindings: {0: " + kConfigs +
                                    "t3k/rank_bindings.yaml, 1: " + kConfigs +
                                    "split-galaxy-4x4/rank_bindings.yaml}\n");
    const ChildOutcome outcome =
        run({"tt-run", "--rank-bindings-mapping", (directory.path() / "map.yaml").string(), kReport, "rank",
             "barrier", "devices"});
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 0);
    const auto lines = sorted_lines(outcome.standard_output);
    REQUIRE(lines.size() == 6);
    CHECK(lines[3] == "rank 0 of 1, 0 of 3 in all, sub-context 0 of 2");
    CHECK(lines[4] == "rank 0 of 2, 1 of 3 in all, sub-context 1 of 2");
    CHECK(lines[5] == "rank 1 of 2, 2 of 3 in all, sub-context 1 of 2");
}

TEST_CASE("when a rank dies in any way, the others end and the job says so") {
    for (const std::string word : {"die-last", "exit-last", "throw-last"}) {
        INFO(word);
        const ChildOutcome outcome = run({"mpiexec.hydra", "-n", "3", kReport, "barrier", word, "barrier"});
        CHECK(!outcome.timed_out);
        CHECK(outcome.exit_code != 0);  // Hydra mixes the codes of all ranks into one
    }
}

TEST_CASE("the machine to emulate is given to all ranks") {
    const ChildOutcome outcome = run({"tt-run", "--emulate", "--cluster", "wh-galaxy", "--rank-binding",
                                      kConfigs + "split-galaxy-4x2/rank_bindings.yaml", kReport, "devices"});
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 0);
    CHECK(
        sorted_lines(outcome.standard_output) ==
        std::vector<std::string>{"8 devices, wormhole_b0 MeshShape([4, 2]), local 8, grid 8x9, first M0D0",
                                 "8 devices, wormhole_b0 MeshShape([4, 2]), local 8, grid 8x9, first M1D0",
                                 "8 devices, wormhole_b0 MeshShape([4, 2]), local 8, grid 8x9, first M2D0",
                                 "8 devices, wormhole_b0 MeshShape([4, 2]), local 8, grid 8x9, first M3D0"});
}

TEST_CASE("another MPI's launcher is found out") {
    ChildCommand command;
    command.arguments = {kReport, "rank"};
    command.environment = test_environment();
    command.environment["TT_RUN_SIZE"] = "2";
    const ChildOutcome outcome = run_child(command);
    CHECK(outcome.exit_code == 9);
    CHECK(outcome.standard_error.find("tt-run started 2 ranks, but MPI finds 1") != std::string::npos);
}
