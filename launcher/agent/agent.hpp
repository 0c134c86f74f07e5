#pragma once

#include <string>

#include "job/descriptor.hpp"
#include "job/rank.hpp"

namespace tt_run::launcher {

/// Who an agent is, as its environment says.
struct AgentIdentity {
    job::Rank rank;
    std::string token;
    std::string host;
};

/// One rank's agent, from its Hello to the supervisor's Leave:
///   - fetches its row, adds the MPI launcher's own variables, and starts the program;
///   - passes output and input on, within the windows, and the PMI socket;
///   - reports start, exit, abort, and that nothing is left;
///   - hands signals on, the supervisor's and those sent to itself;
///   - ends the rank's processes when the supervisor, or whoever started the agent, is lost.
/// Returns when it is to end; the exit code is 0 unless the supervisor could not be spoken to.
int run_agent(job::Descriptor supervisor, const AgentIdentity& identity);

}  // namespace tt_run::launcher
