#pragma once

#include "support/diagnostic.hpp"

namespace tt_run::cli {

using support::DiagnosticKind;
using support::Severity;

inline constexpr DiagnosticKind kUnknownOption{"unknown-option"};
inline constexpr DiagnosticKind kBadOption{"bad-option"};
inline constexpr DiagnosticKind kOptionConflict{"option-conflict"};
inline constexpr DiagnosticKind kNothingToRun{"nothing-to-run"};
inline constexpr DiagnosticKind kOptionIgnored{"option-ignored", Severity::warning};
inline constexpr DiagnosticKind kUnknownFileKind{"unknown-file-kind"};
inline constexpr DiagnosticKind kWrongFileKind{"wrong-file-kind"};
inline constexpr DiagnosticKind kPictureThere{"picture-there", Severity::note};
inline constexpr DiagnosticKind kUnknownNode{"unknown-node"};

}  // namespace tt_run::cli
