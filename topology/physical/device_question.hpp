#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

#include "topology/physical/cluster.hpp"

namespace tt_run::topology {

/// What the driver says of one device, through GET_DEVICE_INFO. Source: the vendor's driver documentation.
struct DeviceInfo {
    std::uint16_t vendor_id = 0;
    std::uint16_t device_id = 0;
    PciAddress pci;  ///< its domain is 0 from drivers before 1.23
};

/// The calls to the kernel that the question takes, so that a test can answer for a driver that is not there.
/// As in the kernel's own: -1, or a negative answer, for failure.
struct DeviceCalls {
    std::function<bool(const std::filesystem::path&)> is_device;  ///< a character device
    std::function<int(const std::filesystem::path&, int flags)> open;
    std::function<int(int file, unsigned long request, void* argument)> control;
    std::function<void(int file)> close;

    static const DeviceCalls& of_kernel();
};

/// Asks the driver behind a device node; nothing if there is no such node, or no answer. Opens it in the way
/// that leaves the chip's power alone.
std::optional<DeviceInfo> ask_device_info(const std::filesystem::path& node, const DeviceCalls& calls);

}  // namespace tt_run::topology
