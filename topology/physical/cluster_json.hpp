#pragma once

#include <string>
#include <string_view>

#include "topology/physical/cluster.hpp"

namespace tt_run::topology {

/// Our own form of a cluster, without loss: `"schema": "tt-run/cluster"`, version 1; see
/// docs/formats/cluster.md. The YAML form is the same document in block style.
inline constexpr std::string_view kClusterSchema = "tt-run/cluster";
inline constexpr int kClusterVersion = 1;

std::string render_cluster_json(const Cluster& cluster);
std::string render_cluster_yaml(const Cluster& cluster);

}  // namespace tt_run::topology
