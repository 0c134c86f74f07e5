#include "launcher/allocation/generate_bindings.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "job/variable_names.hpp"
#include "launcher/bindings/rank_parts.hpp"
#include "support/check.hpp"
#include "topology/mapping/find_mapping.hpp"
#include "topology/physical/device_numbering.hpp"
#include "topology/physical/rank_places.hpp"
#include "topology/physical/visible_devices.hpp"

namespace tt_run::launcher {

using support::DiagnosticSink;
using topology::AsicIndex;
using topology::Cluster;
using topology::HostIndex;
using topology::Mapping;
using topology::MappingAnswer;
using topology::MappingOptions;
using topology::MappingResult;

namespace {

bool sets(const std::vector<std::pair<std::string, std::string>>& variables, std::string_view name) {
    return std::ranges::any_of(variables, [&](const auto& one) { return one.first == name; });
}

/// One host rank of a mesh, placed.
struct PlacedPart {
    std::size_t subcontext = 0;
    topology::MeshId mesh;        ///< of the merged descriptor
    topology::MeshId local_mesh;  ///< of its own
    topology::MeshHostRank host_rank;
    HostIndex host;
    std::vector<AsicIndex> devices;  ///< with PCIe, sorted
};

std::vector<PlacedPart> parts_of(const Mapping& mapping, const MergedMeshGraph& merged,
                                 const JobMeshGraphs& job, const Cluster& cluster) {
    std::vector<PlacedPart> placed;
    for (std::size_t k = 0; k < merged.graph.meshes.size(); ++k) {
        const topology::Mesh& mesh = merged.graph.meshes[k];
        const MergedMeshGraph::Origin origin = merged.origins[k];
        for (std::int32_t rank = 0; rank < mesh.host_rank_count(); ++rank) {
            std::vector<AsicIndex> chips;
            for (const topology::ChipId chip : mesh.chips_of(topology::MeshHostRank{rank})) {
                chips.push_back(mapping.chips[k][static_cast<std::size_t>(chip.value)]);
            }
            TT_RUN_CHECK(!chips.empty());
            placed.push_back({origin.part, mesh.id, job.parts[origin.part].graph.meshes[origin.mesh].id,
                              topology::MeshHostRank{rank}, cluster.board_of(chips.front()).host,
                              devices_showing(cluster, chips)});
        }
    }
    std::sort(placed.begin(), placed.end(), [](const PlacedPart& a, const PlacedPart& b) {
        return std::tie(a.subcontext, a.mesh, a.host_rank, a.host, a.devices) <
               std::tie(b.subcontext, b.mesh, b.host_rank, b.host, b.devices);
    });
    return placed;
}

class SolutionBuilder {
  public:
    SolutionBuilder(const MergedMeshGraph& merged, const JobMeshGraphs& job, const PhysicalModel& model,
                    const GenerationOptions& options, const support::HostEnvironment& host)
        : merged_(merged), job_(job), model_(model), options_(options), host_(host) {}

    GeneratedSolution build(const Mapping& mapping) const {
        GeneratedSolution solution;
        solution.score = mapping.score;
        solution.subcontexts.resize(job_.parts.size());
        for (std::size_t part = 0; part < job_.parts.size(); ++part) {
            solution.subcontexts[part].mesh_graph_desc_path = job_.parts[part].path.string();
        }
        std::map<std::string, int> slots;
        std::set<std::string> hosts;
        const std::vector<PlacedPart> parts = parts_of(mapping, merged_, job_, model_.cluster);
        const bool names_hosts = model_.source != ModelSource::mock && !stand_in_order(parts);
        for (const PlacedPart& part : parts) {
            const int rank = static_cast<int>(solution.ranks.size());
            GeneratedRank row{{rank}, part.mesh,         part.host_rank, launch_host(part.host),
                              0,      variables_of(part)};
            row.slot = slots[row.host]++;
            if (names_hosts && !sets(row.env_overrides, job::kEmulatedHostVariable)) {
                row.env_overrides.emplace_back(job::kEmulatedHostVariable,
                                               model_.cluster.host(part.host).name);
            }
            solution.ranks.push_back(row);
            GeneratedBindings& own = solution.subcontexts[part.subcontext];
            row.rank = {static_cast<int>(own.ranks.size())};
            row.mesh_id = part.local_mesh;
            own.ranks.push_back(std::move(row));
            solution.cluster_hosts.push_back(model_.cluster.host(part.host).name);
            hosts.insert(solution.cluster_hosts.back());
            for (const auto& [path, index] : model_.host_of_descriptor) {
                if (index == part.host) {
                    solution.mock_descriptors.push_back(path);
                }
            }
        }
        solution.hosts.assign(hosts.begin(), hosts.end());
        return solution;
    }

  private:
    /// Where a rank on this host of the cluster is started.
    std::string launch_host(HostIndex index) const {
        const bool elsewhere = !options_.run_here && model_.source == ModelSource::named &&
                               model_.cluster.origin() != topology::Origin::synthetic;
        return elsewhere ? model_.cluster.host(index).name : host_.hostname;
    }

    std::vector<std::pair<std::string, std::string>> variables_of(const PlacedPart& part) const {
        std::vector<std::pair<std::string, std::string>> variables;
        const bool unnamed = !topology::devices_are_named(model_.cluster) && has_whole_host(part);
        if (!part.devices.empty() && !unnamed) {
            variables.emplace_back(job::kVisibleDevicesVariable,
                                   topology::render_visible_devices(model_.cluster, part.host, part.devices,
                                                                    rule_of(model_.cluster)));
        }
        for (const ResolvedRankPinning& pinning : options_.pinnings) {
            if (pinning.mesh == part.mesh && pinning.host_rank == part.host_rank) {
                variables.insert(variables.end(), pinning.env_overrides.begin(), pinning.env_overrides.end());
            }
        }
        return variables;
    }

    /// Whether everybody who knows the cluster alone puts the ranks on the same hosts.
    bool stand_in_order(const std::vector<PlacedPart>& parts) const {
        const std::vector<HostIndex> places = topology::place_on_cluster(parts.size(), model_.cluster);
        return std::equal(parts.begin(), parts.end(), places.begin(),
                          [](const PlacedPart& part, HostIndex place) { return part.host == place; });
    }

    bool has_whole_host(const PlacedPart& part) const {
        const auto asics = model_.cluster.asics_of(model_.cluster.host(part.host));
        return static_cast<std::size_t>(std::count_if(
                   asics.begin(), asics.end(), [](const topology::Asic& one) { return one.has_pcie; })) ==
               part.devices.size();
    }

    const MergedMeshGraph& merged_;
    const JobMeshGraphs& job_;
    const PhysicalModel& model_;
    const GenerationOptions& options_;
    const support::HostEnvironment& host_;
};

}  // namespace

Generation generate_bindings(const JobMeshGraphs& job, const PhysicalModel& model,
                             const GenerationOptions& options, const support::HostEnvironment& host,
                             DiagnosticSink& sink) {
    const MergedMeshGraph merged = merge_mesh_graphs(job);
    const SolutionBuilder builder(merged, job, model, options, host);
    if (options.mapping) {
        return {MappingAnswer::mapped, {builder.build(*options.mapping)}, true, true};
    }
    MappingOptions mapping;
    mapping.budget = options.budget;
    mapping.minimum_links = options.minimum_links;
    mapping.solutions = options.solutions;
    mapping.distinct_host_sets = options.distinct_host_sets;
    for (const ResolvedRankPinning& pinning : options.pinnings) {
        mapping.domains.push_back(
            {pinning.mesh, pinning.host_rank, pinning.chips, pinning.claimant, pinning.place});
    }
    const MappingResult result = topology::find_mapping(merged.graph, model.cluster, mapping, sink);
    Generation generation;
    generation.answer = result.answer;
    generation.fewest_hosts_proved = result.fewest_hosts_proved;
    for (const Mapping& one : result.mappings) {
        generation.solutions.push_back(builder.build(one));
    }
    generation.complete = result.complete || result.answer == MappingAnswer::cannot;
    return generation;
}

}  // namespace tt_run::launcher
