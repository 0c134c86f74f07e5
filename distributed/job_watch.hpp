#pragma once

#include <memory>

#include "distributed/wait_report.hpp"
#include "tt_run/distributed/distributed_context.hpp"

namespace tt_run::distributed {

/// Where no supervisor is (mpiexec by hand, --direct, a program alone), rank 0 looks for deadlocks: the
/// others tell it what they wait for, as messages of a context that nobody else uses. A thread of its own
/// hears, asks, and prints the verdict to standard error; then the job is aborted with exit code 124, or goes
/// on (TT_RUN_DEADLOCK=report). `context` has all ranks of the job; null for a job of one.
std::unique_ptr<WaitListener> make_job_watch(const ContextPtr& context, DeadlockAction action);

}  // namespace tt_run::distributed
