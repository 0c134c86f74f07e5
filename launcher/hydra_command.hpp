#pragma once

#include <string>
#include <vector>

#include "launcher/plan.hpp"
#include "support/host_environment.hpp"

namespace tt_run::launcher {

/// What to execute, in full: argv (argv[0] is an absolute path) and the whole environment.
struct HydraCommand {
    std::vector<std::string> arguments;
    support::Variables environment;
    /// Names in `environment` that mpiexec itself needs and that ranks on this host therefore see too.
    std::vector<std::string> leaking;
};

/// The plan as one mpiexec.hydra command: what all ranks share is mpiexec's own environment, which it hands
/// to local and remote ranks alike; what differs, and what says who a rank is, stands in `-env` blocks, one
/// segment per rank. No configfile (it has no quoting) and no -genvnone (it clears nothing on this host).
HydraCommand build_hydra_command(const LaunchPlan& plan, const support::HostEnvironment& host);

}  // namespace tt_run::launcher
