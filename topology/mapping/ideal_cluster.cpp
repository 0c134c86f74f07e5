#include "topology/mapping/ideal_cluster.hpp"

#include <algorithm>
#include <queue>

#include <fmt/format.h>

#include "support/check.hpp"
#include "topology/diagnostic_kinds.hpp"
#include "topology/physical/cluster_assembly.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::DiagnosticSink;

namespace {

ChipArchitecture physical(Architecture architecture) {
    return architecture == Architecture::blackhole ? ChipArchitecture::blackhole : ChipArchitecture::wormhole;
}

bool on_edge(const Mesh& mesh, ChipId chip) {
    const std::int32_t row = chip.value / mesh.columns();
    const std::int32_t column = chip.value % mesh.columns();
    return row == 0 || column == 0 || row == mesh.rows() - 1 || column == mesh.columns() - 1;
}

class IdealBuilder {
  public:
    IdealBuilder(const MeshGraph& graph, DiagnosticSink& sink)
        : graph_(graph), sink_(sink), assembly_(Origin::synthetic, "ideal cluster") {}

    std::optional<IdealCluster> build() {
        const support::ErrorWatch watch(sink_);
        for (const Mesh& mesh : graph_.meshes) {
            add_chips(mesh);
        }
        for (std::size_t mesh = 0; mesh < graph_.meshes.size(); ++mesh) {
            add_mesh_links(mesh);
        }
        for (const MeshConnection& connection : graph_.connections) {
            connect(connection);
        }
        for (const GraphConnection& connection : graph_.graph_connections) {
            connect(connection);
        }
        if (watch.saw_error()) {
            return std::nullopt;
        }
        std::optional<Cluster> cluster = std::move(assembly_).finish(sink_);
        TT_RUN_CHECK(cluster.has_value());
        Mapping mapping;
        mapping.chips = std::move(chips_);
        mapping.score.hosts = static_cast<std::uint32_t>(cluster->hosts().size());
        return IdealCluster{*std::move(cluster), std::move(mapping)};
    }

  private:
    /// A chip of a mesh's edge; the least is the one that takes the next link to another mesh.
    struct EdgeChip {
        std::uint32_t links = 0;  ///< to other meshes
        std::int32_t chip = 0;
        auto operator<=>(const EdgeChip&) const = default;
    };
    using EdgeQueue = std::priority_queue<EdgeChip, std::vector<EdgeChip>, std::greater<>>;

    /// Hosts are added in the order in which the assembly sorts them, so numbers here are numbers there.
    void add_chips(const Mesh& mesh) {
        std::vector<AsicIndex> chips(static_cast<std::size_t>(mesh.chip_count()));
        for (std::int32_t rank = 0; rank < mesh.host_rank_count(); ++rank) {
            Host host;
            host.name = fmt::format("mesh-{}-host-{}", mesh.id.value, rank);
            Board board;
            board.tray = 1;
            board.architecture = physical(mesh.architecture);
            const std::uint32_t on = assembly_.add_board(assembly_.add_host(std::move(host)), board);
            std::uint32_t location = 0;
            for (const ChipId chip : mesh.chips_of({rank})) {
                Asic asic;
                asic.location = location;
                asic.chip = static_cast<std::int32_t>(location);
                asic.device_number = asic.chip;
                asic.has_pcie = true;
                asic.unique_id = used_.size() + 1;
                chips[static_cast<std::size_t>(chip.value)] = AsicIndex{assembly_.add_asic(on, asic)};
                used_.push_back(0);
                ++location;
            }
        }
        chips_.push_back(std::move(chips));
        limits_.push_back(facts_of(physical(mesh.architecture)).ethernet_channels);
        edges_.emplace_back();
        for (std::int32_t chip = 0; chip < mesh.chip_count(); ++chip) {
            if (on_edge(mesh, {chip})) {
                edges_.back().push({0, chip});
            }
        }
    }

    std::uint32_t& used(std::size_t mesh, ChipId chip) {
        return used_[chips_[mesh][static_cast<std::size_t>(chip.value)].value];
    }
    bool has_channel(std::size_t mesh, ChipId chip) { return used(mesh, chip) < limits_[mesh]; }

    void too_many(std::size_t mesh, const support::Span& place, const std::string& who) {
        sink_.report(
            Diagnostic(kIdealChannels, place,
                       fmt::format("{} would need more than the {} ethernet channels that a {} chip has", who,
                                   limits_[mesh], name_of(physical(graph_.meshes[mesh].architecture))))
                .help("ask for fewer channels, or name a cluster that has the links"));
    }

    /// False after reporting that a chip has no channel left.
    bool join(std::size_t mesh_a, ChipId a, std::size_t mesh_b, ChipId b, const support::Span& place) {
        for (const auto& [mesh, chip] : {std::pair(mesh_a, a), std::pair(mesh_b, b)}) {
            if (!has_channel(mesh, chip)) {
                too_many(mesh, place,
                         fmt::format("chip {} of mesh {}", chip.value, graph_.meshes[mesh].id.value));
                return false;
            }
        }
        const AsicIndex from = chips_[mesh_a][static_cast<std::size_t>(a.value)];
        const AsicIndex to = chips_[mesh_b][static_cast<std::size_t>(b.value)];
        const std::uint32_t from_channel = used_[from.value]++;
        const std::uint32_t to_channel = used_[to.value]++;
        assembly_.add_link(from.value, from_channel, to.value, to_channel);
        return true;
    }

    void add_mesh_links(std::size_t at) {
        const Mesh& mesh = graph_.meshes[at];
        std::vector<std::pair<ChipId, ChipId>> pairs;
        for (std::int32_t row = 0; row < mesh.rows(); ++row) {
            for (std::int32_t column = 0; column < mesh.columns(); ++column) {
                const ChipId here = mesh.chip_at(row, column);
                if (column + 1 < mesh.columns() || mesh.wraps(1)) {
                    pairs.emplace_back(here, mesh.chip_at(row, (column + 1) % mesh.columns()));
                }
                if (row + 1 < mesh.rows() || mesh.wraps(0)) {
                    pairs.emplace_back(here, mesh.chip_at((row + 1) % mesh.rows(), column));
                }
            }
        }
        pairs.insert(pairs.end(), mesh.express_links.begin(), mesh.express_links.end());
        for (const auto& [a, b] : pairs) {
            for (std::int32_t k = 0; k < mesh.channels.count; ++k) {
                if (!join(at, a, at, b, mesh.span)) {
                    return;
                }
            }
        }
    }

    std::size_t position(MeshId id) const {
        const Mesh* mesh = graph_.find(id);
        TT_RUN_CHECK(mesh != nullptr);
        return static_cast<std::size_t>(mesh - graph_.meshes.data());
    }

    /// The chip of the edge that takes the next link; nothing after reporting that all are full.
    std::optional<ChipId> next_edge_chip(std::size_t mesh, const support::Span& place) {
        EdgeQueue& edge = edges_[mesh];
        while (!edge.empty() && !has_channel(mesh, {edge.top().chip})) {
            edge.pop();
        }
        if (edge.empty()) {
            too_many(mesh, place,
                     fmt::format("every chip on the edge of mesh {}", graph_.meshes[mesh].id.value));
            return std::nullopt;
        }
        EdgeChip chosen = edge.top();
        edge.pop();
        ++chosen.links;
        edge.push(chosen);
        return ChipId{chosen.chip};
    }

    void join_edges(std::size_t a, std::size_t b, std::int32_t count, const support::Span& place) {
        for (std::int32_t k = 0; k < count; ++k) {
            const auto from = next_edge_chip(a, place);
            const auto to = from ? next_edge_chip(b, place) : std::nullopt;
            if (!to || !join(a, *from, b, *to, place)) {
                return;
            }
        }
    }

    void connect(const MeshConnection& connection) {
        const std::size_t from = position(connection.from);
        const std::size_t to = position(connection.to);
        if (!connection.is_device_level()) {
            join_edges(from, to, connection.channels.count, connection.span);
            return;
        }
        for (std::int32_t k = 0; k < connection.channels.count; ++k) {
            if (!join(from, *connection.from_chip, to, *connection.to_chip, connection.span)) {
                return;
            }
        }
    }

    std::size_t place_among_siblings(std::size_t graph) const {
        return static_cast<std::size_t>(std::count_if(
            graph_.graphs.begin(), graph_.graphs.begin() + static_cast<std::ptrdiff_t>(graph),
            [&](const GraphInstance& one) { return one.parent == graph_.graphs[graph].parent; }));
    }

    void connect(const GraphConnection& connection) {
        std::size_t low = connection.from;
        std::size_t high = connection.to;
        if (place_among_siblings(high) < place_among_siblings(low)) {
            std::swap(low, high);
        }
        const GraphInstance& p = graph_.graphs[low];
        const GraphInstance& q = graph_.graphs[high];
        const std::size_t in_p = (place_among_siblings(high) + p.mesh_count - 1) % p.mesh_count;
        const std::size_t in_q = place_among_siblings(low) % q.mesh_count;
        join_edges(graph_.depth_first[p.first_mesh + in_p], graph_.depth_first[q.first_mesh + in_q],
                   connection.channels.count, connection.span);
    }

    const MeshGraph& graph_;
    DiagnosticSink& sink_;
    ClusterAssembly assembly_;
    std::vector<std::vector<AsicIndex>> chips_;  ///< by mesh, then chip
    std::vector<std::uint32_t> limits_;          ///< channels of a chip, by mesh
    std::vector<std::uint32_t> used_;            ///< channels in use, by ASIC
    std::vector<EdgeQueue> edges_;               ///< by mesh
};

}  // namespace

std::optional<IdealCluster> build_ideal_cluster(const MeshGraph& graph, DiagnosticSink& sink) {
    return IdealBuilder(graph, sink).build();
}

}  // namespace tt_run::topology
