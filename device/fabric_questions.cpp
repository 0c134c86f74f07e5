// What programs ask of the open fabric, and of who drives what.
#include <algorithm>
#include <numeric>
#include <utility>

#include "device/runtime.hpp"
#include "support/require.hpp"
#include "tt_run/device/fabric.hpp"

namespace tt_run::device {

namespace {

using fabric::ControlPlane;
using fabric::NodeAt;

/// Null if the fabric is DISABLED.
const ControlPlane* open_plane() {
    TT_RUN_REQUIRE(Runtime::is_started(), "the fabric opens with the first device; none was opened yet");
    return Runtime::get().control_plane();
}

NodeAt node_at(const ControlPlane& plane, FabricNodeId id) {
    const auto node = plane.system().find({topology::MeshId{id.mesh_id}, topology::ChipId{id.chip_id}});
    TT_RUN_REQUIRE(node.has_value(), "the job has no chip {}", id.text());
    return *node;
}

FabricNodeId id_of(const ControlPlane& plane, NodeAt node) {
    const topology::FabricNode named = plane.system().node(node);
    return {named.mesh.value, named.chip.value};
}

std::uint32_t mesh_at(const ControlPlane& plane, std::int32_t mesh_id) {
    const auto first = plane.system().find({topology::MeshId{mesh_id}, topology::ChipId{0}});
    TT_RUN_REQUIRE(first.has_value(), "the job has no mesh {}", mesh_id);
    return first->mesh;
}

/// What `ask` says of two chips of the open fabric; `otherwise` with the fabric DISABLED.
template <class Answer, class Ask>
Answer ask_between(FabricNodeId from, FabricNodeId to, Answer otherwise, Ask&& ask) {
    const ControlPlane* const plane = open_plane();
    return plane == nullptr ? std::move(otherwise) : ask(*plane, node_at(*plane, from), node_at(*plane, to));
}

}  // namespace

std::optional<std::string> why_unreachable(FabricNodeId from, FabricNodeId to) {
    const std::optional<std::string> disabled("the fabric is DISABLED; a chip reaches itself only");
    return ask_between(from, to, from == to ? std::nullopt : disabled,
                       [](const ControlPlane& plane, NodeAt a, NodeAt b) {
                           const auto reached = plane.reaches(a, b);
                           return reached ? std::nullopt : std::optional(reached.error().message());
                       });
}

std::optional<RoutingDirection> get_forwarding_direction(FabricNodeId from, FabricNodeId to) {
    return ask_between(from, to, std::optional<RoutingDirection>(),
                       [](const ControlPlane& plane, NodeAt a, NodeAt b) {
                           return plane.reaches(a, b) ? plane.forwarding_direction(a, b) : std::nullopt;
                       });
}

std::vector<std::uint32_t> get_forwarding_eth_chans(FabricNodeId from, FabricNodeId to) {
    return ask_between(
        from, to, std::vector<std::uint32_t>(),
        [](const ControlPlane& plane, NodeAt a, NodeAt b) { return plane.forwarding_channels(a, b); });
}

std::vector<std::uint32_t> get_forwarding_link_indices(FabricNodeId from, FabricNodeId to) {
    std::vector<std::uint32_t> indices(get_forwarding_eth_chans(from, to).size());
    std::iota(indices.begin(), indices.end(), 0U);
    return indices;
}

std::vector<FabricHop> get_fabric_route(FabricNodeId from, FabricNodeId to) {
    const auto refusal = why_unreachable(from, to);
    TT_RUN_REQUIRE(!refusal, "{}", *refusal);
    return ask_between(from, to, std::vector<FabricHop>(), [](const ControlPlane& plane, NodeAt a, NodeAt b) {
        std::vector<FabricHop> hops;
        const auto route = plane.route(a, b);
        for (const fabric::Hop& hop : *route) {
            hops.push_back({id_of(plane, hop.from), id_of(plane, hop.to), hop.direction, hop.virtual_channel,
                            plane.channels(hop)});
        }
        return hops;
    });
}

std::uint32_t get_num_live_routing_planes(FabricNodeId node, RoutingDirection direction) {
    return ask_between(node, node, 0U, [&](const ControlPlane& plane, NodeAt at, NodeAt) {
        return plane.live_planes(at, direction);
    });
}

std::vector<FabricNodeId> get_exit_nodes(std::int32_t mesh_id, std::int32_t to_mesh_id) {
    const ControlPlane* const plane = open_plane();
    std::vector<FabricNodeId> nodes;
    if (plane != nullptr) {
        for (const topology::ChipId chip :
             plane->exit_chips(mesh_at(*plane, mesh_id), mesh_at(*plane, to_mesh_id))) {
            nodes.push_back({mesh_id, chip.value});
        }
    }
    return nodes;
}

std::optional<std::int32_t> get_physical_chip_id(FabricNodeId node) {
    const MeshShape shape = get_physical_mesh_shape(node.mesh_id);
    TT_RUN_REQUIRE(node.chip_id >= 0 && static_cast<std::size_t>(node.chip_id) < shape.mesh_size(),
                   "the job has no chip {}", node.text());
    const LocalSystem& system = Runtime::get().system();
    if (node.mesh_id != system.mesh.value) {
        return std::nullopt;
    }
    const SystemChip& chip = system.chips[static_cast<std::size_t>(node.chip_id)];
    return chip.local ? std::optional(chip.physical_id) : std::nullopt;
}

FabricNodeId get_fabric_node_id(std::int32_t physical_chip_id) {
    const LocalSystem& system = Runtime::get().system();
    const auto found = std::ranges::find(system.chips, physical_chip_id, &SystemChip::physical_id);
    TT_RUN_REQUIRE(physical_chip_id >= 0 && found != system.chips.end(), "this process has no device {}",
                   physical_chip_id);
    return {system.mesh.value, static_cast<std::int32_t>(found - system.chips.begin())};
}

MeshShape get_physical_mesh_shape(std::int32_t mesh_id) {
    const LocalSystem& system = Runtime::get().system();
    if (mesh_id == system.mesh.value) {
        return system.shape;
    }
    const topology::Mesh* const mesh = system.graph ? system.graph->find(topology::MeshId{mesh_id}) : nullptr;
    TT_RUN_REQUIRE(mesh != nullptr, "the job has no mesh {}", mesh_id);
    return {static_cast<std::uint32_t>(mesh->rows()), static_cast<std::uint32_t>(mesh->columns())};
}

MeshCoordinateRange get_coord_range(std::int32_t mesh_id, MeshScope scope) {
    const MeshShape shape = get_physical_mesh_shape(mesh_id);
    if (scope == MeshScope::global) {
        return MeshCoordinateRange(shape);
    }
    const LocalSystem& system = Runtime::get().system();
    TT_RUN_REQUIRE(mesh_id == system.mesh.value, "this rank drives no part of mesh {}, but of mesh {}",
                   mesh_id, system.mesh.value);
    const auto is_local = [](const SystemChip& chip) { return chip.local.has_value(); };
    const auto first = std::ranges::find_if(system.chips, is_local) - system.chips.begin();
    const auto last = std::find_if(system.chips.rbegin(), system.chips.rend(), is_local).base() - 1 -
                      system.chips.begin();  // a part is a rectangle
    return {MeshCoordinate::from_linear_index(shape, static_cast<std::size_t>(first)),
            MeshCoordinate::from_linear_index(shape, static_cast<std::size_t>(last))};
}

std::vector<RankBinding> get_global_logical_bindings() {
    return Runtime::get().bindings();
}

}  // namespace tt_run::device
