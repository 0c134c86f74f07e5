#include "sockets/validate_socket.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "device/mesh_device_state.hpp"
#include "support/require.hpp"
#include "tt_run/device/fabric.hpp"
#include "tt_run/device/warnings.hpp"

namespace tt_run::sockets {

namespace {

using device::FabricNodeId;
using fabric::FabricConfig;

constexpr std::uint32_t kFifoAlignment = 16;

fabric::NodeAt node_of(const fabric::ControlPlane& plane, FabricNodeId id) {
    const auto node = plane.system().find({topology::MeshId{id.mesh_id}, topology::ChipId{id.chip_id}});
    TT_RUN_REQUIRE(node.has_value(), "the job has no chip {}", id.text());
    return *node;
}

void check_line(const fabric::ControlPlane& plane, FabricNodeId from, FabricNodeId to, FabricConfig config) {
    TT_RUN_REQUIRE(from.mesh_id == to.mesh_id,
                   "a socket under {} must have both ends in one mesh, but {} and {} are in two",
                   fabric::name_of(config), from.text(), to.text());
    const topology::Mesh& mesh = plane.system().mesh(node_of(plane, from).mesh);
    const bool same_row = from.chip_id / mesh.columns() == to.chip_id / mesh.columns();
    const bool same_column = from.chip_id % mesh.columns() == to.chip_id % mesh.columns();
    TT_RUN_REQUIRE(same_row || same_column,
                   "a socket under {} must have both ends in one row or column, but {} and {} are not",
                   fabric::name_of(config), from.text(), to.text());
}

/// How many links lead from one to the other; refuses if none does.
std::size_t links_between(const fabric::ControlPlane* plane, FabricNodeId from, FabricNodeId to) {
    const FabricConfig config = device::get_fabric_config();
    if (from == to) {
        return 1;
    }
    TT_RUN_REQUIRE(
        config != FabricConfig::disabled && plane != nullptr,
        "the fabric is DISABLED, but a socket joins {} and {}; call set_fabric_config before the device "
        "is opened",
        from.text(), to.text());
    TT_RUN_REQUIRE(config != FabricConfig::neighbor_exchange && config != FabricConfig::custom,
                   "sockets are not supported under fabric config {}", fabric::name_of(config));
    if (fabric::is_1d(config)) {
        check_line(*plane, from, to, config);
    }
    const fabric::NodeAt source = node_of(*plane, from);
    const fabric::NodeAt target = node_of(*plane, to);
    const auto reached = plane->reaches(source, target);
    TT_RUN_REQUIRE(reached.has_value(), "no way from {} to {}: {}", from.text(), to.text(),
                   reached ? "" : reached.error().message());
    return plane->forwarding_links(source, target).size();
}

}  // namespace

void check_socket_config(const SocketConfig& config) {
    const SocketMemoryConfig& memory = config.socket_mem_config;
    TT_RUN_REQUIRE(!config.socket_connection_config.empty(), "a socket needs at least one connection");
    TT_RUN_REQUIRE(memory.socket_storage_type == device::BufferType::l1 ||
                       memory.socket_storage_type == device::BufferType::dram,
                   "a socket's FIFO is in L1 or DRAM, not in {}",
                   device::name_of(memory.socket_storage_type));
    TT_RUN_REQUIRE(memory.fifo_size > 0, "a socket's FIFO size is 0");
    TT_RUN_REQUIRE(memory.fifo_size % kFifoAlignment == 0,
                   "a socket's FIFO size must be a multiple of {} bytes; {} is not", kFifoAlignment,
                   memory.fifo_size);
    std::set<MeshCoreCoord> receivers;
    for (const SocketConnection& connection : config.socket_connection_config) {
        const MeshCoreCoord& core = connection.receiver_core;
        TT_RUN_REQUIRE(
            receivers.insert(core).second,
            "core ({}, {}) of {} receives over two connections of one socket; a receiver core has one sender",
            core.core_coord.x, core.core_coord.y, core.device_coord.text());
    }
}

void check_own_cores(const SocketState& state) {
    const bool sends = state.endpoint == SocketEndpoint::sender;
    const char* const side = sends ? "sender" : "receiver";
    const SocketMemoryConfig& memory = state.config.socket_mem_config;
    const auto& sub_device = sends ? memory.sender_sub_device : memory.receiver_sub_device;
    const device::CoreGrid grid = state.device->compute_with_storage_grid_size();
    std::map<device::MeshCoordinate, std::set<device::CoreCoord>> cores;
    bool any_local = false;
    for (std::size_t k = 0; k < state.config.socket_connection_config.size(); ++k) {
        const MeshCoreCoord& core = state.own_core(k);
        TT_RUN_REQUIRE(core.device_coord.dims() == state.device->shape().dims() &&
                           core.device_coord.is_inside(state.device->shape()),
                       "the {} of connection {} is {}, outside the mesh device's {}", side, k,
                       core.device_coord.text(), state.device->shape().text());
        TT_RUN_REQUIRE(core.core_coord.x < grid.x && core.core_coord.y < grid.y,
                       "the {} core ({}, {}) of connection {} is outside the compute grid of {} x {}", side,
                       core.core_coord.x, core.core_coord.y, k, grid.x, grid.y);
        TT_RUN_REQUIRE(!sub_device || state.device->sub_device_cores(*sub_device).contains(core.core_coord),
                       "the {} core ({}, {}) of connection {} is not in sub-device {}", side,
                       core.core_coord.x, core.core_coord.y, k, *sub_device);
        cores[core.device_coord].insert(core.core_coord);
        any_local = any_local || state.is_local(k);
    }
    TT_RUN_REQUIRE(any_local, "no {} of this socket is on a device of this rank", side);
    for (const auto& [coordinate, used] : cores) {
        if (sends && used.size() > 1) {
            device::warn(fmt::format("a socket sends from {} cores of {}; one is usual", used.size(),
                                     coordinate.text()));
        }
    }
}

void check_routes(SocketState& state) {
    const fabric::ControlPlane* const plane = state.device->state().runtime->control_plane();
    std::map<std::pair<FabricNodeId, FabricNodeId>, std::size_t> used;
    state.links.clear();
    for (std::size_t k = 0; k < state.sender_nodes.size(); ++k) {
        const FabricNodeId from = state.sender_nodes[k];
        const FabricNodeId to = state.receiver_nodes[k];
        const std::size_t links = links_between(plane, from, to);
        const std::size_t before = used[{from, to}]++;
        TT_RUN_REQUIRE(from == to || before < links,
                       "a socket has more connections from {} to {} than the {} that their links carry",
                       from.text(), to.text(), links);
        state.links.push_back(before % links);
    }
}

void check_forwarding(const SocketState& state, std::size_t connection, const char* operation) {
    const FabricConfig config = device::get_fabric_config();
    const FabricNodeId from = state.sender_nodes[connection];
    const FabricNodeId to = state.receiver_nodes[connection];
    const fabric::ControlPlane* const plane = state.device->state().runtime->control_plane();
    if (from == to || plane == nullptr || !fabric::is_1d(config)) {
        return;
    }
    const auto route = plane->route(node_of(*plane, from), node_of(*plane, to));
    TT_RUN_REQUIRE(route && route->size() == 1,
                   "{}: no forwarding direction from {} to {}: under {} a socket sends to a neighbour only",
                   operation, from.text(), to.text(), fabric::name_of(config));
}

}  // namespace tt_run::sockets
