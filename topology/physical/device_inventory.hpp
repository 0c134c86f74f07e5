#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/host_environment.hpp"
#include "topology/physical/cluster.hpp"
#include "topology/physical/device_question.hpp"

namespace tt_run::topology {

/// One device as the kernel shows it. Reading this touches no chip: sysfs and procfs only, and where device
/// nodes are, one question to the driver through a file that is opened without raising the chip's power.
/// Source: the vendor's driver documentation (ABI of /sys/class/tenstorrent, ioctl GET_DEVICE_INFO).
struct InventoryDevice {
    std::int32_t number = -1;  ///< N of /dev/tenstorrent/N; -1 when no driver serves it
    std::optional<PciAddress> pci;
    std::uint16_t device_id = 0;
    std::uint16_t subsystem_vendor_id = 0;
    std::uint16_t subsystem_id = 0;
    std::uint16_t revision = 0;
    std::int32_t numa_node = -1;
    std::string card_type;                  ///< as the firmware names it; empty when not told
    std::optional<std::uint64_t> board_id;  ///< its serial
    std::optional<std::uint64_t> asic_id;   ///< equals link-end ids on Galaxies only
    std::map<std::string, std::string>
        firmware;                       ///< versions by part: "fw_bundle", "m3app_fw", "eth_fw", ...
    std::vector<std::int32_t> holders;  ///< processes that have it open, as far as told
    bool driver_answered = false;       ///< GET_DEVICE_INFO worked and agrees with sysfs
    BoardType board = BoardType::unknown;
    ChipArchitecture architecture = ChipArchitecture::unknown;
};

struct DeviceInventory {
    std::vector<InventoryDevice> devices;  ///< by PCI address, then by number
    std::string driver_version;            ///< empty: the module is not loaded
    std::string motherboard;               ///< by the firmware (DMI); empty when not told
    std::vector<std::string> notes;        ///< what the reader should know, one sentence each
};

/// What the host has. Everything is looked up below `host.file_system_root`. Never fails: what cannot be read
/// is not known. Devices on the PCI bus that no driver serves are listed without a number.
DeviceInventory take_inventory(const support::HostEnvironment& host,
                               const DeviceCalls& calls = DeviceCalls::of_kernel());

}  // namespace tt_run::topology
