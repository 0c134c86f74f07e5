#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <signal.h>
#include <sys/types.h>

#include "support/error.hpp"
#include "support/host_environment.hpp"

namespace tt_run::launcher {

/// A program to start: argv[0] is an absolute path. Descriptors of -1 are inherited.
struct ChildOrder {
    std::vector<std::string> arguments;
    support::Variables environment;
    std::filesystem::path directory;
    int input = -1;
    int output = -1;
    int error = -1;
    bool own_session = false;  ///< out of reach of the terminal's signals
    sigset_t signal_mask{};
};

/// Starts it; it gets TERM when this process ends, whatever ends it. An exec that fails is an error, and
/// leaves no process. Call it from the main thread.
support::Result<pid_t> start_child(ChildOrder order);

}  // namespace tt_run::launcher
