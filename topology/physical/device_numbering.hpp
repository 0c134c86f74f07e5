#pragma once

#include <optional>
#include <string_view>

#include "topology/physical/cluster.hpp"

namespace tt_run::topology {

/// How a list such as TT_VISIBLE_DEVICES names the devices of a cluster: by the first of these that all of
/// them have. Integers mean different things to different versions of the vendor's library, so addresses come
/// first.
enum class DeviceNumbering {
    pci_address,
    chip_number,   ///< of the cluster descriptor, as the library counts on one
    slot_address,  ///< the PCI address of the slot where the description says that the device is
    position,      ///< by PCI address as far as that is known, else by tray and location
};
DeviceNumbering numbering_of(const Cluster& cluster);
/// "PCI address", ...: for a comment and for messages.
std::string_view name_of(DeviceNumbering numbering);

/// Whether the description itself names its devices. Where it does not (descriptors of a system's wiring), a
/// name is worked out from the slot, and none is better where a process may see its whole host.
bool devices_are_named(const Cluster& cluster);

/// Where a device answers: as described, else by its bus, else by the slot of its board, which is known for
/// the trays of a Galaxy and for motherboards whose every make has the tray's slot on the same bus.
std::optional<PciAddress> address_of(const Cluster& cluster, AsicIndex device);

}  // namespace tt_run::topology
