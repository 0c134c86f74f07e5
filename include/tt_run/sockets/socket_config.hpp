#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tt_run/device/core_coord.hpp"
#include "tt_run/device/memory_config.hpp"
#include "tt_run/device/mesh_coordinate.hpp"
#include "tt_run/device/mesh_device.hpp"
#include "tt_run/distributed/distributed_context.hpp"

namespace tt_run::sockets {

/// A core of a device of a mesh.
struct MeshCoreCoord {
    device::MeshCoordinate device_coord{0, 0};
    device::CoreCoord core_coord{0, 0};
    auto operator<=>(const MeshCoreCoord&) const = default;
};

/// A one-way connection between a core of the sending mesh and a core of the receiving one.
struct SocketConnection {
    MeshCoreCoord sender_core;
    MeshCoreCoord receiver_core;
    bool operator==(const SocketConnection&) const = default;
};

/// Where the FIFOs stand and how long they are.
struct SocketMemoryConfig {
    device::BufferType socket_storage_type = device::BufferType::l1;
    std::uint32_t fifo_size = 0;  ///< bytes, of every connection's own FIFO
    std::optional<device::SubDeviceId> sender_sub_device = std::nullopt;
    std::optional<device::SubDeviceId> receiver_sub_device = std::nullopt;
    bool operator==(const SocketMemoryConfig&) const = default;
};

/// A socket: its connections in an order that both sides share, its memory, and its two ends. The ends are
/// ranks of `distributed_context`, or, if both are given, meshes, each with all the ranks that drive it.
struct SocketConfig {
    std::vector<SocketConnection> socket_connection_config;
    SocketMemoryConfig socket_mem_config;
    distributed::Rank sender_rank{0};
    distributed::Rank receiver_rank{0};
    distributed::ContextPtr distributed_context = nullptr;  ///< null: the current world
    std::optional<std::int32_t> sender_mesh_id = std::nullopt;
    std::optional<std::int32_t> receiver_mesh_id = std::nullopt;
};

enum class SocketEndpoint : std::uint8_t { sender, receiver };

}  // namespace tt_run::sockets
