#pragma once

#include "tt_run/distributed/distributed_context.hpp"

namespace tt_run::distributed {

/// A job of one rank, with no MPI. Collectives are the identity; a message to oneself is delivered, in order
/// for each tag.
ContextPtr make_one_process_context();

}  // namespace tt_run::distributed
