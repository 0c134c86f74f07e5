#pragma once

#include <optional>

#include "support/diagnostic.hpp"
#include "topology/mgd/text_message.hpp"
#include "topology/physical/cluster.hpp"

namespace tt_run::topology {

/// The hosts and boards of a deployment descriptor, as its node types have them; links unknown. Empty exactly
/// when it reported an error.
std::optional<Cluster> read_deployment_descriptor(const TextMessage& deployment,
                                                  support::DiagnosticSink& sink);
bool looks_like_deployment_descriptor(const TextMessage& root);

/// What an entry of `hosts` says of the host itself: its name, and where it stands.
void read_host_place(const TextMessage& entry, Host& host, support::DiagnosticSink& sink);

}  // namespace tt_run::topology
