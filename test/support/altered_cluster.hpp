#pragma once

#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "topology/physical/cluster.hpp"

namespace tt_run::test {

/// The same cluster, put together in another order.
topology::Cluster shuffled(const topology::Cluster& cluster, std::mt19937& random);

/// The cluster with so many links more between each of these pairs, on channels that are free (and beyond
/// those that the chips have, if need be none are left: the test fails).
topology::Cluster with_links(const topology::Cluster& cluster,
                             const std::vector<std::pair<topology::AsicIndex, topology::AsicIndex>>& pairs,
                             std::uint32_t links);

/// The cluster without the links at these positions of `links()`.
topology::Cluster without_links(const topology::Cluster& cluster, const std::vector<std::size_t>& positions);

/// The cluster with its cables between hosts, as bundles of links between pairs of hosts, joined anew at
/// random: every bundle's halves get other partners of the same size.
topology::Cluster recabled(const topology::Cluster& cluster, std::mt19937& random);

}  // namespace tt_run::test
