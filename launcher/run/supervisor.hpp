#pragma once

#include "launcher/plan/plan.hpp"
#include "launcher/run/job_outcome.hpp"
#include "launcher/run/job_record.hpp"
#include "support/diagnostic_render.hpp"
#include "support/error.hpp"
#include "support/host_environment.hpp"

namespace tt_run::launcher {

/// What a supervised run reads and prints as it goes.
struct SupervisorStreams {
    int input = -1;  ///< goes to rank 0; -1 for none
    int output = -1;
    int error = -1;
    int status = -1;  ///< a terminal for a line on how the job is doing; -1 for none
    support::Colour status_colour = support::Colour::off;
    bool wants_phases = false;  ///< the outcome is to say what ranks were at, when
    EventStream events;
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
