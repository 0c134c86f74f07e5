#pragma once

namespace tt_run::sockets {

/// Ends this process by SIGKILL at its K-th transfer if TT_RUN_FAULTS has the word `rank:R=crash:K` (without
/// `:K`: at the first), R being its rank in the job: to see what becomes of a job that loses a rank. To be
/// called at each send and receive. Throws for a word that begins with `rank:` and goes on otherwise.
void crash_if_told();

}  // namespace tt_run::sockets
