#pragma once

#include <string>
#include <vector>

namespace tt_run::launcher {

/// Stands before ssh for the MPI launcher: runs `ssh` with these words (as the launcher gives them: options,
/// a host, a command), never prompting, and noticing within half a minute that the host has gone. MPICH's
/// launcher waits for ever where ssh fails, or what it starts there; so when it does, the supervisor that the
/// environment names is told the host and ssh's own words. A proxy of Hydra's is started so that it speaks to
/// mpiexec through ssh (proxy_relay.hpp). Returns ssh's exit code.
int reach_host(std::vector<std::string> words);

}  // namespace tt_run::launcher
