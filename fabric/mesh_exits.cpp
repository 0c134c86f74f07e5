#include "fabric/mesh_exits.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "support/check.hpp"

namespace tt_run::fabric {

namespace {

using topology::MeshConnection;

/// A link between two meshes; `low` is in the mesh of the lesser position.
struct Crossing {
    NodeAt low;
    NodeAt high;
    std::uint32_t link = 0;
    std::uint32_t turn = 0;  ///< how many links of the same two chips come before it
    bool taken = false;
    bool z = false;
};

auto pair_of(const Crossing& one) {
    return std::tuple(one.low.mesh, one.high.mesh);
}

}  // namespace

class ExitBuilder {
  public:
    ExitBuilder(const FabricSystem& system, const LinkStates& states, MeshExits& exits)
        : system_(system), exits_(exits) {
        collect(states);
    }

    void build() {
        const auto& graph = system_.graph();
        std::map<std::pair<MeshId, MeshId>, std::size_t> last;
        for (std::size_t k = 0; k < graph.connections.size(); ++k) {
            const MeshConnection& one = graph.connections[k];
            last[std::minmax(one.from, one.to)] = k;
        }
        for (std::size_t k = 0; k < graph.connections.size(); ++k) {
            const MeshConnection& one = graph.connections[k];
            if (one.is_device_level() || last.at(std::minmax(one.from, one.to)) == k) {
                connect(one, k);
            }
        }
        for (std::size_t k = 0; k < graph.graph_connections.size(); ++k) {
            connect(graph.graph_connections[k], k);
        }
        make_ports();
        make_neighbours();
        join_reverses();
        assign_directions();
    }

  private:
    void collect(const LinkStates& states) {
        const topology::Cluster& cluster = system_.cluster();
        for (std::uint32_t link = 0; link < cluster.links().size(); ++link) {
            const auto a = system_.node_of(cluster.links()[link].a.asic);
            const auto b = system_.node_of(cluster.links()[link].b.asic);
            if (a && b && a->mesh != b->mesh && states.carries(link)) {
                crossings_.push_back({std::min(*a, *b), std::max(*a, *b), link, 0, false, false});
            }
        }
        // Links of two ASICs stand in the order of the lesser one's channels; that order is the planes'.
        std::stable_sort(crossings_.begin(), crossings_.end(), [](const Crossing& a, const Crossing& b) {
            return std::tuple(a.low.mesh, a.high.mesh, a.low.chip, a.high.chip) <
                   std::tuple(b.low.mesh, b.high.mesh, b.low.chip, b.high.chip);
        });
        for (std::size_t k = 1; k < crossings_.size(); ++k) {
            const bool same =
                crossings_[k].low == crossings_[k - 1].low && crossings_[k].high == crossings_[k - 1].high;
            crossings_[k].turn = same ? crossings_[k - 1].turn + 1 : 0;
        }
    }

    std::span<Crossing> crossings(std::uint32_t a, std::uint32_t b) {
        const auto key = std::tuple(std::min(a, b), std::max(a, b));
        const auto [first, last] = std::equal_range(
            crossings_.begin(), crossings_.end(), key, [](const auto& left, const auto& right) {
                const auto as_pair = [](const auto& one) {
                    if constexpr (std::is_same_v<std::decay_t<decltype(one)>, Crossing>) {
                        return pair_of(one);
                    } else {
                        return one;
                    }
                };
                return as_pair(left) < as_pair(right);
            });
        return {first, last};
    }

    std::uint32_t position(MeshId id) const { return system_.find({id, ChipId{0}}).value().mesh; }

    /// Takes `wanted` of the candidates that are still free; gives back how many it got.
    static std::uint32_t take(std::vector<Crossing*> candidates, std::uint32_t wanted, bool z) {
        std::erase_if(candidates, [](const Crossing* one) { return one->taken; });
        std::stable_sort(candidates.begin(), candidates.end(),
                         [](const Crossing* a, const Crossing* b) { return a->turn < b->turn; });
        const std::size_t got = std::min<std::size_t>(wanted, candidates.size());
        for (std::size_t k = 0; k < got; ++k) {
            candidates[k]->taken = true;
            candidates[k]->z = z;
        }
        return static_cast<std::uint32_t>(got);
    }

    void settle(FabricNode a, FabricNode b, std::uint32_t wanted, std::uint32_t got, std::size_t connection,
                bool of_graphs) {
        if (got < wanted) {
            exits_.shortages_.push_back({{a, b, wanted, got}, connection, of_graphs});
        }
    }

    void connect(const MeshConnection& connection, std::size_t number) {
        const std::uint32_t from = position(connection.from);
        const std::uint32_t to = position(connection.to);
        const ChipId whole{-1};
        const FabricNode a{connection.from, connection.from_chip.value_or(whole)};
        const FabricNode b{connection.to, connection.to_chip.value_or(whole)};
        std::vector<Crossing*> candidates;
        for (Crossing& one : crossings(from, to)) {
            const std::int32_t chip_a = one.low.mesh == from ? one.low.chip : one.high.chip;
            const std::int32_t chip_b = one.low.mesh == from ? one.high.chip : one.low.chip;
            if (!connection.is_device_level() || (chip_a == a.chip.value && chip_b == b.chip.value)) {
                candidates.push_back(&one);
            }
        }
        const auto wanted = static_cast<std::uint32_t>(connection.channels.count);
        settle(a, b, wanted, take(std::move(candidates), wanted, connection.assign_z), number, false);
    }

    void connect(const topology::GraphConnection& connection, std::size_t number) {
        const auto& graph = system_.graph();
        const topology::GraphInstance& p = graph.graphs[connection.from];
        const topology::GraphInstance& q = graph.graphs[connection.to];
        std::vector<Crossing*> candidates;
        for (std::size_t i = 0; i < p.mesh_count; ++i) {
            for (std::size_t j = 0; j < q.mesh_count; ++j) {
                const auto from = static_cast<std::uint32_t>(graph.depth_first[p.first_mesh + i]);
                const auto to = static_cast<std::uint32_t>(graph.depth_first[q.first_mesh + j]);
                for (Crossing& one : crossings(from, to)) {
                    candidates.push_back(&one);
                }
            }
        }
        const FabricNode a{graph.meshes[graph.depth_first[p.first_mesh]].id, ChipId{-1}};
        const FabricNode b{graph.meshes[graph.depth_first[q.first_mesh]].id, ChipId{-1}};
        const auto wanted = static_cast<std::uint32_t>(connection.channels.count);
        settle(a, b, wanted, take(std::move(candidates), wanted, connection.assign_z), number, true);
    }

    void make_ports() {
        struct End {
            NodeAt from;
            NodeAt to;
            std::size_t crossing;
            auto key() const { return std::tuple(from.mesh, to.mesh, from.chip, to.chip); }
        };
        std::vector<End> ends;
        for (std::size_t k = 0; k < crossings_.size(); ++k) {
            if (crossings_[k].taken) {
                ends.push_back({crossings_[k].low, crossings_[k].high, k});
                ends.push_back({crossings_[k].high, crossings_[k].low, k});
            }
        }
        std::stable_sort(ends.begin(), ends.end(),
                         [](const End& a, const End& b) { return a.key() < b.key(); });
        for (const End& end : ends) {
            if (exits_.ports_.empty() || exits_.ports_.back().from != end.from ||
                exits_.ports_.back().to != end.to) {
                ExitPort port;
                port.from = end.from;
                port.to = end.to;
                port.first_link = static_cast<std::uint32_t>(exits_.links_.size());
                exits_.ports_.push_back(port);
                exits_.places_.push_back(place_of(end.from));
                on_z_.push_back(crossings_[end.crossing].z);
            }
            ++exits_.ports_.back().link_count;
            exits_.links_.push_back(crossings_[end.crossing].link);
        }
    }

    ExitPlace place_of(NodeAt node) const {
        const std::int32_t columns = system_.mesh(node.mesh).columns();
        return {node.chip / columns, node.chip % columns};
    }

    void make_neighbours() {
        exits_.first_neighbour_.assign(system_.mesh_count() + 1, 0);
        for (std::uint32_t port = 0; port < exits_.ports_.size(); ++port) {
            const ExitPort& one = exits_.ports_[port];
            const bool known = port > 0 && exits_.ports_[port - 1].from.mesh == one.from.mesh &&
                               exits_.neighbours_.back().mesh == one.to.mesh;
            if (!known) {
                exits_.neighbours_.push_back({one.to.mesh, port, 0});
                ++exits_.first_neighbour_[one.from.mesh + 1];
            }
            ++exits_.neighbours_.back().port_count;
        }
        for (std::size_t mesh = 1; mesh < exits_.first_neighbour_.size(); ++mesh) {
            exits_.first_neighbour_[mesh] += exits_.first_neighbour_[mesh - 1];
        }
    }

    void join_reverses() {
        const auto key = [](NodeAt from, NodeAt to) {
            return std::tuple(from.mesh, to.mesh, from.chip, to.chip);
        };
        for (ExitPort& port : exits_.ports_) {
            const auto found = std::lower_bound(
                exits_.ports_.begin(), exits_.ports_.end(), key(port.to, port.from),
                [&](const ExitPort& one, const auto& wanted) { return key(one.from, one.to) < wanted; });
            TT_RUN_CHECK(found != exits_.ports_.end() && found->from == port.to);
            port.reverse = static_cast<std::uint32_t>(found - exits_.ports_.begin());
        }
    }

    /// Sides of a port's chip on which it has no neighbour, N, E, S, W.
    std::array<bool, 4> free_sides(const ExitPort& port) const {
        const Mesh& mesh = system_.mesh(port.from.mesh);
        const bool open_y = !mesh.wraps(0);
        const bool open_x = !mesh.wraps(1);
        const ExitPlace place = place_of(port.from);
        return {open_y && place.row == 0, open_x && place.column == mesh.columns() - 1,
                open_y && place.row == mesh.rows() - 1, open_x && place.column == 0};
    }

    std::size_t favourite_side(const NeighbourMesh& neighbour) const {
        std::array<std::size_t, 4> votes{};
        for (const ExitPort& port : exits_.ports(neighbour)) {
            const auto free = free_sides(port);
            for (std::size_t side = 0; side < free.size(); ++side) {
                votes[side] += free[side] ? 1 : 0;
            }
        }
        return static_cast<std::size_t>(std::max_element(votes.begin(), votes.end()) - votes.begin());
    }

    void assign_directions() {
        std::map<std::pair<NodeAt, std::size_t>, std::uint32_t> in_use;
        for (std::size_t mesh = 0; mesh < system_.mesh_count(); ++mesh) {
            for (const NeighbourMesh& neighbour : exits_.neighbours(mesh)) {
                const std::size_t favourite = favourite_side(neighbour);
                for (std::uint32_t k = 0; k < neighbour.port_count; ++k) {
                    assign_direction(neighbour.first_port + k, favourite, in_use);
                }
            }
            in_use.clear();
        }
    }

    void assign_direction(std::uint32_t number, std::size_t favourite,
                          std::map<std::pair<NodeAt, std::size_t>, std::uint32_t>& in_use) {
        ExitPort& port = exits_.ports_[number];
        const auto free = free_sides(port);
        const auto room = static_cast<std::uint32_t>(system_.mesh(port.from.mesh).channels.count);
        const auto fits = [&](std::size_t side) {
            const auto used = in_use.find({port.from, side});
            return free[side] && (used == in_use.end() ? 0 : used->second) + port.link_count <= room;
        };
        if (on_z_[number]) {
            return;
        }
        for (const std::size_t side :
             {favourite, std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{3}}) {
            if (fits(side)) {
                in_use[{port.from, side}] += port.link_count;
                port.direction = static_cast<RoutingDirection>(side);
                return;
            }
        }
    }

    const FabricSystem& system_;
    MeshExits& exits_;
    std::vector<Crossing> crossings_;
    std::vector<bool> on_z_;  ///< by port: the descriptor wants it on Z
};

MeshExits::MeshExits(const FabricSystem& system, const LinkStates& states) {
    ExitBuilder(system, states, *this).build();
}

std::vector<std::uint32_t> MeshExits::ports_of(NodeAt node) const {
    std::vector<std::uint32_t> found;
    for (const NeighbourMesh& neighbour : neighbours(node.mesh)) {
        for (std::uint32_t k = 0; k < neighbour.port_count; ++k) {
            if (ports_[neighbour.first_port + k].from == node) {
                found.push_back(neighbour.first_port + k);
            }
        }
    }
    return found;
}

}  // namespace tt_run::fabric
