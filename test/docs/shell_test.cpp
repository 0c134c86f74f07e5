// What a shell and `man` make of what tt-run says of itself.

#include <algorithm>
#include <filesystem>

#include <catch2/catch.hpp>

#include "test/docs/document.hpp"
#include "test/support/child.hpp"
#include "test/support/temporary_directory.hpp"

using namespace tt_run::test;

namespace {

ChildOutcome shell(const std::string& script, const std::filesystem::path& directory) {
    ChildCommand command;
    command.arguments = {"bash", "-c", script};
    command.directory = directory;
    command.environment = test_environment();
    return run_child(command);
}

bool installed(const std::string& program, const std::filesystem::path& directory) {
    const bool there = shell("command -v " + program, directory).exit_code == 0;
    if (!there) {
        WARN("skipped: " << program << " is not installed");
    }
    return there;
}

/// What bash offers when the cursor is behind these words, the last of which may be empty or begun.
std::vector<std::string> offered_by_bash(const std::string& words, const std::filesystem::path& directory) {
    const ChildOutcome outcome = shell(
        "source <(tt-run completion bash)\n"
        "COMP_WORDS=(" +
            words +
            ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_tt_run 2>/dev/null\n"
            "printf '%s\\n' \"${COMPREPLY[@]}\"",
        directory);
    std::vector<std::string> offered = lines_of(outcome.standard_output);
    std::sort(offered.begin(), offered.end());
    return offered;
}

bool holds(const std::vector<std::string>& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

TEST_CASE("bash completes commands, options and values") {
    const TemporaryDirectory directory;
    directory.write("bindings.yaml", "");
    directory.write("machine.yaml", "");
    const auto offered = [&](const std::string& words) { return offered_by_bash(words, directory.path()); };
    CHECK(offered("tt-run ch") == std::vector<std::string>{"check"});
    CHECK(holds(offered("tt-run ''"), "show"));
    CHECK(!holds(offered("tt-run ''"), "bash"));
    CHECK(holds(offered("tt-run --bare bas"), "bash"));
    CHECK(holds(offered("tt-run --emulate = wh-"), "wh-galaxy"));
    CHECK(offered("tt-run cache cl") == std::vector<std::string>{"clear"});
    CHECK(holds(offered("tt-run manual gen"), "generate-rank-bindings"));
    CHECK(holds(offered("tt-run show map"), "mapping"));
    CHECK(offered("tt-run --rank-bindi") ==
          std::vector<std::string>{"--rank-binding", "--rank-bindings-mapping"});
    CHECK(offered("tt-run --rank-binding bin") == std::vector<std::string>{"bindings.yaml"});
    CHECK(offered("tt-run --rank-binding = bin") == std::vector<std::string>{"bindings.yaml"});
    CHECK(offered("tt-run check --prof") == std::vector<std::string>{"--profile"});
    CHECK(offered("tt-run check --profile ''") == std::vector<std::string>{"library", "runtime"});
    CHECK(holds(offered("tt-run check --cluster wh-"), "wh-galaxy"));
    CHECK(offered("tt-run show machi") == std::vector<std::string>{"machine.yaml"});
    CHECK(holds(offered("tt-run show closet"), "closetbox"));
    CHECK(holds(offered("tt-run show fab"), "fabric"));
    CHECK(holds(offered("tt-run show fabric --ta"), "--table"));
    CHECK(offered("tt-run env --rank-bindi") ==
          std::vector<std::string>{"--rank-binding", "--rank-bindings-mapping"});
    // Behind the program nothing is tt-run's.
    CHECK(offered("tt-run --bare ./program --rank-bindi").front().empty());
}

TEST_CASE("the completions are scripts of their shells") {
    const TemporaryDirectory directory;
    for (const char* name : {"bash", "zsh", "fish"}) {
        const std::string program(name);
        if (installed(program, directory.path())) {
            const ChildOutcome outcome = shell(
                "tt-run completion " + program + " > script && " + program + " -n script", directory.path());
            INFO(program << ": " << outcome.standard_error);
            CHECK(outcome.exit_code == 0);
            CHECK(outcome.standard_error.empty());
        }
    }
}

TEST_CASE("zsh and fish complete options of a command") {
    const TemporaryDirectory directory;
    if (installed("fish", directory.path())) {
        const ChildOutcome outcome = shell(
            "tt-run completion fish > tt-run.fish && fish --no-config -c 'source tt-run.fish; "
            "complete -C \"tt-run check --prof\"; complete -C \"tt-run check --profile \"; complete -C "
            "\"tt-run chec\"; complete -C \"tt-run cache cl\"'",
            directory.path());
        INFO(outcome.standard_error);
        CHECK(outcome.standard_output.find("--profile") != std::string::npos);
        CHECK(outcome.standard_output.find("library") != std::string::npos);
        CHECK(outcome.standard_output.find("check") != std::string::npos);
        CHECK(outcome.standard_output.find("clear") != std::string::npos);
    }
}

TEST_CASE("manual pages are sound") {
    const TemporaryDirectory directory;
    REQUIRE(shell("tt-run manual -d pages", directory.path()).exit_code == 0);
    CHECK(std::filesystem::exists(directory.path() / "pages" / "tt-run-show-fabric.1"));
    if (installed("man", directory.path()) && installed("groff", directory.path())) {
        const ChildOutcome outcome = shell(
            "for page in pages/*.1; do man --warnings -E UTF-8 -l -P cat $page > out.txt || exit 1; done; "
            "MANWIDTH=300 man -l -P cat pages/tt-run-check.1",
            directory.path());
        CHECK(outcome.exit_code == 0);
        CHECK(outcome.standard_error.empty());
        CHECK(outcome.standard_output.find("--profile WHICH") != std::string::npos);
        CHECK(outcome.standard_output.find("one of library, runtime") != std::string::npos);
    }
    const ChildOutcome wrong = shell("tt-run manual chekc", directory.path());
    CHECK(wrong.exit_code == 2);
    CHECK(wrong.standard_error.find("tt-run has no command `chekc`") != std::string::npos);
}

TEST_CASE("the version says what tt-run is made of") {
    const TemporaryDirectory directory;
    const ChildOutcome outcome = shell("tt-run --version", directory.path());
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.standard_output.starts_with("tt-run 0."));
    for (const char* fact : {"built by", "libraries", "CLI11", "supervision   protocol"}) {
        CHECK(outcome.standard_output.find(fact) != std::string::npos);
    }
}

TEST_CASE("the self-test passes here, and says why where it cannot") {
    const TemporaryDirectory directory;
    const ChildOutcome here = shell("tt-run doctor --self-test", directory.path());
    INFO(here.standard_output);
    CHECK(here.exit_code == 0);
    CHECK(here.standard_output.find("FAILED") == std::string::npos);
    CHECK(here.standard_output.ends_with("tt-run works here\n"));
    const ChildOutcome without =
        shell("TT_RUN=$(command -v tt-run); PATH=/nowhere $TT_RUN doctor --self-test", directory.path());
    INFO(without.standard_output);
    CHECK(without.exit_code == 1);
    CHECK(without.standard_output.find("there is none: install the package mpich") != std::string::npos);
}
