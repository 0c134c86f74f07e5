#pragma once

#include <string>
#include <vector>

#include "launcher/plan/plan.hpp"
#include "support/host_environment.hpp"

namespace tt_run::launcher {

/// What to execute, in full: argv (argv[0] is an absolute path) and the whole environment.
struct DirectCommand {
    std::vector<std::string> arguments;
    support::Variables environment;
    /// Names in `environment` that mpiexec itself needs and that ranks on this host therefore see too.
    std::vector<std::string> leaking;
};

/// The plan as one command of its MPI launcher. Hydra: what all ranks share is mpiexec's own environment,
/// which it hands to local and remote ranks alike; what differs, and what says who a rank is, stands in
/// `-env` blocks, one segment per rank. No configfile (it has no quoting) and no -genvnone (it clears nothing
/// on this host). Open MPI: the same with `-x`, which also names what is shared. srun has no segments: a
/// shell in front of the program exports what differs, by the rank's number.
DirectCommand build_direct_command(const LaunchPlan& plan, const support::HostEnvironment& host);

}  // namespace tt_run::launcher
