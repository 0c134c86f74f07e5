// The examples, as a user builds and runs them: against an installed tt_run, through find_package, under
// tt-run.

#include <algorithm>

#include <catch2/catch.hpp>

#include "test/support/child.hpp"
#include "test/support/places.hpp"
#include "test/support/temporary_directory.hpp"

using namespace tt_run::test;

namespace {

void must_run(std::vector<std::string> arguments) {
    ChildCommand command;
    command.arguments = std::move(arguments);
    command.environment = test_environment();
    command.deadline = std::chrono::seconds(300);
    const ChildOutcome outcome = run_child(command);
    INFO(outcome.standard_output);
    INFO(outcome.standard_error);
    REQUIRE(outcome.exit_code == 0);
}

}  // namespace

TEST_CASE("the examples build against an installed tt_run and run") {
    const TemporaryDirectory directory;
    const std::string prefix = (directory.path() / "prefix").string();
    const std::string build = (directory.path() / "build").string();
    for (const char* component : {"runtime", "dev"}) {
        must_run({TT_RUN_CMAKE, "--install", TT_RUN_BUILD_DIR, "--prefix", prefix, "--component", component});
    }
    must_run({TT_RUN_CMAKE, "-S", tt_run::test::source_directory() + "/examples/runtime", "-B", build, "-G",
              "Ninja", "-DCMAKE_PREFIX_PATH=" + prefix, "-DCMAKE_CXX_COMPILER=" TT_RUN_CXX});
    must_run({TT_RUN_CMAKE, "--build", build});

    const auto run = [&](const std::string& config, const std::string& example,
                         const std::string& emulate = "--emulate") {
        ChildCommand command;
        command.arguments = {"tt-run", emulate, "--rank-binding",
                             tt_run::test::source_directory() + "/configs/" + config + "/rank_bindings.yaml",
                             build + "/" + example};
        command.environment = test_environment();
        const ChildOutcome outcome = run_child(command);
        INFO(outcome.standard_error);
        CHECK(outcome.exit_code == 0);
        return outcome.standard_output;
    };
    const auto lines = [](const std::string& text) { return std::ranges::count(text, '\n'); };
    CHECK(run("t3k", "hello_mesh") ==
          "rank 0 of 1: MeshShape([2, 4]) of 8 wormhole_b0 chips, the first is M0D0\n");
    CHECK(lines(run("5-galaxy", "hello_mesh")) == 5);
    CHECK(lines(run("split-galaxy-4x4", "relu_exp")) == 2);
    const std::string big = run("split-galaxy-big-mesh", "big_mesh");
    CHECK(lines(big) == 4);
    CHECK(big.find("rank 3 of 4: 8 of the 16 chips are mine, and all agree\n") != std::string::npos);
    CHECK(run("t3k", "tensor_parallel").starts_with("8 chips, correlation with one: "));
    CHECK(run("split-galaxy-4x4", "two_stage_pipeline", "--emulate=wh-galaxy")
              .find("rank 1 received it on 16 devices, and exp(relu(x)) is right on all\n") !=
          std::string::npos);
    CHECK(run("closetbox", "chain", "--emulate=closetbox") ==
          "5 tensors came through 16 meshes of 8 chips\n");
    // The same program, unchanged, on other systems.
    CHECK(run("split-galaxy-4x4", "chain", "--emulate=wh-galaxy") ==
          "5 tensors came through 2 meshes of 16 chips\n");
    CHECK(run("5-galaxy", "chain", "--emulate=wh-galaxy*5@all-to-all:4") ==
          "5 tensors came through 5 meshes of 32 chips\n");
    CHECK(lines(run("5-galaxy", "all_to_all", "--emulate=wh-galaxy*5@all-to-all:4")) == 5);
    CHECK(lines(run("split-galaxy-4x2", "aggregator")) == 4);
}
