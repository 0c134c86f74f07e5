#include "cli/check_cluster.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "topology/physical/visible_devices.hpp"

namespace tt_run::cli {

using launcher::BoundRank;
using launcher::EnvironmentEntry;

namespace {

constexpr std::string_view kVisibleDevices = "TT_VISIBLE_DEVICES";

std::optional<support::Span> visible_value(const BoundRank& rank, const launcher::JobBindings& bindings) {
    for (const std::vector<EnvironmentEntry>* entries : {&rank.env_overrides, &bindings.global_env}) {
        const auto found =
            std::find_if(entries->rbegin(), entries->rend(),
                         [](const EnvironmentEntry& entry) { return entry.name.value == kVisibleDevices; });
        if (found == entries->rend()) {
            continue;
        }
        // Quotes round the value are no part of it.
        const support::Span& span = found->value.span;
        const std::size_t at = span.text().find(found->value.value);
        return at == std::string_view::npos ? span : span.part(at, at + found->value.value.size());
    }
    return std::nullopt;
}

std::vector<topology::HostIndex> place_ranks(std::size_t ranks, const topology::Cluster& cluster) {
    std::map<std::uint32_t, topology::HostIndex> by_rank;
    for (std::uint32_t k = 0; k < cluster.hosts().size(); ++k) {
        if (cluster.hosts()[k].rank) {
            by_rank[*cluster.hosts()[k].rank] = topology::HostIndex{k};
        }
    }
    const std::size_t each = (ranks + cluster.hosts().size() - 1) / cluster.hosts().size();
    std::vector<topology::HostIndex> places;
    for (std::uint32_t rank = 0; rank < ranks; ++rank) {
        const auto mapped = by_rank.find(rank);
        const bool mapping_covers = by_rank.size() >= ranks;
        places.push_back(mapping_covers && mapped != by_rank.end()
                             ? mapped->second
                             : topology::HostIndex{static_cast<std::uint32_t>(rank / each)});
    }
    return places;
}

}  // namespace

topology::Fit check_on_cluster(const topology::MeshGraph& graph, const launcher::JobBindings* bindings,
                               const topology::Cluster& cluster, support::DiagnosticSink& sink) {
    std::vector<topology::RankClaim> claims;
    if (bindings == nullptr) {
        return topology::check_fit(graph, cluster, claims, sink);
    }
    const support::ErrorWatch watch(sink);
    const auto rule = cluster.origin() == topology::Origin::real ? topology::VisibleDevicesRule::live
                                                                 : topology::VisibleDevicesRule::mock;
    const std::vector<topology::HostIndex> places = place_ranks(bindings->ranks.size(), cluster);
    std::vector<topology::RankView> views;
    std::map<topology::MeshId, std::int32_t> next_part;
    for (std::size_t k = 0; k < bindings->ranks.size(); ++k) {
        const BoundRank& rank = bindings->ranks[k];
        const auto value = visible_value(rank, *bindings);
        const auto visible = topology::resolve_visible_devices(cluster, places[k], value, rule, sink);
        const topology::MeshHostRank part =
            rank.mesh_host_rank.value_or(topology::MeshHostRank{next_part[rank.mesh_id]});
        next_part[rank.mesh_id] = part.value + 1;
        if (!visible) {
            continue;
        }
        const std::string name = fmt::format("rank {}", rank.rank.value);
        const support::Span place = value && !value->text().empty() ? *value : rank.span;
        claims.push_back({name, rank.mesh_id, part, places[k], visible->chips, place});
        views.push_back({name, places[k], place, *visible});
    }
    if (views.size() == bindings->ranks.size()) {  // else links would seem lost that the others see
        topology::check_visible_devices(cluster, views, sink);
    }
    if (watch.saw_error()) {
        return topology::Fit::misfit;
    }
    return topology::check_fit(graph, cluster, claims, sink);
}

}  // namespace tt_run::cli
