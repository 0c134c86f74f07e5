#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "topology/physical/cluster.hpp"

namespace tt_run::launcher {

/// SHA-256 of `text` in 64 lower-case hexadecimal digits.
std::string sha256(std::string_view text);

/// Everything that an automatic allocation depends on, by content: where files lie does not matter.
struct AllocationInputs {
    /// The text of the Mesh Graph Descriptor; of several, each with its sub-context's id, ascending.
    std::vector<std::pair<int, std::string>> mesh_graphs;
    /// The text of the file that names several; nothing if there is one.
    std::optional<std::string> mapping;
    /// In any order.
    std::vector<std::string> hosts;
    /// Rank and text of each mock descriptor, ascending. They take the place of `hosts` if there are any.
    std::vector<std::pair<int, std::string>> mock_descriptors;
    std::optional<std::string> factory_system;
    /// `digest_of` the cluster that `--cluster` names, if it is given.
    std::optional<std::string> named_cluster;
};

/// sha256 over, in this order (`0` stands for one NUL byte):
///   mesh graph 0                                      for one, or
///   mapping 0 { id 0 mesh graph 0 }                   for several; ids in decimal;
///   ["a","b"]                                         hosts as compact JSON, sorted, or
///   { rank 0 SHA-256 of the mock descriptor }         ranks in decimal, the digest as 32 bytes;
///   0 `fsd` 0 factory system descriptor               if there is one;
///   0 `cluster` 0 digest                              if there is one.
/// All but the last line is the existing tt-run's cache key, so that its entries and ours are the same.
std::string fingerprint(const AllocationInputs& inputs);

/// sha256 of the hardware: hosts, boards, chips, PCI addresses, links; not of what the cluster is
/// called or where it was read from. Begins with a number that changes when allocations are worked out
/// otherwise.
std::string digest_of(const topology::Cluster& cluster);

}  // namespace tt_run::launcher
