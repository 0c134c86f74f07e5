#pragma once

#include <optional>
#include <string>

#include "support/diagnostic.hpp"
#include "support/yaml_document.hpp"
#include "topology/physical/cluster.hpp"

namespace tt_run::topology {

/// Our own form of a cluster, without loss: `"schema": "tt-run/cluster"`, version 1; see
/// docs/formats/cluster.md. The YAML form is the same document in block style.
inline constexpr std::string_view kClusterSchema = "tt-run/cluster";
inline constexpr int kClusterVersion = 1;

std::string render_cluster_json(const Cluster& cluster);
std::string render_cluster_yaml(const Cluster& cluster);

bool looks_like_saved_cluster(const support::YamlNode& root);

/// Reads either form and checks it as every other door does. A newer version is refused. Saved from hardware
/// it is imported all the same: what was real then may not be there now. Empty exactly when it reported an
/// error.
std::optional<Cluster> read_saved_cluster(const support::SourceTextPtr& source, const support::YamlNode& root,
                                          support::DiagnosticSink& sink);

}  // namespace tt_run::topology
