#pragma once

namespace tt_run::launcher {

/// All of an agent's life: connects to the supervisor that the environment names, and is the agent of the
/// rank that the MPI launcher gave this process. Returns the exit code; complains on standard error, which
/// the MPI launcher shows.
int join_job();

}  // namespace tt_run::launcher
