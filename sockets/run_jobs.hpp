#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "sockets/doorbell.hpp"
#include "sockets/transfer.hpp"

namespace tt_run::sockets {

/// Transfers that are moved on together, until all are done.
struct JobSet {
    std::vector<std::unique_ptr<TransferJob>> jobs;
    /// Rung by the peers when something has moved. Empty, or not `all_ring`: look every so often instead.
    std::vector<Doorbell*> bells;
    bool all_ring = true;
    std::shared_ptr<std::atomic<std::uint64_t>> waited_ns;  ///< adds up the time asleep
};

/// Moves on what can be moved without waiting. True if all is done then.
bool try_jobs(JobSet& set);

/// Moves on and waits: looks again and again for a few microseconds, then sleeps until a bell rings, so that
/// a rank that waits costs nothing. Throws what the jobs throw, and when the wait's deadline passes
/// (tt_run/distributed/waits.hpp) on a thread of the program.
void run_jobs(JobSet& set);

}  // namespace tt_run::sockets
