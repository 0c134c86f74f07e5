#pragma once

#include <optional>
#include <vector>

#include "support/diagnostic.hpp"
#include "topology/mgd/text_message.hpp"

namespace tt_run::topology {

/// Several cabling descriptors of one system as one, as the vendor's generator unites them: one file may have
/// the cables within pods, another those between them. Templates that all have keep the cables of all; one
/// that stands in several files is taken once, which is said. Their children must be the same, but for
/// Galaxies closed to different tori, which are closed to all of them; so must node types. The first root
/// instance counts, and one that differs is warned of. That a port has two cables is for whoever lays them to
/// see. Not empty; `cablings` keep the texts that the places are in. Empty exactly when it reported an error.
std::optional<TextMessage> unite_cablings(const std::vector<const TextMessage*>& cablings,
                                          support::DiagnosticSink& sink);

}  // namespace tt_run::topology
