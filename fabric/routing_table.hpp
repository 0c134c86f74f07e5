#pragma once

#include <cstdint>
#include <vector>

#include "fabric/control_plane.hpp"

namespace tt_run::fabric {

/// What one chip would be given to route by: where packets for a chip of its own mesh leave, and to which
/// exit (and then where) packets for other meshes go. Worked out from the control plane, for one chip at a
/// time.
struct RoutingTable {
    struct WithinMesh {
        ChipId target;
        RoutingDirection direction = RoutingDirection::centre;
        std::vector<std::uint32_t> channels;  ///< ethernet channels by plane; none if there is no way
    };
    struct ToMesh {
        MeshId target;
        /// The exit that a packet which starts or enters here is sent to.
        ChipId exit;
        RoutingDirection direction = RoutingDirection::centre;  ///< of the first move towards it
        std::vector<std::uint32_t> channels;
    };
    FabricNode node;
    std::vector<WithinMesh> within;  ///< one for each other chip of the mesh, ascending
    std::vector<ToMesh> to_mesh;     ///< one for each other mesh that can be reached, ascending
};

RoutingTable build_routing_table(const ControlPlane& plane, NodeAt node);

}  // namespace tt_run::fabric
