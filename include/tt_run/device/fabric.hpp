#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tt_run/device/mesh_device.hpp"
#include "tt_run/export.hpp"
#include "tt_run/fabric/fabric_config.hpp"
#include "tt_run/fabric/routing_direction.hpp"

namespace tt_run::device {

using fabric::FabricConfig;
using fabric::FabricReliability;
using fabric::FabricSettings;
using fabric::RoutingDirection;

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

/// Bytes of a packet's header and, at most, of what it carries. Throw if the config has no topology.
TT_RUN_API std::size_t get_tt_fabric_packet_header_size_bytes();
TT_RUN_API std::size_t get_tt_fabric_max_payload_size_bytes();

// Questions about the fabric that is open. All throw before the first device opens, and for chips and meshes
// that the job does not have. With the fabric DISABLED a chip reaches itself only.

/// Why packets cannot go from one chip to another under the current config; nothing if they can.
TT_RUN_API std::optional<std::string> why_unreachable(FabricNodeId from, FabricNodeId to);

/// Where the first move from one chip to another goes; nothing if they are the same or there is no way.
TT_RUN_API std::optional<RoutingDirection> get_forwarding_direction(FabricNodeId from, FabricNodeId to);
/// The links that this move may take: as numbers from 0, and as ethernet channels of `from`, by routing
/// plane. Connection i of a socket takes link i mod links. Empty if there is no such move.
TT_RUN_API std::vector<std::uint32_t> get_forwarding_link_indices(FabricNodeId from, FabricNodeId to);
TT_RUN_API std::vector<std::uint32_t> get_forwarding_eth_chans(FabricNodeId from, FabricNodeId to);

/// One move of a packet, over one link.
struct FabricHop {
    FabricNodeId from;
    FabricNodeId to;
    RoutingDirection direction = RoutingDirection::centre;
    std::uint32_t virtual_channel = 0;
    std::vector<std::uint32_t> eth_chans;  ///< of `from`, by routing plane
};
/// The whole way; empty from a chip to itself. Throws what `why_unreachable` says if there is none.
TT_RUN_API std::vector<FabricHop> get_fabric_route(FabricNodeId from, FabricNodeId to);

/// Links in use that leave a chip on a side.
TT_RUN_API std::uint32_t get_num_live_routing_planes(FabricNodeId node, RoutingDirection direction);
/// The chips of one mesh that have links in use to another mesh, ascending.
TT_RUN_API std::vector<FabricNodeId> get_exit_nodes(std::int32_t mesh_id, std::int32_t to_mesh_id);

// Who drives what, fabric or not. The first call starts the runtime.

/// A chip's number among this process's own devices; nothing for another rank's chip.
TT_RUN_API std::optional<std::int32_t> get_physical_chip_id(FabricNodeId node);
/// The inverse. Throws for a number that is none of this process's devices.
TT_RUN_API FabricNodeId get_fabric_node_id(std::int32_t physical_chip_id);
TT_RUN_API MeshShape get_physical_mesh_shape(std::int32_t mesh_id);
/// The coordinates of a whole mesh, or of the part of this rank's own mesh that it drives itself. Throws for
/// the local part of a mesh of others.
enum class MeshScope : std::uint8_t { local, global };
TT_RUN_API MeshCoordinateRange get_coord_range(std::int32_t mesh_id, MeshScope scope = MeshScope::global);

/// Which part of which mesh a rank drives.
struct RankBinding {
    std::int32_t mesh_id = 0;
    std::int32_t mesh_host_rank = 0;
    bool operator==(const RankBinding&) const = default;
};
/// By rank of the world.
TT_RUN_API std::vector<RankBinding> get_global_logical_bindings();

}  // namespace tt_run::device
