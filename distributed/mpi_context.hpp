#pragma once

#include "tt_run/distributed/distributed_context.hpp"

namespace tt_run::distributed {

/// Initialises MPI with full thread support and gives the context of all ranks. Call it once, and only in a
/// job of several ranks. A process that ends with exit code 0 waits for the others and finalises MPI; one
/// that ends otherwise does not, so that the launcher ends the others.
ContextPtr start_mpi();

}  // namespace tt_run::distributed
