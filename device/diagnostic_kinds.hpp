#pragma once

#include "support/diagnostic.hpp"

namespace tt_run::device {

// What can be wrong with a rank's environment when its first device opens. These reach a user as the text of
// an exception.
inline constexpr support::DiagnosticKind kRankVariable{"rank-variable"};
inline constexpr support::DiagnosticKind kRankMesh{"rank-mesh"};
inline constexpr support::DiagnosticKind kRankHostRank{"rank-host-rank"};
inline constexpr support::DiagnosticKind kRankNoDevices{"rank-no-devices"};
inline constexpr support::DiagnosticKind kRankTooFewDevices{"rank-too-few-devices"};

}  // namespace tt_run::device
