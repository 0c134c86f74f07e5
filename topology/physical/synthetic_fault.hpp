#pragma once

#include <optional>
#include <vector>

#include "topology/physical/cluster.hpp"
#include "topology/physical/synthetic_string.hpp"

namespace tt_run::topology {

/// `whole` without the hosts, boards, chips and links that the faults name, of which there is one at least; a
/// host goes with its boards, a board with its chips, a chip with its links. Empty exactly when it reported
/// an error: a fault names what is not there, or nothing would be left.
std::optional<Cluster> inject_faults(const Cluster& whole, const std::vector<SyntheticString::Fault>& faults,
                                     support::DiagnosticSink& sink);

}  // namespace tt_run::topology
