#include "fabric/routing_table.hpp"

namespace tt_run::fabric {

RoutingTable build_routing_table(const ControlPlane& plane, NodeAt node) {
    const FabricSystem& system = plane.system();
    RoutingTable table;
    table.node = system.node(node);
    for (std::int32_t chip = 0; chip < system.mesh(node.mesh).chip_count(); ++chip) {
        const NodeAt target{node.mesh, chip};
        if (chip == node.chip) {
            continue;
        }
        const auto direction = plane.forwarding_direction(node, target);
        table.within.push_back({ChipId{chip}, direction.value_or(RoutingDirection::centre),
                                plane.forwarding_channels(node, target)});
    }
    for (std::uint32_t mesh = 0; mesh < system.mesh_count(); ++mesh) {
        const auto exit = mesh == node.mesh ? std::nullopt : plane.exit_towards(node, mesh);
        if (!exit) {
            continue;
        }
        // Up to the exit, packets for any chip of that mesh go alike.
        Packet packet{node, {mesh, 0}, *exit, std::nullopt};
        const auto hop = plane.advance(packet);
        RoutingTable::ToMesh row{system.mesh(mesh).id,
                                 ChipId{plane.exits().ports()[*exit].from.chip},
                                 RoutingDirection::centre,
                                 {}};
        if (hop) {
            row.direction = hop->direction;
            row.channels = plane.channels(*hop);
        }
        table.to_mesh.push_back(std::move(row));
    }
    return table;
}

}  // namespace tt_run::fabric
