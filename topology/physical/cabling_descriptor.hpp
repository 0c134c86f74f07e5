#pragma once

#include <optional>
#include <string>

#include "support/diagnostic.hpp"
#include "topology/mgd/text_message.hpp"
#include "topology/physical/cluster.hpp"

namespace tt_run::topology {

/// The cluster that a cabling descriptor plans: graph templates of nodes, cables between their ports, and the
/// host of each node. With a deployment descriptor, hosts have its names and places (its order numbers them);
/// without one they are called `host-0`, `host-1`, ... Node types come from the file itself or are the
/// vendor's own (`N300_LB`, `WH_GALAXY_Y_TORUS`, ...). The cables that close a T3K's ring, which older
/// descriptors leave out, are put in where their ports are free. `named` is what to call it, if it is more
/// than the file of `cabling`. Empty exactly when it reported an error.
std::optional<Cluster> read_cabling_descriptor(const TextMessage& cabling, const TextMessage* deployment,
                                               support::DiagnosticSink& sink, std::string named = "");
bool looks_like_cabling_descriptor(const TextMessage& root);

}  // namespace tt_run::topology
