#pragma once

#include <functional>
#include <string>

#include "support/host_environment.hpp"

namespace tt_run::launcher {

/// One thing that tt-run was asked to do here, and how it went.
struct SelfTestStep {
    std::string what;  ///< "starts two ranks, each with its own mesh (MPICH Hydra)"
    bool passed = false;
    std::string problem;  ///< what was seen instead; empty if it passed
};

/// Tries this very tt-run on this host, without hardware and in a temporary directory: imagines a Galaxy and
/// works out a job of two meshes on it; then, with each MPI launcher that is installed, starts its ranks,
/// sees that exit codes come through, that one rank's failure ends the other, that Ctrl-C does, and that no
/// process is left. Calls `tell` after each step. True if all passed and there was a launcher to try. Takes a
/// few seconds; leaves nothing behind.
bool run_self_test(const support::HostEnvironment& host,
                   const std::function<void(const SelfTestStep&)>& tell);

}  // namespace tt_run::launcher
