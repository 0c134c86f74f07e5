#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tt_run/device/mesh_device.hpp"
#include "tt_run/export.hpp"
#include "tt_run/fabric/fabric_config.hpp"

namespace tt_run::device {

using fabric::FabricConfig;
using fabric::FabricReliability;
using fabric::FabricSettings;

/// Says what of the chips' network the devices opened from now on use; every rank of the job must say the
/// same. The fabric itself opens with the first device: STRICT_INIT then throws for every missing cable,
/// RELAXED_INIT warns of what is lost. Throws std::runtime_error while a device is open, for one config over
/// another without DISABLED between them, for CUSTOM, and for modes that nobody supports.
TT_RUN_API void set_fabric_config(const FabricSettings& settings);
TT_RUN_API void set_fabric_config(FabricConfig config,
                                  FabricReliability reliability = FabricReliability::strict,
                                  std::optional<std::uint32_t> num_planes = std::nullopt);
TT_RUN_API FabricSettings get_fabric_settings();
TT_RUN_API FabricConfig get_fabric_config();

/// Linear, Ring, NeighborExchange, Mesh or Torus. Throws if the config has no topology.
TT_RUN_API std::string_view get_fabric_topology();

/// The links, by number from 0, that the first move from one chip to another may take. Empty if the one does
/// not reach the other, if they are the same, and with the fabric DISABLED. Throws for chips that the job
/// does not have, and before the first device opens.
TT_RUN_API std::vector<std::uint32_t> get_forwarding_link_indices(FabricNodeId from, FabricNodeId to);

/// Why packets cannot go from one chip to another under the current config; nothing if they can.
TT_RUN_API std::optional<std::string> why_unreachable(FabricNodeId from, FabricNodeId to);

}  // namespace tt_run::device
