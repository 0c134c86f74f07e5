#include "fabric/traffic.hpp"

#include <map>

namespace tt_run::fabric {

PacketFormat packet_format(FabricConfig config) {
    PacketFormat format;
    format.header_bytes = is_1d(config) ? 64 : format.header_bytes;
    return format;
}

support::Result<std::vector<LinkTraffic>> count_traffic(const ControlPlane& plane,
                                                        const std::vector<Transfer>& transfers,
                                                        const PacketFormat& format) {
    std::map<std::pair<std::uint32_t, NodeAt>, LinkTraffic> found;
    for (const Transfer& transfer : transfers) {
        const auto route = plane.route(transfer.from, transfer.to);
        if (!route) {
            return std::unexpected(route.error());
        }
        // The first move decides the plane; later moves with fewer planes fold it.
        const std::uint32_t on_plane =
            route->empty() ? 0 : transfer.connection % plane.planes(route->front());
        for (const Hop& hop : *route) {
            const std::uint32_t link = plane.link(hop, on_plane);
            LinkTraffic& traffic = found[{link, hop.from}];
            traffic.from = hop.from;
            traffic.to = hop.to;
            traffic.link = link;
            traffic.plane = on_plane % plane.planes(hop);
            traffic.direction = hop.direction;
            traffic.payload_bytes += transfer.bytes;
            traffic.packets += (transfer.bytes + format.max_payload_bytes - 1) / format.max_payload_bytes;
            ++traffic.flows;
        }
    }
    std::vector<LinkTraffic> sorted;
    for (const auto& [key, traffic] : found) {
        sorted.push_back(traffic);
    }
    return sorted;
}

}  // namespace tt_run::fabric
