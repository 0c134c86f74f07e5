#pragma once

#include <string>
#include <utility>
#include <vector>

#include "topology/mapping/check_mapping.hpp"
#include "topology/mapping/find_mapping.hpp"

namespace tt_run::test {

/// The text of a file in the project's `configs`.
std::string config_text(const std::string& system);

topology::MeshGraph load_graph(const std::string& text);
topology::Cluster imagine(const std::string& system);

/// A descriptor of `meshes` like meshes, with a layout (`RING`, `ALL_TO_ALL`) or none.
std::string many_meshes(const std::string& arch, int rows, int columns, int meshes, const std::string& layout,
                        int channels, const std::string& policy = "STRICT");

/// A Blackhole descriptor of meshes of 4 x 1, 4 x 2 and 4 x 4 chips, each column of four closed to a ring:
/// `1`, `2` and `4` in `shapes`, with connections between pairs of them that take what links they find.
std::string mixed_meshes(const std::string& shapes, const std::vector<std::pair<int, int>>& connections);

/// Finds a mapping, fails the test unless there is one and the independent checker accepts each one found.
topology::MappingResult map_checked(const topology::MeshGraph& graph, const topology::Cluster& cluster,
                                    const topology::MappingOptions& options = {});

/// Finds that there is none; returns what was said, lines that go on joined.
std::string say_misfit(const topology::MeshGraph& graph, const topology::Cluster& cluster,
                       const topology::MappingOptions& options = {},
                       topology::MappingResult* result = nullptr);

}  // namespace tt_run::test
