#pragma once

#include <optional>
#include <string>
#include <vector>

#include "launcher/hosts/host_files.hpp"
#include "support/diagnostic.hpp"
#include "support/host_environment.hpp"

namespace tt_run::launcher {

enum class BatchSystem { slurm, pbs, lsf };

/// The hosts that a batch system has given to the job in which tt-run runs.
struct BatchHosts {
    BatchSystem system = BatchSystem::slurm;
    std::string reason;            ///< "Slurm's allocation (SLURM_JOB_NODELIST)"
    std::vector<HostSlots> hosts;  ///< in the batch system's order
};

/// Reads the allocation from the environment:
///   - Slurm: SLURM_JOB_NODELIST, with SLURM_TASKS_PER_NODE or else SLURM_JOB_CPUS_PER_NODE for the slots;
///   - PBS: the file PBS_NODEFILE, a line for each slot;
///   - LSF: the file LSB_DJOB_HOSTFILE likewise, or LSB_MCPU_HOSTS (`a 4 b 4`), or LSB_HOSTS (`a a b b`).
/// Nothing outside of a batch job, or if what its variables say cannot be understood, which is reported.
std::optional<BatchHosts> find_batch_hosts(const support::HostEnvironment& host,
                                           support::DiagnosticSink& sink);

/// Slurm's form of a list of hosts, `wh-[01-03,7],login`, one by one. Nothing if it is no such list, or
/// longer than any cluster.
std::optional<std::vector<std::string>> expand_host_list(std::string_view text);

}  // namespace tt_run::launcher
