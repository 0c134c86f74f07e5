#include "topology/draw/draw_mesh_graph.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "support/counted.hpp"

namespace tt_run::topology::draw {

namespace {

class MeshGraphPainter {
  public:
    MeshGraphPainter(const MeshGraph& graph, const std::vector<OwnedPart>& owners)
        : graph_(graph), owners_(owners) {
        picture_.unit = "mesh";
        for (const OwnedPart& owner : owners) {
            if (std::find(picture_.ranks.begin(), picture_.ranks.end(), owner.rank) == picture_.ranks.end()) {
                picture_.ranks.push_back(owner.rank);
            }
        }
    }

    Picture paint() {
        for (std::size_t m = 0; m < graph_.meshes.size(); ++m) {
            add_mesh(m);
        }
        for (const MeshConnection& connection : graph_.connections) {
            add_connection(connection);
        }
        for (const GraphConnection& connection : graph_.graph_connections) {
            add_graph_connection(connection);
        }
        for (auto& [ends, line] : lines_) {
            picture_.lines.push_back(std::move(line));
        }
        for (auto& [ends, bundle] : bundles_) {
            picture_.bundles.push_back(std::move(bundle));
        }
        picture_.title = graph_.source_name;
        picture_.subtitle =
            fmt::format("{}, {} chips, {} between meshes", support::counted(graph_.meshes.size(), "mesh"),
                        graph_.chip_count(), support::counted(graph_.connections.size(), "connection"));
        if (!graph_.graph_connections.empty()) {
            picture_.subtitle += fmt::format(", {} between pods", graph_.graph_connections.size());
        }
        finish(picture_);
        return std::move(picture_);
    }

  private:
    using Ends = std::pair<std::uint32_t, std::uint32_t>;

    static Ends ordered(std::uint32_t a, std::uint32_t b) { return {std::min(a, b), std::max(a, b)}; }

    std::uint32_t position(MeshId id) const {
        return static_cast<std::uint32_t>(graph_.find(id) - graph_.meshes.data());
    }

    void add_mesh(std::size_t m) {
        const Mesh& mesh = graph_.meshes[m];
        first_cell_.push_back(static_cast<std::uint32_t>(picture_.cells.size()));
        const bool is_switch = mesh.kind == MeshKind::network_switch;
        Panel panel{fmt::format("{}{}", is_switch ? "S" : "M", mesh.id.value),
                    fmt::format("{}x{} {}", mesh.rows(), mesh.columns(), mesh.descriptor),
                    mesh.rows(),
                    mesh.columns(),
                    {}};
        for (std::int32_t part = 0; mesh.host_rank_count() > 1 && part < mesh.host_rank_count(); ++part) {
            panel.frames.push_back(frame_of(mesh, {part}));
        }
        picture_.panels.push_back(std::move(panel));
        picture_.meshes.push_back(picture_.panels.back().title);
        for (std::int32_t chip = 0; chip < mesh.chip_count(); ++chip) {
            add_cell(m, mesh, chip);
        }
        const auto wanted = static_cast<std::uint32_t>(std::max(mesh.channels.count, 0));
        for (const auto& [a, b] : mesh.neighbours()) {
            add_line(first_cell_[m] + static_cast<std::uint32_t>(a.value),
                     first_cell_[m] + static_cast<std::uint32_t>(b.value), wanted,
                     std::string(spelling_of(mesh.channels.policy)));
        }
    }

    static Frame frame_of(const Mesh& mesh, MeshHostRank part) {
        const std::vector<ChipId> chips = mesh.chips_of(part);
        const std::int32_t row = chips.front().value / mesh.columns();
        const std::int32_t column = chips.front().value % mesh.columns();
        return {fmt::format("host rank {}", part.value), row, column,
                chips.back().value / mesh.columns() - row + 1,
                chips.back().value % mesh.columns() - column + 1};
    }

    void add_cell(std::size_t m, const Mesh& mesh, std::int32_t chip) {
        Cell cell;
        cell.panel = static_cast<std::uint32_t>(m);
        cell.row = chip / mesh.columns();
        cell.column = chip % mesh.columns();
        cell.label = fmt::format("{}", chip);
        cell.name = fmt::format("M{}:{}", mesh.id.value, chip);
        cell.mesh = static_cast<std::int32_t>(m);
        cell.hue = static_cast<std::int32_t>(m) % kHues;
        const MeshHostRank part = mesh.host_rank_of({chip});
        cell.facts.push_back({"mesh", fmt::format("{} ({})", mesh.id.value, graph_.path_of(mesh))});
        cell.facts.push_back({"place", fmt::format("row {}, column {}", cell.row, cell.column)});
        cell.facts.push_back({"host rank", fmt::format("{}", part.value)});
        for (const OwnedPart& owner : owners_) {
            if (owner.mesh == mesh.id && owner.part == part) {
                cell.rank = static_cast<std::int32_t>(
                    std::find(picture_.ranks.begin(), picture_.ranks.end(), owner.rank) -
                    picture_.ranks.begin());
                cell.facts.push_back({"rank", owner.rank});
            }
        }
        picture_.cells.push_back(std::move(cell));
    }

    void add_line(std::uint32_t a, std::uint32_t b, std::uint32_t links, std::string policy) {
        Line& line = lines_[ordered(a, b)];
        line.a = std::min(a, b);
        line.b = std::max(a, b);
        line.present += links;
        line.wanted += links;
        line.facts.push_back({"asks for", fmt::format("{}, {}", support::counted(links, "link"), policy)});
    }

    void add_bundle(std::uint32_t a, std::uint32_t b, const Channels& channels, std::string_view what) {
        Bundle& bundle = bundles_[ordered(a, b)];
        const auto links = static_cast<std::uint32_t>(std::max(channels.count, 0));
        bundle.a = std::min(a, b);
        bundle.b = std::max(a, b);
        bundle.present += links;
        bundle.wanted += links;
        bundle.facts.push_back({std::string(what), fmt::format("{}, {}", support::counted(links, "link"),
                                                               spelling_of(channels.policy))});
    }

    void add_connection(const MeshConnection& connection) {
        const std::uint32_t from = position(connection.from);
        const std::uint32_t to = position(connection.to);
        if (connection.is_device_level()) {
            add_line(first_cell_[from] + static_cast<std::uint32_t>(connection.from_chip->value),
                     first_cell_[to] + static_cast<std::uint32_t>(connection.to_chip->value),
                     static_cast<std::uint32_t>(std::max(connection.channels.count, 0)),
                     std::string(spelling_of(connection.channels.policy)));
        } else {
            add_bundle(from, to, connection.channels, "asks for");
        }
    }

    /// Between pods the cabling chooses the meshes: drawn between the first ones of each.
    void add_graph_connection(const GraphConnection& connection) {
        const auto first = [&](std::size_t graph) {
            return static_cast<std::uint32_t>(graph_.depth_first[graph_.graphs[graph].first_mesh]);
        };
        add_bundle(first(connection.from), first(connection.to), connection.channels,
                   fmt::format("{} to {}, anywhere between them", graph_.path_of_graph(connection.from),
                               graph_.path_of_graph(connection.to)));
    }

    const MeshGraph& graph_;
    const std::vector<OwnedPart>& owners_;
    Picture picture_;
    std::vector<std::uint32_t> first_cell_;
    std::map<Ends, Line> lines_;
    std::map<Ends, Bundle> bundles_;
};

}  // namespace

Picture draw_mesh_graph(const MeshGraph& graph, const std::vector<OwnedPart>& owners) {
    return MeshGraphPainter(graph, owners).paint();
}

}  // namespace tt_run::topology::draw
