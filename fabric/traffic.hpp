#pragma once

#include <cstdint>
#include <vector>

#include "fabric/control_plane.hpp"

namespace tt_run::fabric {

/// What a fabric packet carries and costs, as published for tt-metal's routers.
struct PacketFormat {
    std::uint32_t max_payload_bytes = 4352;  ///< four Blackhole-sized tiles of 1,088 bytes; the default
    std::uint32_t header_bytes = 96;         ///< 2D; 64 for 1D
};
PacketFormat packet_format(FabricConfig config);

/// Bytes to be brought from one node to another, on one connection.
struct Transfer {
    NodeAt from;
    NodeAt to;
    std::uint64_t bytes = 0;
    /// Which of the first move's links it takes, and so its plane: link i mod links for connection i.
    std::uint32_t connection = 0;
};

/// What one direction of one link carries.
struct LinkTraffic {
    NodeAt from;
    NodeAt to;
    std::uint32_t link = 0;   ///< in Cluster::links()
    std::uint32_t plane = 0;  ///< of the move
    RoutingDirection direction = RoutingDirection::centre;
    std::uint64_t payload_bytes = 0;
    std::uint64_t packets = 0;
    std::uint64_t flows = 0;  ///< transfers that pass here
};

/// The links that a set of transfers uses, with what each carries; sorted by link, then direction. An error
/// names the first transfer without a route.
support::Result<std::vector<LinkTraffic>> count_traffic(const ControlPlane& plane,
                                                        const std::vector<Transfer>& transfers,
                                                        const PacketFormat& format);

}  // namespace tt_run::fabric
