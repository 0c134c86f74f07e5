#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "topology/physical/cluster.hpp"

namespace tt_run::topology {

/// A cluster in numbers: what tells two systems apart at a glance. An adjacent pair is two chips with at
/// least one link between them; its multiplicity is how many links it has.
struct ClusterShape {
    std::size_t hosts = 0;
    std::size_t boards = 0;
    std::size_t chips = 0;
    std::size_t pcie_chips = 0;
    std::size_t links = 0;
    std::size_t links_between_hosts = 0;
    std::size_t open_ends = 0;  ///< that lead out of the cluster
    std::size_t pairs = 0;
    std::size_t host_pairs = 0;                           ///< pairs of hosts with links between them
    std::map<std::uint32_t, std::size_t> multiplicities;  ///< links of a pair -> how many pairs
    std::map<std::uint32_t, std::size_t> degrees;     ///< neighbours of a chip -> how many chips; none for 0
    std::map<std::uint32_t, std::size_t> host_links;  ///< links of a host pair -> how many host pairs
    std::map<std::string, std::size_t> board_types;   ///< by name
    bool operator==(const ClusterShape&) const = default;
};

ClusterShape measure(const Cluster& cluster);

/// A pair of adjacent chips and the number of its links, `a` before `b`, sorted.
struct AdjacentPair {
    AsicIndex a;
    AsicIndex b;
    std::uint32_t links = 0;
};
std::vector<AdjacentPair> adjacent_pairs(const Cluster& cluster);

}  // namespace tt_run::topology
