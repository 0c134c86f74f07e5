#pragma once

#include <cstdint>
#include <vector>

#include "tt_run/export.hpp"

namespace tt_run::device {

/// Of the devices that this process sees, the numbers of those with a PCIe connection of their own: of an
/// N300's two chips, one. Without a cluster to look at, all. Starts the runtime.
TT_RUN_API std::vector<std::int32_t> get_pcie_device_ids();

}  // namespace tt_run::device
