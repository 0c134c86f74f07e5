#pragma once

#include <vector>

#include "topology/mgd/mgd_yaml_meshes.hpp"

namespace tt_run::topology {

/// Reads `RelaxedGraph` or `Graph`. Links that the file lists from both ends are one connection; so are, in
/// the oldest form, all single ports between the same two devices. What is wrong is reported and left out.
std::vector<ConnectionDescriptor> read_yaml_links(const support::YamlNode& root, const YamlMeshes& known,
                                                  MgdYamlFields& fields);

}  // namespace tt_run::topology
