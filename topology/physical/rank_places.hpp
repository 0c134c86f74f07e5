#pragma once

#include <cstddef>
#include <vector>

#include "topology/physical/cluster.hpp"

namespace tt_run::topology {

/// The host of the cluster on which each rank of a job runs, as far as the cluster itself can say: the one
/// that its mapping gives this rank; else the only one; else ranks fill the hosts in their order, each the
/// same number. Launcher and ranks must agree on it.
std::vector<HostIndex> place_on_cluster(std::size_t ranks, const Cluster& cluster);

}  // namespace tt_run::topology
