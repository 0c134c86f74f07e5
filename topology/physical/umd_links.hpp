#pragma once

#include "topology/physical/umd_chips.hpp"

namespace tt_run::topology {

/// Reads `ethernet_connections` and `ethernet_connections_to_remote_devices`. After very many errors the rest
/// of a list is not looked at.
void read_umd_links(const support::YamlNode& root, const UmdChips& chips, UmdDescriptor& found,
                    support::DiagnosticSink& sink);

}  // namespace tt_run::topology
