#include "topology/mapping/explain_mesh.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "support/counted.hpp"
#include "topology/mapping/diagnostic_kinds.hpp"

namespace tt_run::topology {

using support::Diagnostic;

namespace {

/// So few missing links are the likeliest reason of all; more are tried when nothing else explains.
constexpr std::size_t kFewLinks = 2;
constexpr std::size_t kEdgesPerMissing = 16;
constexpr std::size_t kMostNamed = 8;

std::string title(const Mesh& mesh) {
    return fmt::format("{} {}", mesh.kind == MeshKind::mesh ? "mesh" : "switch", mesh.id.value);
}

std::string shape(std::int32_t rows, std::int32_t columns) {
    return fmt::format("{}x{}", rows, columns);
}

/// Explains one mesh that has no place even alone.
class MeshExplainer {
  public:
    MeshExplainer(const MeshGraph& graph, std::size_t mesh, const Adjacency& adjacency,
                  const MisfitProbe& probe, support::DiagnosticSink& sink)
        : alone_(only_mesh(graph, mesh)),
          mesh_(alone_.meshes[0]),
          adjacency_(adjacency),
          cluster_(adjacency.cluster()),
          probe_(probe),
          sink_(sink) {}

    MissingCables explain() {
        if (pins_to_nowhere() || pins() || few_links(kFewLinks)) {
            return cables_;
        }
        if (wraps() || domains() || hosts() || channels() || few_links(some_links())) {
            return cables_;
        }
        no_place();
        return cables_;
    }

  private:
    std::size_t some_links() const {
        return build_demand(alone_, adjacency_, probe_.options()).meshes[0].edges.size() / kEdgesPerMissing;
    }

    void report(Diagnostic diagnostic) { sink_.report(std::move(diagnostic)); }

    bool pins_to_nowhere() {
        bool found = false;
        for (const PinningGroup& group : alone_.pinnings) {
            std::vector<std::string> missing;
            for (const AsicPosition& position : group.positions) {
                if (!exists(position)) {
                    missing.push_back(fmt::format("tray {}, location {}", position.tray, position.asic));
                }
            }
            if (missing.size() + group.chips.size() <= group.positions.size()) {
                continue;
            }
            found = true;
            report(Diagnostic(kPinImpossible, group.span,
                              fmt::format("{} is pinned to {}, which `{}` does not have", title(mesh_),
                                          fmt::join(missing, "; "), cluster_.source()))
                       .note(trays())
                       .help("pin it to a tray and a location that are there"));
        }
        return found;
    }

    bool exists(const AsicPosition& position) const {
        for (std::uint32_t k = 0; k < cluster_.asics().size(); ++k) {
            if (cluster_.asic({k}).location == position.asic &&
                cluster_.board_of({k}).tray == position.tray) {
                return true;
            }
        }
        return false;
    }

    std::string trays() const {
        std::vector<std::uint32_t> trays;
        std::uint32_t least = ~0U;
        std::uint32_t most = 0;
        for (std::uint32_t k = 0; k < cluster_.asics().size(); ++k) {
            trays.push_back(cluster_.board_of({k}).tray);
            least = std::min(least, cluster_.asic({k}).location);
            most = std::max(most, cluster_.asic({k}).location);
        }
        std::sort(trays.begin(), trays.end());
        trays.erase(std::unique(trays.begin(), trays.end()), trays.end());
        return fmt::format("it has trays {}, with locations {} to {}", fmt::join(trays, ", "), least, most);
    }

    /// All would be well but for the links of a few pairs.
    bool few_links(std::size_t most) {
        const std::optional<NearMiss> near = probe_.near_miss(alone_, most);
        if (!near || near->missing.empty()) {
            return false;
        }
        if (near->missing.size() >= lines_to_wrap() && wraps()) {
            return true;
        }
        Diagnostic diagnostic(
            kMissingLinks, mesh_.span,
            fmt::format("{} needs links that `{}` does not have", title(mesh_), cluster_.source()));
        for (const ChipEdge& edge : near->missing) {
            const AsicIndex a = near->footprint.chips[static_cast<std::size_t>(edge.a)];
            const AsicIndex b = near->footprint.chips[static_cast<std::size_t>(edge.b)];
            cables_.emplace_back(std::min(a, b), std::max(a, b));
            diagnostic.note(fmt::format(
                "chips {} and {} need {}: {} and {} have {}", std::min(edge.a, edge.b),
                std::max(edge.a, edge.b), support::counted(edge.need.least, "link"),
                cluster_.name_of(std::min(a, b)), cluster_.name_of(std::max(a, b)), adjacency_.links(a, b)));
            note_one_sided(diagnostic, a, b);
            note_one_sided(diagnostic, b, a);
        }
        report(diagnostic.note("with these links it fits")
                   .help(near->missing.size() == 1 ? "check the cable between these two"
                                                   : "check the cables between these"));
        return true;
    }

    /// How many links a wrap takes: one for each line across.
    std::size_t lines_to_wrap() const {
        std::size_t lines = ~std::size_t{0};
        for (std::size_t d = 0; d < 2; ++d) {
            lines =
                mesh_.wraps(d) ? std::min(lines, static_cast<std::size_t>(mesh_.device_dims[1 - d])) : lines;
        }
        return lines;
    }

    /// A link that only one of the two sees has its end open.
    void note_one_sided(Diagnostic& diagnostic, AsicIndex seer, AsicIndex other) const {
        for (const OpenEnd& end : cluster_.open_ends()) {
            if (end.near.asic == seer && cluster_.asic(other).unique_id == end.remote_unique_id) {
                diagnostic.note(fmt::format("{} sees the other on channel {}, which does not see it",
                                            cluster_.name_of(end.near), end.remote_channel));
            }
        }
    }

    bool wraps() {
        for (std::size_t d = 0; d < 2; ++d) {
            if (mesh_.wraps(d) && fits_as_line({d})) {
                report(Diagnostic(
                           kMissingWrap, mesh_.span,
                           fmt::format("{} is a RING in dimension {}, and nowhere in `{}` do {} chips in a "
                                       "row close to a ring beside each other",
                                       title(mesh_), d, cluster_.source(), mesh_.device_dims[d]))
                           .note(fmt::format(
                               "it needs {} on each of its {} {}",
                               support::counted(static_cast<std::uint32_t>(mesh_.channels.count), "link"),
                               mesh_.device_dims[1 - d], d == 0 ? "columns" : "rows"))
                           .help("with LINE in this dimension it fits; or cable the wrap links"));
                return true;
            }
        }
        if (!mesh_.wraps(0) || !mesh_.wraps(1) || !fits_as_line({0, 1})) {
            return false;
        }
        report(Diagnostic(
                   kMissingWrap, mesh_.span,
                   fmt::format("{} is a RING in both dimensions, and `{}` closes neither its {} rows nor its "
                               "{} columns",
                               title(mesh_), cluster_.source(), mesh_.rows(), mesh_.columns()))
                   .help("with LINE in both dimensions it fits; or cable the wrap links"));
        return true;
    }

    bool fits_as_line(std::initializer_list<std::size_t> dimensions) const {
        MeshGraph open = alone_;
        for (const std::size_t d : dimensions) {
            open.meshes[0].dim_types[d] = DimensionType::line;
        }
        return probe_.fits(open);
    }

    bool channels() {
        if (mesh_.channels.policy == ChannelPolicy::relaxed) {
            return false;
        }
        MeshGraph relaxed = alone_;
        relaxed.meshes[0].channels.policy = ChannelPolicy::relaxed;
        const auto chips = probe_.try_graph(relaxed);
        if (!chips) {
            return false;
        }
        Diagnostic diagnostic(
            kMissingLinks, mesh_.span,
            fmt::format("{} needs {} between every two neighbours, more than `{}` has anywhere "
                        "for all of them",
                        title(mesh_),
                        support::counted(static_cast<std::uint32_t>(mesh_.channels.count), "link"),
                        cluster_.source()));
        const Demand demand = build_demand(alone_, adjacency_, probe_.options());
        std::size_t short_pairs = 0;
        for (const ChipEdge& edge : demand.meshes[0].edges) {
            const AsicIndex a = (*chips)[0][static_cast<std::size_t>(edge.a)];
            const AsicIndex b = (*chips)[0][static_cast<std::size_t>(edge.b)];
            if (adjacency_.links(a, b) < edge.need.least && ++short_pairs <= kMostNamed) {
                diagnostic.note(fmt::format("chips {} and {}: {} and {} have {}", edge.a, edge.b,
                                            cluster_.name_of(a), cluster_.name_of(b),
                                            adjacency_.links(a, b)));
            }
        }
        if (short_pairs > kMostNamed) {
            diagnostic.note(fmt::format("and {} more pairs of {} in all", short_pairs - kMostNamed,
                                        demand.meshes[0].edges.size()));
        }
        report(diagnostic.help("with `policy: RELAXED` it fits, and fewer links are a warning"));
        return true;
    }

    bool pins() {
        for (std::size_t k = 0; k < alone_.pinnings.size(); ++k) {
            MeshGraph freed = alone_;
            freed.pinnings.erase(freed.pinnings.begin() + static_cast<std::ptrdiff_t>(k));
            if (probe_.fits(freed)) {
                report(Diagnostic(kPinImpossible, alone_.pinnings[k].span,
                                  fmt::format("{} has no place in which this pinning holds", title(mesh_)))
                           .help("without it the mesh fits"));
                return true;
            }
        }
        return false;
    }

    bool hosts() {
        if (mesh_.host_rank_count() > 1 && probe_.options().sharing == HostSharing::distinct) {
            MappingOptions shared = probe_.options();
            shared.sharing = HostSharing::sliced;
            if (probe_.with(shared).fits(alone_)) {
                report(
                    Diagnostic(kHostBoundary, mesh_.span,
                               fmt::format("{} has {} host ranks and needs a host for each; `{}` has no {} "
                                           "hosts that are joined so",
                                           title(mesh_), mesh_.host_rank_count(), cluster_.source(),
                                           mesh_.host_rank_count()))
                        .help("with host ranks that share a host it fits"));
                return true;
            }
        }
        for (const std::array<std::int32_t, 2>& dims : finer_host_dims()) {
            MeshGraph cut = alone_;
            cut.meshes[0].host_dims = dims;
            if (probe_.fits(cut)) {
                report(Diagnostic(
                           kHostBoundary, mesh_.span,
                           fmt::format(
                               "{} must lie with {} on one host, and no host has room for that", title(mesh_),
                               mesh_.host_rank_count() == 1 ? "all its chips" : "each host rank's chips"))
                           .help(fmt::format("with `host_topology {{ dims: [ {}, {} ] }}` it fits", dims[0],
                                             dims[1])));
                return true;
            }
        }
        return false;
    }

    /// Other host grids with more ranks than the mesh has, fewest first.
    std::vector<std::array<std::int32_t, 2>> finer_host_dims() const {
        std::vector<std::array<std::int32_t, 2>> all;
        const auto hosts = static_cast<std::int32_t>(cluster_.hosts().size());
        for (std::int32_t r = 1; r <= mesh_.rows(); ++r) {
            for (std::int32_t c = 1; c <= mesh_.columns(); ++c) {
                if (mesh_.rows() % r == 0 && mesh_.columns() % c == 0 && r * c > mesh_.host_rank_count() &&
                    r * c <= hosts) {
                    all.push_back({r, c});
                }
            }
        }
        std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
            return std::tuple(a[0] * a[1], a) < std::tuple(b[0] * b[1], b);
        });
        return all;
    }

    bool domains() {
        MappingOptions freed = probe_.options();
        if (freed.domains.empty()) {
            return false;
        }
        std::erase_if(freed.domains, [&](const PartDomain& domain) { return domain.mesh == mesh_.id; });
        const auto chips = probe_.with(freed).try_graph(alone_);
        if (!chips) {
            return false;
        }
        Diagnostic diagnostic(kDomainTooSmall, mesh_.span,
                              fmt::format("{} fits `{}`, but not on the chips that it is given", title(mesh_),
                                          cluster_.source()));
        for (const PartDomain& domain : probe_.options().domains) {
            if (domain.mesh == mesh_.id) {
                std::vector<std::string> names;
                for (std::size_t k = 0; k < std::min(domain.chips.size(), kMostNamed); ++k) {
                    names.push_back(cluster_.name_of(domain.chips[k]));
                }
                diagnostic.also(domain.place, fmt::format("{} gives host rank {} {} chips: {}{}",
                                                          domain.claimant, domain.host_rank.value,
                                                          domain.chips.size(), fmt::join(names, ", "),
                                                          domain.chips.size() > kMostNamed ? ", ..." : ""));
            }
        }
        std::vector<std::string> names;
        for (std::size_t k = 0; k < std::min((*chips)[0].size(), kMostNamed); ++k) {
            names.push_back(cluster_.name_of((*chips)[0][k]));
        }
        report(diagnostic.help(fmt::format("it fits on {}{}", fmt::join(names, ", "),
                                           (*chips)[0].size() > kMostNamed ? ", ..." : "")));
        return true;
    }

    void no_place() {
        Diagnostic diagnostic(kNoPlace, mesh_.span,
                              fmt::format("{}, {} chips, has no place in `{}`", title(mesh_),
                                          shape(mesh_.rows(), mesh_.columns()), cluster_.source()));
        if (const auto largest = largest_that_fits()) {
            diagnostic.note(
                fmt::format("the largest part of it that fits is {}", shape((*largest)[0], (*largest)[1])));
        }
        report(diagnostic.help("see `tt-run show` for how its chips hang together"));
    }

    /// Parts of one host rank, or of several whole ones.
    std::optional<std::array<std::int32_t, 2>> largest_that_fits() const {
        const std::int32_t tile_rows = mesh_.rows() / mesh_.host_dims[0];
        const std::int32_t tile_columns = mesh_.columns() / mesh_.host_dims[1];
        std::vector<std::array<std::int32_t, 2>> shapes;
        for (std::int32_t r = 1; r <= mesh_.rows(); ++r) {
            for (std::int32_t c = 1; c <= mesh_.columns(); ++c) {
                if ((r < tile_rows || r % tile_rows == 0) && (c < tile_columns || c % tile_columns == 0)) {
                    shapes.push_back({r, c});
                }
            }
        }
        std::sort(shapes.begin(), shapes.end(), [](const auto& a, const auto& b) {
            return std::tuple(-a[0] * a[1], a) < std::tuple(-b[0] * b[1], b);
        });
        for (const auto& dims : shapes) {
            MeshGraph smaller = alone_;
            smaller.meshes[0].device_dims = dims;
            smaller.meshes[0].dim_types = {DimensionType::line, DimensionType::line};
            smaller.meshes[0].host_dims = {std::max(1, dims[0] / tile_rows),
                                           std::max(1, dims[1] / tile_columns)};
            smaller.meshes[0].express_links.clear();
            smaller.pinnings.clear();
            smaller.connections.clear();
            if (probe_.fits(smaller)) {
                return dims;
            }
        }
        return std::nullopt;
    }

    MeshGraph alone_;
    const Mesh& mesh_;
    const Adjacency& adjacency_;
    const Cluster& cluster_;
    const MisfitProbe& probe_;
    support::DiagnosticSink& sink_;
    MissingCables cables_;
};

}  // namespace

MissingCables explain_mesh(const MeshGraph& graph, std::size_t mesh, const Adjacency& adjacency,
                           const MisfitProbe& probe, support::DiagnosticSink& sink) {
    return MeshExplainer(graph, mesh, adjacency, probe, sink).explain();
}

}  // namespace tt_run::topology
