#include "topology/mapping/demand.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "support/check.hpp"

namespace tt_run::topology {

namespace {

ChipArchitecture physical(Architecture architecture) {
    return architecture == Architecture::blackhole ? ChipArchitecture::blackhole : ChipArchitecture::wormhole;
}

LinkNeed need_of(const Channels& channels, const MappingOptions& options) {
    const auto count = static_cast<std::uint32_t>(std::max(channels.count, 1));
    if (channels.policy == ChannelPolicy::relaxed) {
        return {1, count};
    }
    return {options.minimum_links == 0 ? count : std::min(count, options.minimum_links), count};
}

class Builder {
  public:
    Builder(const MeshGraph& graph, const Adjacency& adjacency, const MappingOptions& options)
        : graph_(graph), adjacency_(adjacency), options_(options) {}

    Demand build() {
        demand_.sharing = options_.sharing;
        demand_.share_boards = options_.share_boards;
        for (std::size_t k = 0; k < graph_.meshes.size(); ++k) {
            position_[graph_.meshes[k].id] = k;
            demand_.meshes.push_back(build_mesh(graph_.meshes[k]));
        }
        add_connections();
        add_graph_connections();
        for (MeshDemand& mesh : demand_.meshes) {
            std::sort(mesh.named_chips.begin(), mesh.named_chips.end());
            mesh.named_chips.erase(std::unique(mesh.named_chips.begin(), mesh.named_chips.end()),
                                   mesh.named_chips.end());
        }
        sort_into_kinds();
        return std::move(demand_);
    }

  private:
    MeshDemand build_mesh(const Mesh& mesh) {
        MeshDemand wants;
        wants.mesh = &mesh;
        add_edges(mesh, wants);
        const auto chips = static_cast<std::size_t>(mesh.chip_count());
        wants.pinnings.resize(chips);
        for (std::size_t k = 0; k < graph_.pinnings.size(); ++k) {
            if (graph_.pinnings[k].mesh == mesh.id) {
                for (const ChipId chip : graph_.pinnings[k].chips) {
                    wants.pinnings[static_cast<std::size_t>(chip.value)].push_back(k);
                }
            }
        }
        for (std::int32_t chip = 0; chip < mesh.chip_count(); ++chip) {
            wants.parts.push_back(mesh.host_rank_of({chip}).value);
            wants.domains.push_back(domain_of(mesh, {chip}, wants.pinnings[static_cast<std::size_t>(chip)]));
        }
        return wants;
    }

    void add_edges(const Mesh& mesh, MeshDemand& wants) const {
        const LinkNeed need = need_of(mesh.channels, options_);
        const auto add = [&](ChipId a, ChipId b) {
            if (a != b) {
                const auto [least, most] = std::minmax(a.value, b.value);
                wants.edges.push_back({least, most, need});
            }
        };
        for (std::int32_t row = 0; row < mesh.rows(); ++row) {
            for (std::int32_t column = 0; column < mesh.columns(); ++column) {
                const ChipId here = mesh.chip_at(row, column);
                if (row + 1 < mesh.rows() || mesh.wraps(0)) {
                    add(here, mesh.chip_at((row + 1) % mesh.rows(), column));
                }
                if (column + 1 < mesh.columns() || mesh.wraps(1)) {
                    add(here, mesh.chip_at(row, (column + 1) % mesh.columns()));
                }
            }
        }
        for (const auto& [a, b] : mesh.express_links) {
            add(a, b);
        }
        std::sort(wants.edges.begin(), wants.edges.end());
        wants.edges.erase(std::unique(wants.edges.begin(), wants.edges.end()), wants.edges.end());
    }

    /// One domain for all chips that have the same reasons to be somewhere.
    std::uint32_t domain_of(const Mesh& mesh, ChipId chip, const std::vector<std::size_t>& pinnings) {
        const MeshHostRank part = mesh.host_rank_of(chip);
        std::optional<std::size_t> claim;
        for (std::size_t k = 0; k < options_.domains.size(); ++k) {
            if (options_.domains[k].mesh == mesh.id && options_.domains[k].host_rank == part) {
                claim = k;
            }
        }
        const auto key = std::tuple(mesh.architecture, claim, pinnings);
        const auto [found, is_new] =
            known_.try_emplace(key, static_cast<std::uint32_t>(demand_.domains.size()));
        if (is_new) {
            demand_.domains.push_back(collect_domain(mesh, claim, pinnings));
        }
        return found->second;
    }

    std::vector<bool> collect_domain(const Mesh& mesh, std::optional<std::size_t> claim,
                                     const std::vector<std::size_t>& pinnings) const {
        const Cluster& cluster = adjacency_.cluster();
        std::vector<bool> domain(adjacency_.size(), false);
        for (std::uint32_t k = 0; k < adjacency_.size(); ++k) {
            const AsicIndex asic{k};
            bool may = cluster.board_of(asic).architecture == physical(mesh.architecture);
            if (claim) {
                const std::vector<AsicIndex>& chips = options_.domains[*claim].chips;
                may = may && std::binary_search(chips.begin(), chips.end(), asic);
            }
            const AsicPosition position{cluster.board_of(asic).tray, cluster.asic(asic).location};
            for (const std::size_t group : pinnings) {
                const std::vector<AsicPosition>& allowed = graph_.pinnings[group].positions;
                may = may && std::find(allowed.begin(), allowed.end(), position) != allowed.end();
            }
            domain[k] = may;
        }
        return domain;
    }

    void add_connections() {
        using Key = std::tuple<std::size_t, std::size_t, std::int32_t, std::int32_t>;
        std::map<Key, std::size_t> seen;
        for (const MeshConnection& connection : graph_.connections) {
            std::size_t from = position_.at(connection.from);
            std::size_t to = position_.at(connection.to);
            std::int32_t from_chip = connection.is_device_level() ? connection.from_chip->value : -1;
            std::int32_t to_chip = connection.is_device_level() ? connection.to_chip->value : -1;
            const LinkNeed need = need_of(connection.channels, options_);
            if (from == to) {
                add_inner_edge(demand_.meshes[from], from_chip, to_chip, need);
                continue;
            }
            if (to < from) {
                std::swap(from, to);
                std::swap(from_chip, to_chip);
            }
            const auto [found, is_new] =
                seen.try_emplace(Key{from, to, from_chip, to_chip}, demand_.connections.size());
            if (!is_new) {
                LinkNeed& known = demand_.connections[found->second].need;
                known = connection.is_device_level()
                            ? LinkNeed{known.least + need.least, known.wanted + need.wanted}
                            : need;
                continue;
            }
            ConnectionDemand wants{{from}, {to}, {}, {}, need, connection.span};
            if (connection.is_device_level()) {
                wants.from_chip = from_chip;
                wants.to_chip = to_chip;
                demand_.meshes[from].named_chips.push_back(from_chip);
                demand_.meshes[to].named_chips.push_back(to_chip);
            }
            demand_.connections.push_back(std::move(wants));
        }
    }

    /// A connection between two chips of one mesh is one more edge of it; of a mesh to itself, nothing.
    static void add_inner_edge(MeshDemand& mesh, std::int32_t a, std::int32_t b, LinkNeed need) {
        if (a == b) {
            return;
        }
        const auto [least, most] = std::minmax(a, b);
        for (ChipEdge& edge : mesh.edges) {
            if (edge.a == least && edge.b == most) {
                edge.need = {edge.need.least + need.least, edge.need.wanted + need.wanted};
                return;
            }
        }
        mesh.edges.push_back({least, most, need});
        std::sort(mesh.edges.begin(), mesh.edges.end());
    }

    void add_graph_connections() {
        for (const GraphConnection& connection : graph_.graph_connections) {
            ConnectionDemand wants{meshes_of(connection.from),
                                   meshes_of(connection.to),
                                   {},
                                   {},
                                   need_of(connection.channels, options_),
                                   connection.span};
            demand_.connections.push_back(std::move(wants));
        }
    }

    std::vector<std::size_t> meshes_of(std::size_t graph) const {
        const GraphInstance& instance = graph_.graphs[graph];
        std::vector<std::size_t> meshes(
            graph_.depth_first.begin() + static_cast<std::ptrdiff_t>(instance.first_mesh),
            graph_.depth_first.begin() +
                static_cast<std::ptrdiff_t>(instance.first_mesh + instance.mesh_count));
        std::sort(meshes.begin(), meshes.end());
        return meshes;
    }

    void sort_into_kinds() {
        using Key = std::tuple<std::array<std::int32_t, 2>, std::array<std::int32_t, 2>,
                               std::vector<ChipEdge>, std::vector<std::uint32_t>,
                               std::vector<std::vector<std::size_t>>, std::vector<std::int32_t>>;
        std::map<Key, std::size_t> kinds;
        for (MeshDemand& mesh : demand_.meshes) {
            const Key key{mesh.mesh->device_dims, mesh.mesh->host_dims, mesh.edges,
                          mesh.domains,           mesh.pinnings,        mesh.named_chips};
            mesh.kind = kinds.try_emplace(key, kinds.size()).first->second;
        }
        demand_.kinds = kinds.size();
    }

    const MeshGraph& graph_;
    const Adjacency& adjacency_;
    const MappingOptions& options_;
    Demand demand_;
    std::map<MeshId, std::size_t> position_;
    std::map<std::tuple<Architecture, std::optional<std::size_t>, std::vector<std::size_t>>, std::uint32_t>
        known_;
};

}  // namespace

Demand build_demand(const MeshGraph& graph, const Adjacency& adjacency, const MappingOptions& options) {
    return Builder(graph, adjacency, options).build();
}

}  // namespace tt_run::topology
