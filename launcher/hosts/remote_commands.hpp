#pragma once

#include <string>
#include <vector>

#include "support/host_environment.hpp"

namespace tt_run::launcher {

/// What a command did on another host.
struct RemoteOutput {
    std::string host;
    int exit_code = 255;  ///< ssh's own failure is 255
    std::string output;
    std::string errors;  ///< the command's, or ssh's own words
};

/// Runs `tt-run WORDS` on all of these hosts at once, by ssh without a prompt; tt-run is expected there at
/// the same path as here. This host needs no ssh. In the order of `hosts`.
std::vector<RemoteOutput> run_on_hosts(const std::vector<std::string>& hosts,
                                       const std::vector<std::string>& words,
                                       const support::HostEnvironment& host);

}  // namespace tt_run::launcher
