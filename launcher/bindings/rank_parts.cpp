#include "launcher/bindings/rank_parts.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "job/variable_names.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "support/file.hpp"
#include "topology/mgd/load_mesh_graph.hpp"
#include "topology/physical/rank_places.hpp"
#include "topology/physical/unknown_host.hpp"

namespace tt_run::launcher {

namespace fs = std::filesystem;
using topology::AsicIndex;

std::vector<RankPart> parts_of_ranks(const JobBindings& job, const fs::path& descriptor) {
    std::map<topology::MeshId, std::int32_t> next;
    std::vector<RankPart> parts;
    for (std::size_t k = 0; k < job.ranks.size(); ++k) {
        const BoundRank& rank = job.ranks[k];
        if (rank.mesh_graph_descriptor == descriptor) {
            const topology::MeshHostRank part =
                rank.mesh_host_rank.value_or(topology::MeshHostRank{next[rank.mesh_id]});
            next[rank.mesh_id] = part.value + 1;
            parts.push_back({k, part});
        }
    }
    return parts;
}

std::vector<fs::path> descriptors_of(const JobBindings& job) {
    std::vector<fs::path> paths;
    for (const BoundRank& rank : job.ranks) {
        if (std::find(paths.begin(), paths.end(), rank.mesh_graph_descriptor) == paths.end()) {
            paths.push_back(rank.mesh_graph_descriptor);
        }
    }
    return paths;
}

std::optional<topology::MeshGraph> load_checked_graph(const fs::path& path,
                                                      const support::HostEnvironment& host) {
    const fs::path near = path.lexically_proximate(host.working_directory);
    const bool below = !near.empty() && *near.begin() != "..";
    const auto source = support::load_source_text(path, (below ? near : path).string());
    support::DiagnosticSink told;
    return source ? topology::load_mesh_graph(*source, topology::MgdProfile::library, told) : std::nullopt;
}

std::optional<support::Span> visible_devices_of(const BoundRank& rank, const JobBindings& job) {
    for (const std::vector<EnvironmentEntry>* entries : {&rank.env_overrides, &job.global_env}) {
        const auto found = std::find_if(
            entries->rbegin(), entries->rend(),
            [](const EnvironmentEntry& entry) { return entry.name.value == job::kVisibleDevicesVariable; });
        if (found == entries->rend()) {
            continue;
        }
        const support::Span& span = found->value.span;
        const std::size_t at = span.text().find(found->value.value);
        return at == std::string_view::npos ? span : span.part(at, at + found->value.value.size());
    }
    return std::nullopt;
}

std::vector<topology::HostIndex> places_of_ranks(const JobBindings& job, const topology::Cluster& cluster) {
    std::vector<topology::HostIndex> places = topology::place_on_cluster(job.ranks.size(), cluster);
    for (std::size_t k = 0; k < job.ranks.size(); ++k) {
        for (const EnvironmentEntry& entry : job.ranks[k].env_overrides) {
            if (entry.name.value == job::kEmulatedHostVariable) {
                places[k] = cluster.find_host(entry.value.value).value_or(places[k]);
            }
        }
    }
    return places;
}

void check_emulated_hosts(const JobBindings& job, const topology::Cluster& cluster,
                          support::DiagnosticSink& sink) {
    for (const BoundRank& rank : job.ranks) {
        for (const EnvironmentEntry& entry : rank.env_overrides) {
            if (entry.name.value == job::kEmulatedHostVariable && !cluster.find_host(entry.value.value)) {
                sink.report(
                    topology::unknown_host(kUnknownHost, entry.value.span, entry.value.value, cluster));
            }
        }
    }
}

std::vector<AsicIndex> devices_showing(const topology::Cluster& cluster,
                                       const std::vector<AsicIndex>& chips) {
    std::set<AsicIndex> devices;
    for (const AsicIndex chip : chips) {
        if (cluster.asic(chip).has_pcie) {
            devices.insert(chip);
            continue;
        }
        const topology::Board& board = cluster.board_of(chip);
        for (std::uint32_t k = board.first_asic; k < board.first_asic + board.asic_count; ++k) {
            if (cluster.asics()[k].has_pcie) {
                devices.insert(AsicIndex{k});
            }
        }
    }
    return {devices.begin(), devices.end()};
}

}  // namespace tt_run::launcher
