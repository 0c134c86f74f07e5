#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "support/host_environment.hpp"

namespace tt_run::test {

/// How to run one program: argv[0] is looked up along PATH.
struct ChildCommand {
    std::vector<std::string> arguments;
    std::filesystem::path directory = ".";
    support::Variables environment;
    std::string standard_input;
    std::chrono::seconds deadline{60};
};

struct ChildOutcome {
    int exit_code = -1;  ///< 128 + n when signal n ended it, as a shell says it
    bool timed_out = false;
    std::string standard_output;
    std::string standard_error;
};

/// This test's own environment, with the built tt-run first on PATH and every TT_ variable taken out.
support::Variables test_environment();

/// In a child process: runs the program, looked up along the environment's PATH, in this process's place.
[[noreturn]] void become(std::vector<std::string> arguments, const std::filesystem::path& directory,
                         const support::Variables& environment);

/// Runs the program to its end in a process group of its own; past the deadline the whole group is killed.
ChildOutcome run_child(const ChildCommand& command);

/// Whether a program's output has these words.
inline bool has(const std::string& output, const std::string& words) {
    return output.find(words) != std::string::npos;
}

}  // namespace tt_run::test
