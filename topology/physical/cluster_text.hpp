#pragma once

#include <string>

#include "topology/physical/cluster.hpp"
#include "topology/physical/cluster_diff.hpp"
#include "topology/physical/cluster_shape.hpp"
#include "topology/physical/discover_cluster.hpp"

namespace tt_run::topology {

/// One line: "1 host, 4 boards (n300), 8 chips, 20 links".
std::string render_counts(const ClusterShape& shape, bool links_known);

/// What a cluster is, for people: its counts and histograms, then each host with its boards and chips. Hosts
/// beyond the first few that look alike are counted, not listed.
std::string render_cluster_text(const Cluster& cluster);

/// The measured shape as one member of a JSON object, `"shape": {...}`; see docs/formats/cluster.md.
std::string render_shape_member(const Cluster& cluster);

/// Counts of both, then every difference.
std::string render_diff_text(const ClusterDiff& diff, const std::string& expected, const std::string& actual);
/// `"schema": "tt-run/cluster-diff"`, version 1.
std::string render_diff_json(const ClusterDiff& diff, const std::string& expected, const std::string& actual);

/// The devices of this host, one row each, and the notes.
std::string render_discovery_text(const Discovery& discovery);
/// `"schema": "tt-run/discovery"`, version 1.
std::string render_discovery_json(const Discovery& discovery);

}  // namespace tt_run::topology
