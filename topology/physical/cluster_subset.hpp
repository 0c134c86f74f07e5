#pragma once

#include <vector>

#include "topology/physical/cluster.hpp"

namespace tt_run::topology {

/// What to leave out of a cluster, by position.
struct Removal {
    explicit Removal(const Cluster& cluster)
        : asics(cluster.asics().size(), false), links(cluster.links().size(), false) {}

    std::vector<bool> asics;
    std::vector<bool> links;
    /// Links from a kept to a removed ASIC stay as open ends (it is hidden, not gone), if it has a unique id.
    bool open_ends = false;
};

/// The cluster without these; boards and hosts that lose all their ASICs go with them. Nothing if no ASIC is
/// left.
std::optional<Cluster> without(const Cluster& cluster, const Removal& removal);

}  // namespace tt_run::topology
