#pragma once

#include "support/diagnostic.hpp"

namespace tt_run::fabric {

using support::DiagnosticKind;
using support::Severity;

// What a fabric is built from.
inline constexpr DiagnosticKind kFabricNoTopology{"fabric-no-topology"};
inline constexpr DiagnosticKind kFabricWraps{"fabric-wraps"};
inline constexpr DiagnosticKind kFabricLinksMissing{"fabric-links-missing"};
inline constexpr DiagnosticKind kFabricFactoryCable{"fabric-factory-cable"};
inline constexpr DiagnosticKind kFabricFactoryHost{"fabric-factory-host"};
inline constexpr DiagnosticKind kFabricLinksUnused{"fabric-links-unused", Severity::warning};
inline constexpr DiagnosticKind kFabricTooLarge{"fabric-too-large"};

// What may happen to it.
inline constexpr DiagnosticKind kFabricDeadlock{"fabric-deadlock"};

// Faults that a user injects.
inline constexpr DiagnosticKind kFaultSyntax{"fault-syntax"};
inline constexpr DiagnosticKind kFaultUnknown{"fault-unknown"};

}  // namespace tt_run::fabric
