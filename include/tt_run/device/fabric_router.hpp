#pragma once

#include <cstdint>
#include <optional>

#include "tt_run/export.hpp"

namespace tt_run::device {

/// What the fabric's routers are told, as tt-metal's structure of that name.
struct FabricRouterConfig {
    /// What a packet carries at most, a multiple of 16 bytes; 4,352 if not given. Small pages share a packet,
    /// and a socket's FIFO counts by packets.
    std::optional<std::uint32_t> max_packet_payload_size_bytes;
    bool operator==(const FabricRouterConfig&) const = default;
};

/// For devices opened from now on; every rank of the job must say the same. Setting the fabric DISABLED
/// forgets it. Throws std::runtime_error while a device is open, and for what is no multiple of 16.
TT_RUN_API void set_fabric_router_config(const FabricRouterConfig& config);
TT_RUN_API FabricRouterConfig get_fabric_router_config();

}  // namespace tt_run::device
