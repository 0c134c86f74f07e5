#pragma once

#include "support/diagnostic.hpp"

namespace tt_run::topology {

// What can be wrong with any description of hardware (cluster_assembly).
inline constexpr support::DiagnosticKind kDuplicateHost{"duplicate-host"};
inline constexpr support::DiagnosticKind kDuplicateTray{"duplicate-tray"};
inline constexpr support::DiagnosticKind kDuplicateLocation{"duplicate-location"};
inline constexpr support::DiagnosticKind kDuplicateUniqueId{"duplicate-unique-id"};
inline constexpr support::DiagnosticKind kDuplicatePciDevice{"duplicate-pci-device"};
inline constexpr support::DiagnosticKind kMixedArchitectures{"mixed-architectures"};
inline constexpr support::DiagnosticKind kBoardSize{"board-size", support::Severity::warning};
inline constexpr support::DiagnosticKind kChannelOutOfRange{"channel-out-of-range"};
inline constexpr support::DiagnosticKind kChannelConflict{"channel-conflict"};
inline constexpr support::DiagnosticKind kDuplicateLink{"duplicate-link", support::Severity::warning};
inline constexpr support::DiagnosticKind kLinkToSelf{"link-to-self"};
inline constexpr support::DiagnosticKind kTooManyLinks{"too-many-links"};
inline constexpr support::DiagnosticKind kFirmwareMismatch{"firmware-mismatch"};
inline constexpr support::DiagnosticKind kClusterEmpty{"cluster-empty"};

// Reading any of the files.
inline constexpr support::DiagnosticKind kClusterSyntax{"cluster-syntax"};
inline constexpr support::DiagnosticKind kClusterMissingField{"cluster-missing-field"};
inline constexpr support::DiagnosticKind kClusterBadValue{"cluster-bad-value"};
inline constexpr support::DiagnosticKind kClusterUnknownField{"cluster-unknown-field",
                                                              support::Severity::warning};
inline constexpr support::DiagnosticKind kClusterUnknownKind{"cluster-unknown-kind"};
inline constexpr support::DiagnosticKind kClusterUnreadable{"cluster-unreadable"};
inline constexpr support::DiagnosticKind kClusterNewerVersion{"cluster-newer-version"};

// Cluster descriptors and the files that join them.
inline constexpr support::DiagnosticKind kUnknownChip{"unknown-chip"};
inline constexpr support::DiagnosticKind kChipOnTwoBoards{"chip-on-two-boards"};
inline constexpr support::DiagnosticKind kUnknownBoardType{"unknown-board-type", support::Severity::warning};
inline constexpr support::DiagnosticKind kBoardTypeMismatch{"board-type-mismatch",
                                                            support::Severity::warning};
inline constexpr support::DiagnosticKind kChipWithoutBoard{"chip-without-board", support::Severity::warning};
inline constexpr support::DiagnosticKind kLocationMismatch{"location-mismatch", support::Severity::warning};
inline constexpr support::DiagnosticKind kTrayGuessed{"tray-guessed", support::Severity::warning};
inline constexpr support::DiagnosticKind kHarvestingUnusual{"harvesting-unusual", support::Severity::warning};
inline constexpr support::DiagnosticKind kPciOfRemoteChip{"pci-of-remote-chip"};
inline constexpr support::DiagnosticKind kOneSidedLink{"one-sided-link", support::Severity::warning};
inline constexpr support::DiagnosticKind kContradictoryLink{"contradictory-link"};
inline constexpr support::DiagnosticKind kHostNameCollision{"host-name-collision",
                                                            support::Severity::warning};
inline constexpr support::DiagnosticKind kDuplicateRank{"duplicate-descriptor-rank"};

// Factory, cabling and deployment descriptors.
inline constexpr support::DiagnosticKind kUnknownHostId{"unknown-host-id"};
inline constexpr support::DiagnosticKind kUnknownNodeType{"unknown-node-type"};
inline constexpr support::DiagnosticKind kUnknownTemplate{"unknown-template"};
inline constexpr support::DiagnosticKind kUnknownPort{"unknown-port"};
inline constexpr support::DiagnosticKind kPortInUse{"port-in-use"};
inline constexpr support::DiagnosticKind kCablingMismatch{"cabling-mismatch"};
inline constexpr support::DiagnosticKind kNodeTypeMismatch{"node-type-mismatch", support::Severity::warning};

// Strings that imagine a system.
inline constexpr support::DiagnosticKind kSyntheticSyntax{"synthetic-syntax"};
inline constexpr support::DiagnosticKind kSyntheticUnknownWord{"synthetic-unknown-word"};
inline constexpr support::DiagnosticKind kSyntheticTooLarge{"synthetic-too-large"};
inline constexpr support::DiagnosticKind kSyntheticWiring{"synthetic-wiring"};
inline constexpr support::DiagnosticKind kSyntheticFault{"synthetic-fault"};

// Writing a cluster in another form.
inline constexpr support::DiagnosticKind kExportNeedsLinks{"export-needs-links"};

// TT_VISIBLE_DEVICES.
inline constexpr support::DiagnosticKind kVisibleSyntax{"visible-devices-syntax"};
inline constexpr support::DiagnosticKind kVisibleUnknown{"visible-devices-unknown"};
inline constexpr support::DiagnosticKind kVisibleOverlap{"visible-devices-overlap"};
inline constexpr support::DiagnosticKind kVisibleNone{"visible-devices-none", support::Severity::warning};
inline constexpr support::DiagnosticKind kVisibleLosesLinks{"visible-devices-lose-links",
                                                            support::Severity::warning};

// A Mesh Graph Descriptor against a cluster, short of a full mapping.
inline constexpr support::DiagnosticKind kFitArchitecture{"fit-architecture"};
inline constexpr support::DiagnosticKind kFitChips{"fit-chips"};
inline constexpr support::DiagnosticKind kFitHosts{"fit-hosts"};
inline constexpr support::DiagnosticKind kFitConnected{"fit-connected"};
inline constexpr support::DiagnosticKind kFitNeighbours{"fit-neighbours"};
inline constexpr support::DiagnosticKind kFitLinks{"fit-links"};
inline constexpr support::DiagnosticKind kFitRankChips{"fit-rank-chips"};
inline constexpr support::DiagnosticKind kFitHostParts{"fit-host-parts"};
inline constexpr support::DiagnosticKind kFitConnection{"fit-connection"};
inline constexpr support::DiagnosticKind kFitLinksUnknown{"fit-links-unknown", support::Severity::warning};

}  // namespace tt_run::topology
