#include "fabric/control_plane.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <fmt/format.h>

#include "support/check.hpp"

namespace tt_run::fabric {

namespace {

/// Exits are asked for in this order: near ones first, of equals the lowest chip.
std::int32_t distance(const ExitPlace& exit, std::int32_t row, std::int32_t column) {
    return std::abs(exit.row - row) + std::abs(exit.column - column);
}

/// More moves than any way through a mesh has.
std::size_t most_moves(const MeshRouter& router) {
    const MeshLinks& links = router.links();
    return static_cast<std::size_t>(router.is_detoured() ? links.chips() : links.rows() + links.columns());
}

}  // namespace

ControlPlane::ControlPlane(FabricSystemPtr system, const LinkStates& states, const FabricOptions& options)
    : system_(std::move(system)), states_(states), options_(options) {}

std::optional<std::uint32_t> ControlPlane::nearest_exit(NodeAt node, const NeighbourMesh& neighbour) const {
    const MeshRouter& router = routers_[node.mesh];
    const std::int32_t row = node.chip / router.links().columns();
    const std::int32_t column = node.chip % router.links().columns();
    const auto exits = exits_->places(neighbour);
    if (!router.links().is_broken()) {
        std::size_t best = 0;
        std::int32_t least = distance(exits[0], row, column);
        for (std::size_t k = 1; k < exits.size(); ++k) {
            const std::int32_t here = distance(exits[k], row, column);
            best = here < least ? k : best;
            least = std::min(here, least);
        }
        return neighbour.first_port + static_cast<std::uint32_t>(best);
    }
    std::vector<std::uint32_t> order;
    for (std::uint32_t k = 0; k < neighbour.port_count; ++k) {
        order.push_back(k);
    }
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return distance(exits[a], row, column) < distance(exits[b], row, column);
    });
    for (const std::uint32_t k : order) {
        const std::uint32_t port = neighbour.first_port + k;
        if (router.walk(node.chip, exits_->ports()[port].from.chip, [](const MeshStep&) {})) {
            return port;
        }
    }
    return std::nullopt;
}

std::optional<std::uint32_t> ControlPlane::exit_towards(NodeAt node, std::size_t target_mesh) const {
    const std::uint16_t next = paths_->to(target_mesh).ways[node.mesh].next;
    if (!crosses_meshes() || next == MeshPaths::kNoWay) {
        return std::nullopt;
    }
    return nearest_exit(node, exits_->neighbours(node.mesh)[next]);
}

std::uint16_t ControlPlane::channel_of(std::uint32_t stage, std::size_t mesh, std::uint8_t lane) const {
    return options_.one_virtual_channel ? std::uint16_t{0}
                                        : static_cast<std::uint16_t>(stage * routers_[mesh].lanes() + lane);
}

std::optional<Hop> ControlPlane::advance(Packet& packet) const {
    const NodeAt at = packet.at;
    const bool home = at.mesh == packet.to.mesh;
    if (home && at.chip == packet.to.chip) {
        return std::nullopt;
    }
    std::int32_t target = packet.to.chip;
    if (!home) {
        if (packet.exit == Hop::kNoPort) {
            const auto exit = exit_towards(at, packet.to.mesh);
            if (!exit) {
                return std::nullopt;
            }
            packet.exit = *exit;
        }
        target = exits_->ports()[packet.exit].from.chip;
    }
    const std::uint32_t stage = home ? 0 : paths_->to(packet.to.mesh).ways[at.mesh].stage;
    Hop hop;
    hop.from = at;
    if (target == at.chip) {
        const ExitPort& port = exits_->ports()[packet.exit];
        hop.to = port.to;
        hop.port = packet.exit;
        hop.direction = port.direction;
        hop.virtual_channel =
            options_.one_virtual_channel ? std::uint16_t{0} : static_cast<std::uint16_t>(stage);
        packet.exit = Hop::kNoPort;
        packet.arrived.reset();
    } else {
        const auto step = routers_[at.mesh].step(at.chip, target, packet.arrived);
        if (!step) {
            return std::nullopt;
        }
        hop.to = {at.mesh, step->next};
        hop.slot = step->slot;
        hop.direction = direction_of(step->slot);
        hop.virtual_channel = channel_of(stage, at.mesh, step->lane);
        packet.arrived = step->slot;
    }
    packet.at = hop.to;
    return hop;
}

bool ControlPlane::route(NodeAt from, NodeAt to, Route& route) const {
    route.clear();
    const MeshPaths::Row* row = from.mesh == to.mesh ? nullptr : &paths_->to(to.mesh);
    NodeAt at = from;
    while (at != to) {
        const bool home = row == nullptr || at.mesh == to.mesh;
        std::uint32_t exit = Hop::kNoPort;
        if (!home) {
            const std::uint16_t next = row->ways[at.mesh].next;
            const auto nearest = !crosses_meshes() || next == MeshPaths::kNoWay
                                     ? std::nullopt
                                     : nearest_exit(at, exits_->neighbours(at.mesh)[next]);
            if (!nearest) {
                return false;
            }
            exit = *nearest;
        }
        const std::int32_t target = home ? to.chip : exits_->ports()[exit].from.chip;
        const std::uint32_t stage = home ? 0 : row->ways[at.mesh].stage;
        const std::array channels{channel_of(stage, at.mesh, 0), channel_of(stage, at.mesh, 1)};
        // Room for all of them at once: asking for it at each move takes longer than the move.
        const MeshRouter& router = routers_[at.mesh];
        const std::size_t before = route.size();
        route.resize(before + most_moves(router));
        Hop* move = route.data() + before;
        const bool arrives = router.walk(at.chip, target, [&](const MeshStep& step) {
            const NodeAt next{at.mesh, step.next};
            *move++ = {at, next, Hop::kNoPort, channels[step.lane], step.slot, direction_of(step.slot)};
            at = next;
        });
        route.resize(static_cast<std::size_t>(move - route.data()));
        if (!arrives) {
            return false;
        }
        if (!home) {
            const ExitPort& port = exits_->ports()[exit];
            const std::uint32_t channel = options_.one_virtual_channel ? 0 : stage;
            route.push_back({at, port.to, exit, static_cast<std::uint16_t>(channel), 0, port.direction});
            at = port.to;
        }
    }
    return true;
}

support::Result<Route> ControlPlane::route(NodeAt from, NodeAt to) const {
    Route found;
    if (route(from, to, found)) {
        return found;
    }
    return std::unexpected(support::Error(why_not(from, to)));
}

support::Result<void> ControlPlane::reaches(NodeAt from, NodeAt to) const {
    Route found;
    if (route(from, to, found)) {
        return {};
    }
    return std::unexpected(support::Error(why_not(from, to)));
}

std::string ControlPlane::why_not(NodeAt from, NodeAt to) const {
    const std::string pair =
        fmt::format("no route from {} to {}: ", name_of(system_->node(from)), name_of(system_->node(to)));
    if (from.mesh == to.mesh) {
        return pair + routers_[from.mesh].why_not(from.chip, to.chip);
    }
    if (!crosses_meshes()) {
        return pair + fmt::format("{} stays within one mesh; FABRIC_2D crosses meshes",
                                  name_of(options_.settings.config));
    }
    if (paths_->to(to.mesh).ways[from.mesh].next == MeshPaths::kNoWay) {
        return pair + fmt::format("no connection in use leads from mesh {} to mesh {}",
                                  system_->mesh(from.mesh).id.value, system_->mesh(to.mesh).id.value);
    }
    Route found;
    route(from, to, found);
    const NodeAt stuck = found.empty() ? from : found.back().to;
    if (stuck.mesh == to.mesh) {
        return pair + fmt::format("in mesh {}, ", system_->mesh(stuck.mesh).id.value) +
               routers_[stuck.mesh].why_not(stuck.chip, to.chip);
    }
    return pair + fmt::format("at {} no exit towards mesh {} can be reached over the links that are left",
                              name_of(system_->node(stuck)), system_->mesh(to.mesh).id.value);
}

std::optional<RoutingDirection> ControlPlane::forwarding_direction(NodeAt from, NodeAt to) const {
    Packet packet{from, to, Hop::kNoPort, std::nullopt};
    const auto hop = advance(packet);
    return hop ? std::optional(hop->direction) : std::nullopt;
}

std::vector<std::uint32_t> ControlPlane::forwarding_links(NodeAt from, NodeAt to) const {
    const auto way = route(from, to);
    return way && !way->empty() ? links(way->front()) : std::vector<std::uint32_t>{};
}

std::vector<std::uint32_t> ControlPlane::forwarding_channels(NodeAt from, NodeAt to) const {
    const auto way = route(from, to);
    return way && !way->empty() ? channels(way->front()) : std::vector<std::uint32_t>{};
}

std::vector<std::uint32_t> ControlPlane::channels(const Hop& hop) const {
    const AsicIndex here = system_->asic(hop.from);
    std::vector<std::uint32_t> channels = links(hop);
    for (std::uint32_t& link : channels) {
        const topology::Link& one = system_->cluster().links()[link];
        link = one.a.asic == here ? one.a.channel : one.b.channel;
    }
    return channels;
}

std::uint32_t ControlPlane::planes(const Hop& hop) const {
    const std::uint32_t all = hop.leaves_mesh() ? exits_->ports()[hop.port].link_count
                                                : routers_[hop.from.mesh].planes(hop.from.chip, hop.slot);
    return std::min(all, options_.settings.num_planes.value_or(all));
}

std::vector<std::uint32_t> ControlPlane::links(const Hop& hop) const {
    std::vector<std::uint32_t> all;
    if (hop.leaves_mesh()) {
        const auto links = exits_->links(exits_->ports()[hop.port]);
        all.assign(links.begin(), links.end());
    } else {
        all = live_links(system_->cluster(), states_, system_->asic(hop.from), system_->asic(hop.to));
    }
    TT_RUN_CHECK(all.size() >= planes(hop));
    all.resize(planes(hop));
    return all;
}

std::uint32_t ControlPlane::link(const Hop& hop, std::uint32_t plane) const {
    return links(hop)[plane % planes(hop)];
}

std::uint32_t ControlPlane::live_planes(NodeAt node, RoutingDirection direction) const {
    const std::uint32_t most = options_.settings.num_planes.value_or(0xFFFFFFFF);
    const MeshRouter& router = routers_[node.mesh];
    std::uint32_t count = 0;
    if (options_.settings.config == FabricConfig::disabled) {
        return 0;
    }
    for (Slot slot = 0; slot < router.links().slots(node.chip); ++slot) {
        if (direction_of(slot) == direction && router.is_used(node.chip, slot)) {
            count += std::min(router.planes(node.chip, slot), most);
        }
    }
    if (crosses_meshes()) {
        for (const std::uint32_t port : exits_->ports_of(node)) {
            if (exits_->ports()[port].direction == direction) {
                count += std::min(exits_->ports()[port].link_count, most);
            }
        }
    }
    return count;
}

std::vector<ChipId> ControlPlane::exit_chips(std::size_t mesh, std::size_t peer) const {
    std::vector<ChipId> chips;
    for (const NeighbourMesh& neighbour : exits_->neighbours(mesh)) {
        for (const ExitPort& port : exits_->ports(neighbour)) {
            if (neighbour.mesh == peer && (chips.empty() || chips.back().value != port.from.chip)) {
                chips.push_back({port.from.chip});
            }
        }
    }
    return chips;
}

CoordinateRange ControlPlane::global_range(std::size_t mesh) const {
    return {0, 0, system_->mesh(mesh).rows() - 1, system_->mesh(mesh).columns() - 1};
}

CoordinateRange ControlPlane::local_range(std::size_t mesh, topology::MeshHostRank rank) const {
    const std::vector<ChipId> chips = system_->mesh(mesh).chips_of(rank);
    const std::int32_t columns = system_->mesh(mesh).columns();
    return {chips.front().value / columns, chips.front().value % columns, chips.back().value / columns,
            chips.back().value % columns};
}

std::uint32_t ControlPlane::virtual_channels(std::size_t mesh) const {
    return options_.one_virtual_channel ? 1 : stages() * routers_[mesh].lanes();
}

std::uint32_t ControlPlane::stages() const {
    return crosses_meshes() ? paths_->stages() : 1;
}

}  // namespace tt_run::fabric
