#pragma once

#include <optional>
#include <string>
#include <vector>

#include "support/diagnostic.hpp"
#include "topology/physical/cluster.hpp"

namespace tt_run::topology {

/// What TT_VISIBLE_DEVICES means depends on whether the vendor's library runs on hardware or on a descriptor:
///
///              integers                        PCI functions           empty text
///   live       n-th device by PCI address      part of the address     no device
///   mock       chip number of the descriptor   the whole address       every chip
///
/// Unset is every chip in both. The order of the list means nothing. A chip without PCIe cannot be named; a
/// board of one or two chips is visible as a whole as soon as one of its chips is; of a Galaxy's trays only
/// the named chips are.
enum class VisibleDevicesRule { live, mock };

/// The rule on this cluster: that of a descriptor if it numbers its chips, else that of hardware, which
/// descriptions of a system's wiring stand for.
VisibleDevicesRule rule_of(const Cluster& cluster);

struct VisibleDevices {
    /// With PCIe, by PCI address (live) or chip number (mock): what a process counts from 0.
    std::vector<AsicIndex> devices;
    /// All visible chips, sorted.
    std::vector<AsicIndex> chips;
};

/// What a process on `host` sees. `value` nowhere stands for unset. Devices are ordered by `address_of`;
/// those without an address come first, by number or tray. Reports text that is neither, and devices that do
/// not exist; empty exactly then.
std::optional<VisibleDevices> resolve_visible_devices(const Cluster& cluster, HostIndex host,
                                                      const std::optional<support::Span>& value,
                                                      VisibleDevicesRule rule, support::DiagnosticSink& sink);

/// One process's view, for the checks that need all of them.
struct RankView {
    std::string rank;  ///< for messages: "rank 2"
    HostIndex host;
    support::Span place;  ///< of the variable's value, or of the rank
    VisibleDevices visible;
};

/// Reports chips that two ranks see, ranks that see none, and links that no rank can use because one of their
/// ends is hidden from all of them.
void check_visible_devices(const Cluster& cluster, const std::vector<RankView>& ranks,
                           support::DiagnosticSink& sink);

/// The cluster that these chips make up; links to hidden chips become open ends. Nothing without any chip.
std::optional<Cluster> visible_cluster(const Cluster& cluster, const std::vector<AsicIndex>& chips);

/// The value that makes exactly these devices visible: the PCI functions of all if they are stated, else chip
/// numbers (mock), else PCI functions of their slots, else integers in the rule's order.
std::string render_visible_devices(const Cluster& cluster, HostIndex host,
                                   const std::vector<AsicIndex>& devices, VisibleDevicesRule rule);

}  // namespace tt_run::topology
