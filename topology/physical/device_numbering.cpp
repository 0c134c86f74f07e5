#include "topology/physical/device_numbering.hpp"

#include <algorithm>

namespace tt_run::topology {

namespace {

/// Nothing if no machine with this motherboard is known, or several that differ.
std::optional<std::uint8_t> bus_of_slot(std::string_view motherboard, std::uint32_t tray) {
    std::optional<std::uint8_t> bus;
    for (const MachineFacts& machine : known_machines()) {
        if (machine.motherboard != motherboard) {
            continue;
        }
        if (tray == 0 || tray > machine.buses.size() || (bus && *bus != machine.buses[tray - 1])) {
            return std::nullopt;
        }
        bus = machine.buses[tray - 1];
    }
    return bus;
}

template <typename Test>
bool all_devices(const Cluster& cluster, Test test) {
    for (std::uint32_t k = 0; k < cluster.asics().size(); ++k) {
        if (cluster.asics()[k].has_pcie && !test(AsicIndex{k})) {
            return false;
        }
    }
    return true;
}

}  // namespace

std::optional<PciAddress> address_of(const Cluster& cluster, AsicIndex device) {
    const Asic& asic = cluster.asic(device);
    if (!asic.has_pcie || asic.pci) {
        return asic.pci;
    }
    if (asic.bus >= 0) {
        return PciAddress{0, static_cast<std::uint8_t>(asic.bus & 0xFF), 0, 0};
    }
    const Board& board = cluster.board_of(device);
    if (const auto bus = galaxy_bus(board.type, {board.tray, asic.location})) {
        return PciAddress{0, static_cast<std::uint8_t>(*bus), 0, 0};
    }
    if (facts_of(board.type).pcie_chips != 1) {
        return std::nullopt;  // which of a board's devices comes first is not known
    }
    const auto bus = bus_of_slot(cluster.host(board.host).motherboard, board.tray);
    return bus ? std::optional(PciAddress{0, *bus, 0, 0}) : std::nullopt;
}

bool devices_are_named(const Cluster& cluster) {
    return numbering_of(cluster) == DeviceNumbering::pci_address ||
           numbering_of(cluster) == DeviceNumbering::chip_number;
}

DeviceNumbering numbering_of(const Cluster& cluster) {
    if (all_devices(cluster, [&](AsicIndex device) { return cluster.asic(device).pci.has_value(); })) {
        return DeviceNumbering::pci_address;
    }
    if (cluster.origin() != Origin::real &&
        all_devices(cluster, [&](AsicIndex device) { return cluster.asic(device).chip >= 0; })) {
        return DeviceNumbering::chip_number;
    }
    return all_devices(cluster, [&](AsicIndex device) { return address_of(cluster, device).has_value(); })
               ? DeviceNumbering::slot_address
               : DeviceNumbering::position;
}

std::string_view name_of(DeviceNumbering numbering) {
    switch (numbering) {
        case DeviceNumbering::pci_address:
            return "PCI address";
        case DeviceNumbering::chip_number:
            return "chip number of the cluster descriptor";
        case DeviceNumbering::slot_address:
            return "the PCI address of their slot";
        case DeviceNumbering::position:
            return "position in the order of PCI addresses, or of trays where those are not known";
    }
    return "";
}

}  // namespace tt_run::topology
