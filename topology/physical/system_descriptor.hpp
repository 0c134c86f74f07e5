#pragma once

#include <optional>

#include "support/diagnostic.hpp"
#include "support/yaml_document.hpp"
#include "topology/mgd/text_message.hpp"
#include "topology/physical/cluster.hpp"

namespace tt_run::topology {

/// Descriptors of a whole system in one file. Each reader is empty exactly when it reported an error; fields
/// that we do not know are passed over.

/// A physical system descriptor as Protobuf text: what was discovered, each link from both its ends. A link
/// that only one end lists is dropped with a warning; ends that contradict each other are an error.
std::optional<Cluster> read_physical_system_descriptor(const TextMessage& root,
                                                       support::DiagnosticSink& sink);
bool looks_like_physical_system_descriptor(const TextMessage& root);

/// The same as its YAML dump, with `compute_node_specs` and each link once.
std::optional<Cluster> read_physical_system_dump(const support::SourceTextPtr& source,
                                                 const support::YamlNode& root,
                                                 support::DiagnosticSink& sink);
bool looks_like_physical_system_dump(const support::YamlNode& root);

/// A factory system descriptor: the wiring that should exist. Has no unique ids.
std::optional<Cluster> read_factory_system_descriptor(const TextMessage& root, support::DiagnosticSink& sink);
bool looks_like_factory_system_descriptor(const TextMessage& root);

}  // namespace tt_run::topology
