#pragma once

#include <memory>
#include <vector>

#include "tt_run/device/mesh_device.hpp"

namespace tt_run::test {

/// A part of the emulated Wormhole Galaxy (32 chips) that this process has to itself. The environment says so
/// from the start of the program, before any device can open.
std::shared_ptr<device::MeshDevice> open_part(std::uint32_t rows, std::uint32_t columns,
                                              std::uint32_t queues = 1);

/// 0, 1, 2, ...
std::vector<float> counted(std::size_t count);

}  // namespace tt_run::test
