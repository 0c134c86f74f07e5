#include "test/runtime/socket_run.hpp"

#include <catch2/catch.hpp>

#include "test/support/places.hpp"

namespace tt_run::test {

ChildOutcome run_sockets(const std::string& program, const SocketRun& how) {
    ChildCommand command;
    command.environment = test_environment();
    command.environment["TT_RUN_SOCKET_TRANSPORT"] = how.transport;
    command.deadline = std::chrono::seconds(120);
    command.arguments = how.launcher;
    if (how.launcher.empty()) {
        command.arguments = {
            "tt-run", "--emulate", "--rank-binding",
            tt_run::test::source_directory() + "/configs/" + how.config + "/rank_bindings.yaml"};
        command.arguments.insert(command.arguments.end(), how.options.begin(), how.options.end());
    }
    command.arguments.push_back(tt_run::test::binary_directory() + "/socket_program");
    command.arguments.push_back(program);
    return run_child(command);
}

void must_succeed(const ChildOutcome& outcome) {
    INFO(outcome.standard_output);
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 0);
    CHECK(!outcome.timed_out);
}

}  // namespace tt_run::test
