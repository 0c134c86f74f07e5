#pragma once

namespace tt_run::launcher {

/// Stands before ssh for the MPI launcher: runs `ssh` with these words (as the launcher gives them: options,
/// a host, a command), never prompting, and noticing within half a minute that the host has gone. MPICH's
/// launcher waits for ever where ssh fails; so when it does, the supervisor that the environment names is
/// told the host and ssh's own words. Returns ssh's exit code.
int reach_host(char** words);

}  // namespace tt_run::launcher
