#pragma once

#include <string>
#include <vector>

#include "topology/mapping/mapping.hpp"

namespace tt_run::topology {

/// Every promise of find_mapping.hpp that a mapping breaks, in words; empty if it keeps them all. Written
/// apart from the search and sharing nothing with it, slow and plain, to be believed.
std::vector<std::string> check_mapping(const MeshGraph& graph, const Cluster& cluster,
                                       const MappingOptions& options, const Mapping& mapping);

}  // namespace tt_run::topology
