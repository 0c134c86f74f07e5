#pragma once

#include "support/diagnostic.hpp"

namespace tt_run::launcher {

using support::DiagnosticKind;
using support::Severity;

// Any file that names another.
inline constexpr DiagnosticKind kFileNotFound{"file-not-found"};
inline constexpr DiagnosticKind kFileUnreadable{"file-unreadable"};
inline constexpr DiagnosticKind kFileShadowed{"file-shadowed", Severity::warning};

// Rank bindings, by themselves.
inline constexpr DiagnosticKind kUnknownKey{"unknown-key", Severity::warning};
inline constexpr DiagnosticKind kMissingKey{"missing-key"};
inline constexpr DiagnosticKind kWrongType{"wrong-type"};
inline constexpr DiagnosticKind kBadNumber{"bad-number"};
inline constexpr DiagnosticKind kBadVariableName{"bad-variable-name"};
inline constexpr DiagnosticKind kPlainScalar{"plain-scalar", Severity::note};
inline constexpr DiagnosticKind kNoRanks{"no-ranks"};
inline constexpr DiagnosticKind kRankDuplicate{"rank-duplicate"};
inline constexpr DiagnosticKind kRankGap{"rank-gap"};
inline constexpr DiagnosticKind kMeshHostRankDuplicate{"mesh-host-rank-duplicate"};

// Rank bindings against the Mesh Graph Descriptor.
inline constexpr DiagnosticKind kUnknownMeshId{"unknown-mesh-id"};
inline constexpr DiagnosticKind kExtraHostRank{"extra-host-rank"};
inline constexpr DiagnosticKind kMissingHostRank{"missing-host-rank", Severity::warning};
inline constexpr DiagnosticKind kUnownedMesh{"unowned-mesh", Severity::warning};
inline constexpr DiagnosticKind kHostRankUnsaid{"host-rank-unsaid", Severity::warning};

// Mapping files.
inline constexpr DiagnosticKind kSubcontextOrder{"subcontext-order"};
inline constexpr DiagnosticKind kSubcontextConflict{"subcontext-conflict"};
inline constexpr DiagnosticKind kMockRankMissing{"mock-rank-missing"};
inline constexpr DiagnosticKind kMockRankUnknown{"mock-rank-unknown"};

// Hostfiles, rankfiles, placement.
inline constexpr DiagnosticKind kHostfileSyntax{"hostfile-syntax"};
inline constexpr DiagnosticKind kRankfileSyntax{"rankfile-syntax"};
inline constexpr DiagnosticKind kRankfileMismatch{"rankfile-mismatch"};
inline constexpr DiagnosticKind kHostList{"host-list"};
inline constexpr DiagnosticKind kBatchHosts{"batch-hosts"};
inline constexpr DiagnosticKind kPlacementConflict{"placement-conflict"};

// Words in --mpi-args.
inline constexpr DiagnosticKind kUnbalancedQuote{"unbalanced-quote"};
inline constexpr DiagnosticKind kMpiWordUnknown{"mpi-word-unknown"};
inline constexpr DiagnosticKind kMpiWordRefused{"mpi-word-refused"};
inline constexpr DiagnosticKind kMpiWordIncomplete{"mpi-word-incomplete"};
inline constexpr DiagnosticKind kMpiWordDropped{"mpi-word-dropped", Severity::note};

// The command line and the host.
inline constexpr DiagnosticKind kUnknownInterface{"unknown-interface", Severity::warning};
inline constexpr DiagnosticKind kInterfaceConflict{"interface-conflict", Severity::warning};
inline constexpr DiagnosticKind kProgramNotFound{"program-not-found"};
inline constexpr DiagnosticKind kBadAssignment{"bad-assignment"};
inline constexpr DiagnosticKind kBadTool{"bad-tool"};
inline constexpr DiagnosticKind kPlanUnusable{"plan-unusable"};
inline constexpr DiagnosticKind kNoSuchRank{"no-such-rank"};

// Generating rank bindings.
inline constexpr DiagnosticKind kPresetNoGalaxy{"preset-no-galaxy"};
inline constexpr DiagnosticKind kPresetDeviceCount{"preset-device-count"};
inline constexpr DiagnosticKind kPresetTrayMissing{"preset-tray-missing"};
inline constexpr DiagnosticKind kPresetContradicted{"preset-contradicted", Severity::warning};
inline constexpr DiagnosticKind kNoDevice{"no-device"};
inline constexpr DiagnosticKind kUnknownHost{"unknown-host"};
inline constexpr DiagnosticKind kPinningForm{"pinning-form"};
inline constexpr DiagnosticKind kPinningUnknown{"pinning-unknown"};
inline constexpr DiagnosticKind kPinningConflict{"pinning-conflict"};

// Automatic allocation.
inline constexpr DiagnosticKind kAllocationFailed{"allocation-failed"};
inline constexpr DiagnosticKind kHelperFailed{"phase1-helper-failed"};
inline constexpr DiagnosticKind kManyLiveHosts{"many-live-hosts"};
inline constexpr DiagnosticKind kBadMeshCoordinates{"bad-mesh-coordinates"};
inline constexpr DiagnosticKind kHardwareRequired{"hardware-required"};

// A job to begin with.
inline constexpr DiagnosticKind kNoStarterJob{"no-starter-job"};

}  // namespace tt_run::launcher
