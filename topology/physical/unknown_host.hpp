#pragma once

#include <string_view>

#include "support/diagnostic.hpp"
#include "topology/physical/cluster.hpp"

namespace tt_run::topology {

/// Says that `cluster` has no host `name`, which ones it has (the first few of many), and which of them was
/// meant, if one is spelt like it.
support::Diagnostic unknown_host(support::DiagnosticKind kind, support::Span place, std::string_view name,
                                 const Cluster& cluster);

}  // namespace tt_run::topology
