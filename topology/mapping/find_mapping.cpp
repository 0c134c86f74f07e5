#include "topology/mapping/find_mapping.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "support/check.hpp"
#include "topology/mapping/check_mapping.hpp"
#include "topology/mapping/diagnostic_kinds.hpp"
#include "topology/mapping/explain_misfit.hpp"
#include "topology/mapping/mapping_search.hpp"
#include "topology/mapping/score_mapping.hpp"
#include "topology/physical/check_fit.hpp"

namespace tt_run::topology {

using support::Diagnostic;

namespace {

using Chips = std::vector<std::vector<AsicIndex>>;

/// Effort for a wish (all links, fewer hosts), as opposed to the question itself.
constexpr int kConflictsForWish = 20'000;
constexpr std::size_t kMostOthersNamed = 8;

/// The demand with every link wanted made a need.
Demand with_all_links(Demand demand) {
    for (MeshDemand& mesh : demand.meshes) {
        for (ChipEdge& edge : mesh.edges) {
            edge.need.least = edge.need.wanted;
        }
    }
    for (ConnectionDemand& connection : demand.connections) {
        connection.need.least = connection.need.wanted;
    }
    return demand;
}

bool tolerates_fewer(const Demand& demand) {
    const auto tolerates = [](const auto& wish) { return wish.need.least < wish.need.wanted; };
    return std::any_of(demand.connections.begin(), demand.connections.end(), tolerates) ||
           std::any_of(demand.meshes.begin(), demand.meshes.end(), [&](const MeshDemand& mesh) {
               return std::any_of(mesh.edges.begin(), mesh.edges.end(), tolerates);
           });
}

/// No mapping uses fewer hosts: as many as the roomiest hosts need to hold all chips, and as many as the
/// parts of one mesh that must be apart.
std::size_t least_hosts(const Demand& demand, const Cluster& cluster) {
    std::size_t chips = 0;
    std::size_t least = 1;
    for (const MeshDemand& mesh : demand.meshes) {
        chips += mesh.chip_count();
        if (demand.sharing == HostSharing::distinct) {
            least = std::max(least, static_cast<std::size_t>(mesh.mesh->host_rank_count()));
        }
    }
    std::vector<std::size_t> rooms;
    for (const Host& host : cluster.hosts()) {
        rooms.push_back(host.asic_count);
    }
    std::sort(rooms.rbegin(), rooms.rend());
    std::size_t hosts = 0;
    for (std::size_t room = 0; hosts < rooms.size() && room < chips; ++hosts) {
        room += rooms[hosts];
    }
    return std::min(std::max(least, hosts), rooms.size());
}

/// The graph as far as early proofs are concerned.
MeshGraph with_least_channels(MeshGraph graph, const MappingOptions& options) {
    if (options.minimum_links != 0) {
        const auto lower = [&](Channels& channels) {
            channels.count = std::min(channels.count, static_cast<std::int32_t>(options.minimum_links));
        };
        for (Mesh& mesh : graph.meshes) {
            lower(mesh.channels);
        }
        for (MeshConnection& connection : graph.connections) {
            lower(connection.channels);
        }
        for (GraphConnection& connection : graph.graph_connections) {
            lower(connection.channels);
        }
    }
    return graph;
}

bool has_parts(const MeshGraph& graph) {
    return std::any_of(graph.meshes.begin(), graph.meshes.end(),
                       [](const Mesh& mesh) { return mesh.host_rank_count() > 1; });
}

bool can_be_apart(const MeshGraph& graph, const Cluster& cluster) {
    return std::all_of(graph.meshes.begin(), graph.meshes.end(), [&](const Mesh& mesh) {
        return static_cast<std::size_t>(mesh.host_rank_count()) <= cluster.hosts().size();
    });
}

class Finder {
  public:
    Finder(const MeshGraph& graph, const Cluster& cluster, const MappingOptions& options,
           support::DiagnosticSink& sink)
        : cluster_(cluster),
          options_(options),
          sink_(sink),
          deadline_(std::chrono::steady_clock::now() + options.budget),
          adjacency_(cluster),
          demand_(build_demand(graph, adjacency_, options)),
          search_(graph, adjacency_, demand_, deadline_) {
        if (tolerates_fewer(demand_)) {
            full_demand_ = with_all_links(demand_);
            full_search_.emplace(graph, adjacency_, *full_demand_, deadline_);
        }
    }

    MappingResult find(const MeshGraph& graph) {
        MappingResult result;
        const MappingSearch::Answer best = find_best(result);
        if (best.answer == SatAnswer::contradiction) {
            result.missing_links = explain_misfit(graph, adjacency_, options_, deadline_, sink_);
            result.answer = MappingAnswer::cannot;
            return result;
        }
        if (best.answer == SatAnswer::unknown) {
            report_out_of_budget();
            return result;
        }
        result.answer = MappingAnswer::mapped;
        result.mappings.push_back(score_mapping(demand_, adjacency_, best.chips));
        report_lost(graph, result.mappings[0]);
        if (options_.solutions != 1) {
            find_others(result);
        }
        return result;
    }

  private:
    /// With all links if that can be had for the same hosts.
    MappingSearch::Answer attempt(std::size_t hosts, int conflicts) {
        if (full_search_) {
            MappingSearch::Answer full = full_search_->find(hosts, kConflictsForWish);
            if (full.answer == SatAnswer::satisfied) {
                return full;
            }
        }
        return search_.find(hosts, conflicts);
    }

    MappingSearch::Answer find_best(MappingResult& result) {
        const std::size_t all = cluster_.hosts().size();
        std::size_t hosts = options_.fewest_hosts ? least_hosts(demand_, cluster_) : all;
        result.fewest_hosts_proved = options_.fewest_hosts;
        if (hosts < all) {
            MappingSearch::Answer fewest = attempt(hosts, kConflictsForWish);
            if (fewest.answer == SatAnswer::satisfied) {
                return fewest;
            }
            result.fewest_hosts_proved = fewest.answer == SatAnswer::contradiction;
        }
        MappingSearch::Answer any = attempt(all, -1);
        if (any.answer != SatAnswer::satisfied || !options_.fewest_hosts) {
            result.fewest_hosts_proved = result.fewest_hosts_proved && any.answer == SatAnswer::satisfied;
            return any;
        }
        return with_fewer_hosts(hosts, std::move(any), result);
    }

    /// Halves the way from the hosts that `any` uses down to `failed`, on which none was found.
    MappingSearch::Answer with_fewer_hosts(std::size_t failed, MappingSearch::Answer any,
                                           MappingResult& result) {
        std::size_t used = hosts_of(adjacency_, any.chips).size();
        while (failed + 1 < used) {
            const std::size_t hosts = (failed + used) / 2;
            MappingSearch::Answer fewer = attempt(hosts, kConflictsForWish);
            if (fewer.answer == SatAnswer::satisfied) {
                used = hosts_of(adjacency_, fewer.chips).size();
                any = std::move(fewer);
            } else {
                failed = hosts;
                // None on so many hosts is none on fewer.
                result.fewest_hosts_proved = fewer.answer == SatAnswer::contradiction;
            }
        }
        return any;
    }

    /// Others on as few hosts as the first.
    void find_others(MappingResult& result) {
        const std::size_t hosts =
            options_.fewest_hosts ? result.mappings[0].score.hosts : cluster_.hosts().size();
        std::set<std::vector<std::vector<AsicIndex>>> seen;
        std::set<std::vector<std::uint32_t>> host_sets;
        const auto is_new = [&](const Chips& chips) {
            if (options_.distinct_host_sets && !host_sets.insert(hosts_of(adjacency_, chips)).second) {
                return false;
            }
            Chips sorted = chips;
            for (std::vector<AsicIndex>& mesh : sorted) {
                std::sort(mesh.begin(), mesh.end());
            }
            return seen.insert(std::move(sorted)).second;
        };
        is_new(result.mappings[0].chips);
        const auto has_enough = [&] {
            return options_.solutions != 0 && result.mappings.size() >= options_.solutions;
        };
        const auto distinct = options_.distinct_host_sets ? MappingSearch::Distinct::host_sets
                                                          : MappingSearch::Distinct::mappings;
        const SatAnswer end = search_.find_all(hosts, distinct, [&](const Chips& chips) {
            if (is_new(chips)) {
                result.mappings.push_back(score_mapping(demand_, adjacency_, chips));
            }
            return !has_enough();
        });
        result.complete = end == SatAnswer::contradiction;
        std::stable_sort(result.mappings.begin() + 1, result.mappings.end(),
                         [](const Mapping& a, const Mapping& b) {
                             return std::tie(a.score, a.chips) < std::tie(b.score, b.chips);
                         });
    }

    /// What a relaxed policy, or a lowered minimum, costs.
    void report_lost(const MeshGraph& graph, const Mapping& mapping) {
        if (mapping.lost.empty()) {
            return;
        }
        const Mesh* first = graph.find(mapping.lost[0].a.mesh);
        Diagnostic diagnostic(
            kFewerLinks, first->span,
            fmt::format("{} of the links asked for {} not there; the bandwidth is less",
                        mapping.score.short_links, mapping.score.short_links == 1 ? "is" : "are"));
        for (std::size_t k = 0; k < std::min(mapping.lost.size(), kMostOthersNamed); ++k) {
            const LostLinks& lost = mapping.lost[k];
            diagnostic.note(fmt::format("{} and {} have {} of {}", node_name(graph, mapping, lost.a),
                                        node_name(graph, mapping, lost.b), lost.present, lost.needed));
        }
        if (mapping.lost.size() > kMostOthersNamed) {
            diagnostic.note(fmt::format("and {} pairs more", mapping.lost.size() - kMostOthersNamed));
        }
        sink_.report(std::move(diagnostic));
    }

    std::string node_name(const MeshGraph& graph, const Mapping& mapping, const FabricNode& node) const {
        if (node.chip.value < 0) {
            return fmt::format("mesh {}", node.mesh.value);
        }
        const auto position = static_cast<std::size_t>(graph.find(node.mesh) - graph.meshes.data());
        return fmt::format(
            "mesh {} chip {} (`{}`)", node.mesh.value, node.chip.value,
            cluster_.name_of(mapping.chips[position][static_cast<std::size_t>(node.chip.value)]));
    }

    void report_out_of_budget() {
        if (std::chrono::steady_clock::now() >= deadline_) {
            sink_.report(
                Diagnostic(kMappingUnknown, {},
                           fmt::format("no mapping found within {} ms, and no proof that there is none",
                                       options_.budget.count()))
                    .help("`tt-run generate-rank-bindings --budget SECONDS` gives it more time"));
        } else {
            sink_.report(
                Diagnostic(kMappingUnknown, {},
                           "no mapping found, and no proof that there is none: what is left to try is "
                           "too large for any engine")
                    .help("ask for fewer meshes, or for a part of the machine"));
        }
    }

    const Cluster& cluster_;
    const MappingOptions& options_;
    support::DiagnosticSink& sink_;
    Deadline deadline_;
    Adjacency adjacency_;
    Demand demand_;
    MappingSearch search_;
    std::optional<Demand> full_demand_;
    std::optional<MappingSearch> full_search_;
};

/// Finds, and has the independent checker look at everything found: it takes a hundredth of the search.
MappingResult find_believed(const MeshGraph& graph, const Cluster& cluster, const MappingOptions& options,
                            support::DiagnosticSink& sink) {
    MappingResult result = Finder(graph, cluster, options, sink).find(graph);
    for (const Mapping& mapping : result.mappings) {
        TT_RUN_CHECK(check_mapping(graph, cluster, options, mapping).empty());
    }
    return result;
}

}  // namespace

MappingResult find_mapping(const MeshGraph& graph, const Cluster& cluster, const MappingOptions& options,
                           support::DiagnosticSink& sink) {
    const Fit fit = check_fit(with_least_channels(graph, options), cluster, {}, sink);
    if (fit != Fit::possible) {
        MappingResult result;
        result.answer = fit == Fit::misfit ? MappingAnswer::cannot : MappingAnswer::unknown;
        return result;
    }
    if (options.sharing != HostSharing::either) {
        return find_believed(graph, cluster, options, sink);
    }
    MappingOptions apart = options;
    apart.sharing = HostSharing::distinct;
    if (can_be_apart(graph, cluster)) {
        support::DiagnosticSink told;
        MappingResult result = find_believed(graph, cluster, apart, told);
        if (result.answer == MappingAnswer::mapped || !has_parts(graph)) {
            for (const Diagnostic& diagnostic : told.diagnostics()) {
                sink.report(diagnostic);
            }
            return result;
        }
    }
    // Of two refusals the second says more, for it had more freedom.
    MappingOptions sliced = options;
    sliced.sharing = HostSharing::sliced;
    return find_believed(graph, cluster, sliced, sink);
}

}  // namespace tt_run::topology
