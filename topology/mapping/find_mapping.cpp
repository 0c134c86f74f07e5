#include "topology/mapping/find_mapping.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

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
        const std::size_t used = hosts_of(adjacency_, any.chips).size();
        for (++hosts; hosts < used; ++hosts) {
            MappingSearch::Answer fewer = attempt(hosts, kConflictsForWish);
            if (fewer.answer == SatAnswer::satisfied) {
                return fewer;
            }
            result.fewest_hosts_proved =
                result.fewest_hosts_proved && fewer.answer == SatAnswer::contradiction;
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
        const SatAnswer end = search_.find_all(hosts, [&](const Chips& chips) {
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

    void report_out_of_budget() {
        sink_.report(Diagnostic(kMappingUnknown, {},
                                fmt::format("no mapping found within {} ms, and no proof that there is none",
                                            options_.budget.count()))
                         .help("give it more time with `--budget`"));
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

}  // namespace

MappingResult find_mapping(const MeshGraph& graph, const Cluster& cluster, const MappingOptions& options,
                           support::DiagnosticSink& sink) {
    const Fit fit = check_fit(graph, cluster, {}, sink);
    if (fit != Fit::possible) {
        MappingResult result;
        result.answer = fit == Fit::misfit ? MappingAnswer::cannot : MappingAnswer::unknown;
        return result;
    }
    return Finder(graph, cluster, options, sink).find(graph);
}

}  // namespace tt_run::topology
