#pragma once

#include "support/diagnostic.hpp"

namespace tt_run::topology {

using support::DiagnosticKind;
using support::Severity;

inline constexpr DiagnosticKind kMappingUnknown{"mapping-unknown", Severity::warning};

// Why a mapping cannot be.
inline constexpr DiagnosticKind kMissingLinks{"mapping-missing-links"};
inline constexpr DiagnosticKind kMissingWrap{"mapping-missing-wrap"};
inline constexpr DiagnosticKind kPinImpossible{"mapping-pin-impossible"};
inline constexpr DiagnosticKind kHostBoundary{"mapping-host-boundary"};
inline constexpr DiagnosticKind kDomainTooSmall{"mapping-domain-too-small"};
inline constexpr DiagnosticKind kNoPlace{"mapping-no-place"};
inline constexpr DiagnosticKind kNotAllAtOnce{"mapping-not-all-at-once"};
inline constexpr DiagnosticKind kConnectionImpossible{"mapping-connection-impossible"};
inline constexpr DiagnosticKind kConnectionsConflict{"mapping-connections-conflict"};

}  // namespace tt_run::topology
