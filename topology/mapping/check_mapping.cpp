#include "topology/mapping/check_mapping.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

namespace tt_run::topology {

namespace {

/// Plain on purpose: goes over every promise in the words of the descriptor, with maps and sets.
class Checker {
  public:
    Checker(const MeshGraph& graph, const Cluster& cluster, const MappingOptions& options,
            const Mapping& mapping)
        : graph_(graph), cluster_(cluster), options_(options), mapping_(mapping) {
        for (const Link& link : cluster.links()) {
            ++links_[std::minmax(link.a.asic, link.b.asic)];
        }
    }

    std::vector<std::string> check() {
        if (!has_right_size()) {
            return broken_;
        }
        check_asics();
        for (std::size_t k = 0; k < graph_.meshes.size(); ++k) {
            check_edges(k);
            check_hosts(k);
            check_domains(k);
        }
        if (!options_.share_boards) {
            check_boards();
        }
        check_pinnings();
        check_chip_connections();
        check_mesh_connections();
        check_graph_connections();
        check_score();
        return broken_;
    }

  private:
    template <class... Args>
    void broken(fmt::format_string<Args...> text, Args&&... args) {
        broken_.push_back(fmt::format(text, std::forward<Args>(args)...));
    }

    bool has_right_size() {
        if (mapping_.chips.size() != graph_.meshes.size()) {
            broken("{} meshes instead of {}", mapping_.chips.size(), graph_.meshes.size());
            return false;
        }
        for (std::size_t k = 0; k < graph_.meshes.size(); ++k) {
            if (mapping_.chips[k].size() != static_cast<std::size_t>(graph_.meshes[k].chip_count())) {
                broken("mesh {} has {} ASICs", graph_.meshes[k].id.value, mapping_.chips[k].size());
            }
            for (const AsicIndex asic : mapping_.chips[k]) {
                if (asic.value >= cluster_.asics().size()) {
                    broken("there is no ASIC {}", asic.value);
                }
            }
        }
        return broken_.empty();
    }

    AsicIndex asic(std::size_t mesh, ChipId chip) const {
        return mapping_.chips[mesh][static_cast<std::size_t>(chip.value)];
    }

    std::size_t position(MeshId id) const {
        for (std::size_t k = 0; k < graph_.meshes.size(); ++k) {
            if (graph_.meshes[k].id == id) {
                return k;
            }
        }
        return 0;
    }

    std::int64_t links(AsicIndex a, AsicIndex b) const {
        const auto found = links_.find(std::minmax(a, b));
        return found == links_.end() ? 0 : found->second;
    }

    std::int64_t least(const Channels& channels) const {
        if (channels.policy == ChannelPolicy::relaxed) {
            return 1;
        }
        return options_.minimum_links == 0 ? channels.count
                                           : std::min<std::int64_t>(channels.count, options_.minimum_links);
    }

    void check_asics() {
        std::map<AsicIndex, std::int32_t> player;
        for (std::size_t k = 0; k < graph_.meshes.size(); ++k) {
            const Mesh& mesh = graph_.meshes[k];
            for (const AsicIndex used : mapping_.chips[k]) {
                if (!player.emplace(used, mesh.id.value).second) {
                    broken("{} plays two chips", cluster_.name_of(used));
                }
                const bool is_blackhole = cluster_.board_of(used).architecture == ChipArchitecture::blackhole;
                const bool is_wormhole = cluster_.board_of(used).architecture == ChipArchitecture::wormhole;
                if (mesh.architecture == Architecture::blackhole ? !is_blackhole : !is_wormhole) {
                    broken("{} is of the wrong architecture for mesh {}", cluster_.name_of(used),
                           mesh.id.value);
                }
            }
        }
    }

    void check_edge(std::size_t k, ChipId a, ChipId b) {
        const Mesh& mesh = graph_.meshes[k];
        if (a != b && links(asic(k, a), asic(k, b)) < least(mesh.channels)) {
            broken("mesh {}: chips {} and {} have {} links between {} and {}", mesh.id.value, a.value,
                   b.value, links(asic(k, a), asic(k, b)), cluster_.name_of(asic(k, a)),
                   cluster_.name_of(asic(k, b)));
        }
    }

    void check_edges(std::size_t k) {
        const Mesh& mesh = graph_.meshes[k];
        for (std::int32_t r = 0; r < mesh.rows(); ++r) {
            for (std::int32_t c = 0; c < mesh.columns(); ++c) {
                if (c + 1 < mesh.columns()) {
                    check_edge(k, mesh.chip_at(r, c), mesh.chip_at(r, c + 1));
                }
                if (r + 1 < mesh.rows()) {
                    check_edge(k, mesh.chip_at(r, c), mesh.chip_at(r + 1, c));
                }
            }
        }
        for (std::int32_t r = 0; mesh.wraps(1) && r < mesh.rows(); ++r) {
            check_edge(k, mesh.chip_at(r, mesh.columns() - 1), mesh.chip_at(r, 0));
        }
        for (std::int32_t c = 0; mesh.wraps(0) && c < mesh.columns(); ++c) {
            check_edge(k, mesh.chip_at(mesh.rows() - 1, c), mesh.chip_at(0, c));
        }
        for (const auto& [a, b] : mesh.express_links) {
            check_edge(k, a, b);
        }
    }

    void check_hosts(std::size_t k) {
        const Mesh& mesh = graph_.meshes[k];
        std::map<std::uint32_t, std::int32_t> owner;
        for (std::int32_t part = 0; part < mesh.host_rank_count(); ++part) {
            std::set<std::uint32_t> hosts;
            for (const ChipId chip : mesh.chips_of({part})) {
                hosts.insert(cluster_.board_of(asic(k, chip)).host.value);
            }
            if (hosts.size() != 1) {
                broken("mesh {}, host rank {} lies on {} hosts", mesh.id.value, part, hosts.size());
            }
            for (const std::uint32_t host : hosts) {
                if (!owner.emplace(host, part).second && options_.sharing == HostSharing::distinct) {
                    broken("mesh {}: host ranks {} and {} share a host", mesh.id.value, owner[host], part);
                }
            }
        }
    }

    void check_domains(std::size_t k) {
        const Mesh& mesh = graph_.meshes[k];
        for (const PartDomain& domain : options_.domains) {
            if (domain.mesh != mesh.id) {
                continue;
            }
            for (const ChipId chip : mesh.chips_of(domain.host_rank)) {
                if (std::find(domain.chips.begin(), domain.chips.end(), asic(k, chip)) ==
                    domain.chips.end()) {
                    broken("mesh {}: chip {} is on {}, which {} does not see", mesh.id.value, chip.value,
                           cluster_.name_of(asic(k, chip)), domain.claimant);
                }
            }
        }
    }

    void check_boards() {
        std::map<std::uint32_t, std::pair<std::int32_t, std::int32_t>> owner;
        for (std::size_t k = 0; k < graph_.meshes.size(); ++k) {
            const Mesh& mesh = graph_.meshes[k];
            for (std::int32_t chip = 0; chip < mesh.chip_count(); ++chip) {
                const AsicIndex used = asic(k, {chip});
                const std::pair<std::int32_t, std::int32_t> part{mesh.id.value,
                                                                 mesh.host_rank_of({chip}).value};
                const auto [known, is_new] = owner.emplace(cluster_.asic(used).board.value, part);
                if (!is_new && known->second != part && cluster_.board_of(used).asic_count <= 2) {
                    broken("the board of {} is shared by two parts", cluster_.name_of(used));
                }
            }
        }
    }

    void check_pinnings() {
        for (const PinningGroup& group : graph_.pinnings) {
            std::set<AsicPosition> used;
            for (const ChipId chip : group.chips) {
                const AsicIndex there = asic(position(group.mesh), chip);
                const AsicPosition at{cluster_.board_of(there).tray, cluster_.asic(there).location};
                if (std::find(group.positions.begin(), group.positions.end(), at) == group.positions.end()) {
                    broken("mesh {}: pinned chip {} is on {}", group.mesh.value, chip.value,
                           cluster_.name_of(there));
                }
                if (!used.insert(at).second) {
                    broken("mesh {}: two pinned chips at tray {}, location {}", group.mesh.value, at.tray,
                           at.asic);
                }
            }
        }
    }

    void check_chip_connections() {
        std::map<std::pair<FabricNode, FabricNode>, std::int64_t> wanted;
        for (const MeshConnection& connection : graph_.connections) {
            if (connection.is_device_level()) {
                wanted[std::minmax(FabricNode{connection.from, *connection.from_chip},
                                   FabricNode{connection.to, *connection.to_chip})] +=
                    least(connection.channels);
            }
        }
        for (const auto& [ends, need] : wanted) {
            const auto& [a, b] = ends;
            if (a != b && links(asic(position(a.mesh), a.chip), asic(position(b.mesh), b.chip)) < need) {
                broken("chips {} of mesh {} and {} of mesh {} need {} links", a.chip.value, a.mesh.value,
                       b.chip.value, b.mesh.value, need);
            }
        }
    }

    std::int64_t links_between(const std::vector<std::size_t>& from,
                               const std::vector<std::size_t>& to) const {
        std::int64_t number = 0;
        for (const std::size_t k : from) {
            for (const std::size_t j : to) {
                for (const AsicIndex a : mapping_.chips[k]) {
                    for (const AsicIndex b : mapping_.chips[j]) {
                        number += links(a, b);
                    }
                }
            }
        }
        return number;
    }

    void check_mesh_connections() {
        std::map<std::pair<MeshId, MeshId>, std::int64_t> wanted;  // the last one counts
        for (const MeshConnection& connection : graph_.connections) {
            if (!connection.is_device_level() && connection.from != connection.to) {
                wanted[std::minmax(connection.from, connection.to)] = least(connection.channels);
            }
        }
        for (const auto& [ends, need] : wanted) {
            const std::int64_t number = links_between({position(ends.first)}, {position(ends.second)});
            if (number < need) {
                broken("meshes {} and {} need {} links and have {}", ends.first.value, ends.second.value,
                       need, number);
            }
        }
    }

    std::vector<std::size_t> meshes_of(std::size_t graph) const {
        const GraphInstance& instance = graph_.graphs[graph];
        std::vector<std::size_t> meshes;
        for (std::size_t k = 0; k < instance.mesh_count; ++k) {
            meshes.push_back(graph_.depth_first[instance.first_mesh + k]);
        }
        return meshes;
    }

    void check_graph_connections() {
        for (const GraphConnection& connection : graph_.graph_connections) {
            const std::int64_t number = links_between(meshes_of(connection.from), meshes_of(connection.to));
            if (number < least(connection.channels)) {
                broken("{} and {} need {} links and have {}", graph_.path_of_graph(connection.from),
                       graph_.path_of_graph(connection.to), least(connection.channels), number);
            }
        }
    }

    void check_score() {
        std::set<std::uint32_t> hosts;
        for (const std::vector<AsicIndex>& mesh : mapping_.chips) {
            for (const AsicIndex used : mesh) {
                hosts.insert(cluster_.board_of(used).host.value);
            }
        }
        if (mapping_.score.hosts != hosts.size()) {
            broken("the score says {} hosts, there are {}", mapping_.score.hosts, hosts.size());
        }
    }

    const MeshGraph& graph_;
    const Cluster& cluster_;
    const MappingOptions& options_;
    const Mapping& mapping_;
    std::map<std::pair<AsicIndex, AsicIndex>, std::int64_t> links_;
    std::vector<std::string> broken_;
};

}  // namespace

std::vector<std::string> check_mapping(const MeshGraph& graph, const Cluster& cluster,
                                       const MappingOptions& options, const Mapping& mapping) {
    return Checker(graph, cluster, options, mapping).check();
}

}  // namespace tt_run::topology
