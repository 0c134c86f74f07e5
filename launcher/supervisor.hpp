#pragma once

#include "launcher/job_outcome.hpp"
#include "launcher/output_sink.hpp"
#include "launcher/plan.hpp"
#include "support/error.hpp"
#include "support/host_environment.hpp"

namespace tt_run::launcher {

/// What a supervised run prints as it goes, besides the ranks' own lines.
struct SupervisorStreams {
    int input = -1;  ///< goes to rank 0; -1 for none
    int output = -1;
    int error = -1;
    /// Where events go, one line of JSON each (job_report.hpp); nothing if none are wanted.
    OutputSink* events = nullptr;
    bool output_events = false;  ///< the ranks' output too
};

/// Runs the plan to its end under supervision (docs/supervision.md): starts mpiexec, which starts an agent
/// per rank; hands rows to agents and their output to the streams; ends the job at the first failure, at a
/// signal, at a limit. When it returns no process of the job is left on any host that can still be reached.
/// While it runs, this process adopts orphans of its children, and no child of it may be left that is not the
/// job's. INT, TERM, HUP and QUIT are blocked while it runs and handed on to the ranks; call it from the main
/// thread. An error means that nothing was started.
support::Result<JobOutcome> run_supervised(const LaunchPlan& plan, const support::HostEnvironment& host,
                                           const SupervisorStreams& streams);

}  // namespace tt_run::launcher
