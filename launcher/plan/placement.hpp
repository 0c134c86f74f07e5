#pragma once

#include <optional>
#include <string>
#include <vector>

#include "launcher/bindings/job_bindings.hpp"
#include "launcher/hosts/batch_hosts.hpp"
#include "launcher/plan/mpi_arguments.hpp"
#include "support/diagnostic.hpp"
#include "support/host_environment.hpp"

namespace tt_run::launcher {

/// Where one rank runs, and its number among the ranks of that host.
struct RankPlace {
    std::string host;
    int local_rank = 0;
    int local_size = 1;
};

struct Placement {
    std::vector<RankPlace> places;  ///< by rank
    std::string reason;             ///< one line: what decided it
    /// The batch system that has given this job all of these hosts, if one has.
    std::optional<BatchSystem> batch;
};

/// Decides the host of every rank: a rankfile says it for each; else hosts are filled in the order written,
/// slot by slot, round and round if there are more ranks than slots, the hosts of a batch job if none are
/// named; else all run here. `localhost` becomes this host's name. Reports hosts and files that cannot be
/// used, and ranks that a rankfile leaves out. Empty exactly when it reported an error.
std::optional<Placement> place_ranks(const JobBindings& job, const MpiArguments& asked,
                                     const support::HostEnvironment& host, support::DiagnosticSink& sink);

}  // namespace tt_run::launcher
