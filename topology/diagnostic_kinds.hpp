#pragma once

#include "support/diagnostic.hpp"

namespace tt_run::topology {

using support::DiagnosticKind;
using support::Severity;

// Reading a Mesh Graph Descriptor.
inline constexpr DiagnosticKind kMgdSyntax{"mgd-syntax"};
inline constexpr DiagnosticKind kMgdUnknownField{"mgd-unknown-field", Severity::warning};
inline constexpr DiagnosticKind kMgdTooLarge{"mgd-too-large"};
inline constexpr DiagnosticKind kMgdOldFormat{"mgd-old-format", Severity::note};
inline constexpr DiagnosticKind kMgdYaml{"mgd-yaml"};

// The file as a whole, and names.
inline constexpr DiagnosticKind kNoMeshDescriptor{"no-mesh-descriptor"};
inline constexpr DiagnosticKind kNoTopLevel{"no-top-level"};
inline constexpr DiagnosticKind kBadDescriptorName{"bad-descriptor-name"};
inline constexpr DiagnosticKind kDescriptorDuplicate{"descriptor-duplicate"};
inline constexpr DiagnosticKind kDescriptorUnused{"descriptor-unused", Severity::warning};

// Mesh and switch descriptors.
inline constexpr DiagnosticKind kBadArchitecture{"bad-architecture"};
inline constexpr DiagnosticKind kArchitectureMix{"architecture-mix"};
inline constexpr DiagnosticKind kBadDimensions{"bad-dimensions"};
inline constexpr DiagnosticKind kBadDimensionTypes{"bad-dimension-types"};
inline constexpr DiagnosticKind kShortRing{"short-ring", Severity::warning};
inline constexpr DiagnosticKind kOddWormholeMesh{"odd-wormhole-mesh"};
inline constexpr DiagnosticKind kBadHostDimensions{"bad-host-dimensions"};
inline constexpr DiagnosticKind kBadChannels{"bad-channels"};
inline constexpr DiagnosticKind kChannelMix{"channel-mix", Severity::warning};
inline constexpr DiagnosticKind kBadExpressConnection{"bad-express-connection"};
inline constexpr DiagnosticKind kExpressConnectionRefused{"express-connection-refused"};
inline constexpr DiagnosticKind kBadExpressPattern{"bad-express-pattern"};
inline constexpr DiagnosticKind kExpressPatternIgnored{"express-pattern-ignored", Severity::warning};
inline constexpr DiagnosticKind kMgdTooManyChips{"mgd-too-many-chips"};

// Graph descriptors and what they list.
inline constexpr DiagnosticKind kBadGraphType{"bad-graph-type"};
inline constexpr DiagnosticKind kGraphTypeMix{"graph-type-mix"};
inline constexpr DiagnosticKind kGraphCycle{"graph-cycle"};
inline constexpr DiagnosticKind kGraphTooDeep{"graph-too-deep"};
inline constexpr DiagnosticKind kGraphEmpty{"graph-empty"};
inline constexpr DiagnosticKind kBadGraphLayout{"bad-graph-layout"};
inline constexpr DiagnosticKind kNestedGraphRefused{"nested-graph-refused"};
inline constexpr DiagnosticKind kEmptyReference{"empty-reference"};
inline constexpr DiagnosticKind kUnknownDescriptor{"unknown-descriptor"};
inline constexpr DiagnosticKind kReferenceIgnored{"reference-ignored", Severity::warning};
inline constexpr DiagnosticKind kInstanceMix{"instance-mix"};
inline constexpr DiagnosticKind kBadInstanceId{"bad-instance-id"};
inline constexpr DiagnosticKind kInstanceDuplicate{"instance-duplicate"};
inline constexpr DiagnosticKind kInstanceGap{"instance-gap", Severity::warning};
inline constexpr DiagnosticKind kMeshIdRepeated{"mesh-id-repeated", Severity::note};
inline constexpr DiagnosticKind kMgdTooManyInstances{"mgd-too-many-instances"};

// Connections.
inline constexpr DiagnosticKind kConnectionArity{"connection-arity"};
inline constexpr DiagnosticKind kConnectionLevel{"connection-level"};
inline constexpr DiagnosticKind kConnectionLevelMix{"connection-level-mix", Severity::warning};
inline constexpr DiagnosticKind kConnectionPolicyMix{"connection-policy-mix"};
inline constexpr DiagnosticKind kConnectionDuplicate{"connection-duplicate", Severity::warning};
inline constexpr DiagnosticKind kConnectionSelf{"connection-self"};
inline constexpr DiagnosticKind kConnectionTooWide{"connection-too-wide", Severity::warning};
inline constexpr DiagnosticKind kConnectionUnknownInstance{"connection-unknown-instance"};
inline constexpr DiagnosticKind kConnectionDirectional{"connection-directional"};
inline constexpr DiagnosticKind kBadDeviceId{"bad-device-id"};
inline constexpr DiagnosticKind kMgdTooManyConnections{"mgd-too-many-connections"};

// Pinnings.
inline constexpr DiagnosticKind kPinningEmpty{"pinning-empty"};
inline constexpr DiagnosticKind kPinningMix{"pinning-mix"};
inline constexpr DiagnosticKind kBadIdPattern{"bad-id-pattern"};
inline constexpr DiagnosticKind kPinningUnknownNode{"pinning-unknown-node"};
inline constexpr DiagnosticKind kPinningNoPosition{"pinning-no-position"};
inline constexpr DiagnosticKind kPinningConflict{"pinning-conflict"};

// Making hardware to measure.
inline constexpr DiagnosticKind kIdealChannels{"ideal-channels"};

}  // namespace tt_run::topology
