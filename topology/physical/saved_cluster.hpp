#pragma once

#include <optional>

#include "support/diagnostic.hpp"
#include "support/yaml_document.hpp"
#include "topology/physical/cluster.hpp"

namespace tt_run::topology {

/// Whether this is a cluster in our own form (cluster_json.hpp), of any version.
bool looks_like_saved_cluster(const support::YamlNode& root);
/// The same, told from its first key alone: so are all that were written by tt-run.
bool begins_as_saved_cluster(const support::SourceTextPtr& source);

/// Reads either form and checks it as every other door does. Hosts and links are read one by one, so that a
/// file may be as large as any, if they stand in the order in which tt-run writes them. A newer version is
/// refused. Saved from hardware it is imported all the same: what was real then may not be there now. Empty
/// exactly when it reported an error.
std::optional<Cluster> read_saved_cluster(const support::SourceTextPtr& source,
                                          support::DiagnosticSink& sink);

}  // namespace tt_run::topology
