#pragma once

#include <optional>
#include <string>
#include <vector>

#include "support/diagnostic.hpp"
#include "support/host_environment.hpp"
#include "topology/physical/cluster.hpp"
#include "topology/physical/device_inventory.hpp"

namespace tt_run::topology {

/// What was found on this host.
struct Discovery {
    DeviceInventory inventory;
    /// Nothing if there is no device that a driver serves. Origin `real`; `links_known()` only if the
    /// vendor's tool told them: links are never guessed.
    std::optional<Cluster> cluster;
    /// What the reader should know: which tool told the links or why they are unknown, what was assumed.
    std::vector<std::string> notes;
};

/// Inventory from sysfs, procfs and the driver (see device_inventory.hpp): boards, trays, PCI addresses, NUMA
/// nodes, firmware. Trays come from the motherboard's slots; on one that is not known a board's tray is its
/// PCI bus, as the vendor's software has it. An N300's second chip is behind its first and so implied. With
/// `ask_tool`, and if there are devices, the vendor's `topology` program, found along PATH, is run (for up to
/// a minute) to learn the links; its descriptor is imported by the usual rules, whose findings go to `sink`.
Discovery discover_cluster(const support::HostEnvironment& host, bool ask_tool,
                           support::DiagnosticSink& sink);

}  // namespace tt_run::topology
