#pragma once

#include <string>
#include <vector>

#include "job/supervision_message.hpp"
#include "launcher/plan/plan.hpp"
#include "support/host_environment.hpp"

namespace tt_run::launcher {

/// Where agents, or runtimes, find their supervisor.
struct SupervisorAddress {
    std::string address;
    std::string token;  ///< what lets them in
    std::string job;    ///< marks every process of the job, mpiexec's own as well
};

/// What to execute, in full: argv (argv[0] is an absolute path) and the whole environment.
struct SupervisedCommand {
    std::vector<std::string> arguments;
    support::Variables environment;
};

/// One mpiexec command that starts an agent per rank on the planned hosts. The token stands in the
/// environment alone: a command line can be read by everybody.
SupervisedCommand build_supervised_command(const LaunchPlan& plan, const support::HostEnvironment& host,
                                           const SupervisorAddress& supervisor);

/// What a rank's start depends on besides the plan.
struct RankStart {
    bool has_input = false;
    bool between_hosts = false;  ///< it is handed files, and hears heartbeats
    bool wants_phases = false;   ///< what the rank is at is looked at: a report, or a status line
};

/// What the rank's agent is told to start. The token is a runtime's.
job::StartOrder build_start_order(const PlannedRank& rank, const LaunchPlan& plan,
                                  const SupervisorAddress& supervisor, const RankStart& where);

}  // namespace tt_run::launcher
