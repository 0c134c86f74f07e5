#pragma once

namespace tt_run::distributed {

/// What on_exit calls at the end of a process that has started MPI: with exit code 0 waits until all ranks
/// have come so far, seen by whoever watches the job, and finalises MPI; else does nothing, and the launcher
/// ends the others. Aborts the job if another rank is lost meanwhile.
void finish_mpi(int exit_code, void*);

}  // namespace tt_run::distributed
