#include "launcher/bindings/validate_job.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "launcher/bindings/binding_files.hpp"
#include "launcher/bindings/rank_parts.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "topology/mapping/find_mapping.hpp"
#include "topology/physical/visible_devices.hpp"

namespace tt_run::launcher {

namespace fs = std::filesystem;
using support::Diagnostic;
using support::DiagnosticSink;
using topology::Cluster;
using topology::Fit;
using topology::HostIndex;

namespace {

/// A launch waits no longer for a mapping; what is obvious takes milliseconds.
constexpr std::chrono::milliseconds kLaunchBudget{5'000};

/// What each rank sees and is to drive with it.
struct RanksOnCluster {
    std::map<fs::path, std::vector<topology::RankClaim>> claims;  ///< by descriptor
    std::vector<topology::RankView> views;
};

RanksOnCluster look_through_ranks(const JobBindings& job, const std::vector<HostIndex>& places,
                                  const Cluster& cluster, DiagnosticSink& sink) {
    RanksOnCluster ranks;
    for (const fs::path& descriptor : descriptors_of(job)) {
        for (const RankPart& part : parts_of_ranks(job, descriptor)) {
            const BoundRank& rank = job.ranks[part.rank];
            const auto value = visible_devices_of(rank, job);
            const auto visible = topology::resolve_visible_devices(cluster, places[part.rank], value,
                                                                   topology::rule_of(cluster), sink);
            if (!visible) {
                continue;
            }
            const std::string name = fmt::format("rank {}", rank.rank.value);
            const support::Span place = value && !value->text().empty() ? *value : rank.span;
            ranks.claims[descriptor].push_back(
                {name, rank.mesh_id, part.part, places[part.rank], visible->chips, place});
            ranks.views.push_back({name, places[part.rank], place, *visible});
        }
    }
    return ranks;
}

/// Whether a mapping keeps every rank on its devices.
Fit find_on_devices(const topology::MeshGraph& graph, const Cluster& cluster,
                    const std::vector<topology::RankClaim>& claims, DiagnosticSink& sink) {
    topology::MappingOptions options;
    options.sharing = topology::HostSharing::sliced;
    options.fewest_hosts = false;
    options.budget = kLaunchBudget;
    std::set<std::pair<topology::MeshId, topology::MeshHostRank>> seen;
    for (const topology::RankClaim& claim : claims) {
        const topology::Mesh* mesh = graph.find(claim.mesh);
        const bool exists = mesh != nullptr && claim.host_rank.value < mesh->host_rank_count();
        if (exists && seen.emplace(claim.mesh, claim.host_rank).second) {
            options.domains.push_back({claim.mesh, claim.host_rank, claim.chips, claim.rank, claim.place});
        }
    }
    const auto result = topology::find_mapping(graph, cluster, options, sink);
    return result.answer == topology::MappingAnswer::cannot ? Fit::misfit : Fit::possible;
}

Fit fit_on_devices(const topology::MeshGraph& graph, const Cluster& cluster,
                   const std::vector<topology::RankClaim>& claims, DiagnosticSink& sink) {
    const Fit fit = topology::check_fit(graph, cluster, claims, sink);
    return fit == Fit::possible ? find_on_devices(graph, cluster, claims, sink) : fit;
}

/// The hardware that is known, in the order of trust; `why_not` says why there is none.
class ModelFinder {
  public:
    ModelFinder(const JobBindings& job, const ValidationOptions& options,
                const support::HostEnvironment& host, DiagnosticSink& sink)
        : job_(job), options_(options), host_(host), sink_(sink) {}

    std::optional<PhysicalModel> find() {
        if (options_.cluster) {
            return load_named_model(*options_.cluster, host_, sink_);
        }
        std::vector<fs::path> descriptors;
        for (const BoundRank& rank : job_.ranks) {
            if (rank.mock_cluster_descriptor) {
                descriptors.push_back(*rank.mock_cluster_descriptor);
            }
        }
        if (!descriptors.empty()) {
            return mock_model(descriptors);
        }
        DiagnosticSink unsaid;
        auto model = discover_model(host_, false, unsaid);
        if (!model) {
            why_not_ = "this host has no device; --cluster describes some";
        }
        return model;
    }

    const std::string& why_not() const { return why_not_; }

  private:
    /// Descriptors made up for the vendor's library need not say enough for ours.
    std::optional<PhysicalModel> mock_model(const std::vector<fs::path>& descriptors) {
        DiagnosticSink unsaid;
        auto model = load_mock_model(descriptors, host_, unsaid);
        if (!model) {
            why_not_ = fmt::format("`{}` cannot be read as a cluster; `tt-run show` says why",
                                   descriptors.front().string());
            return std::nullopt;
        }
        for (const topology::Host& one : model->cluster.hosts()) {
            const auto asics = model->cluster.asics_of(one);
            if (std::none_of(asics.begin(), asics.end(),
                             [](const topology::Asic& asic) { return asic.has_pcie; })) {
                why_not_ = fmt::format("the descriptor of mock host `{}` names no device", one.name);
                return std::nullopt;
            }
        }
        return model;
    }

    const JobBindings& job_;
    const ValidationOptions& options_;
    const support::HostEnvironment& host_;
    DiagnosticSink& sink_;
    std::string why_not_;
};

/// The cluster's host of each rank; nothing if some rank runs where the model does not look. Reports hosts
/// that ranks are to stand for and that are not there.
std::optional<std::vector<HostIndex>> places_of(const JobBindings& job, const std::vector<std::string>& hosts,
                                                const PhysicalModel& model,
                                                const support::HostEnvironment& host, DiagnosticSink& sink) {
    std::vector<HostIndex> places;
    for (std::size_t k = 0; k < job.ranks.size(); ++k) {
        if (model.source == ModelSource::mock) {
            const auto& descriptor = job.ranks[k].mock_cluster_descriptor;
            const auto found =
                descriptor ? model.host_of_descriptor.find(*descriptor) : model.host_of_descriptor.end();
            if (found == model.host_of_descriptor.end()) {
                return std::nullopt;
            }
            places.push_back(found->second);
        } else if (model.source == ModelSource::live) {
            if (hosts[k] != host.hostname) {
                return std::nullopt;
            }
            places.push_back(HostIndex{0});
        } else if (const auto found = model.cluster.find_host(hosts[k])) {
            places.push_back(*found);
        } else {
            check_emulated_hosts(job, model.cluster, sink);
            return places_of_ranks(job, model.cluster);
        }
    }
    return places;
}

void check_descriptors(const JobBindings& job, const std::vector<HostIndex>& places, const Cluster& cluster,
                       const support::HostEnvironment& host, DiagnosticSink& sink) {
    const support::ErrorWatch watch(sink);
    const RanksOnCluster ranks = look_through_ranks(job, places, cluster, sink);
    if (ranks.views.size() == job.ranks.size()) {  // else links would seem lost that the others see
        topology::check_visible_devices(cluster, ranks.views, sink);
    }
    if (watch.saw_error()) {
        return;
    }
    for (const auto& [path, claims] : ranks.claims) {
        if (const auto graph = load_checked_graph(path, host)) {
            fit_on_devices(*graph, cluster, claims, sink);
        }
    }
}

}  // namespace

Fit check_ranks_on_cluster(const topology::MeshGraph& graph, const JobBindings& job,
                           const std::vector<HostIndex>& places, const Cluster& cluster,
                           DiagnosticSink& sink) {
    const support::ErrorWatch watch(sink);
    const RanksOnCluster ranks = look_through_ranks(job, places, cluster, sink);
    if (ranks.views.size() == job.ranks.size()) {  // else links would seem lost that the others see
        topology::check_visible_devices(cluster, ranks.views, sink);
    }
    if (watch.saw_error()) {
        return Fit::misfit;
    }
    std::vector<topology::RankClaim> all;
    for (const auto& [path, claims] : ranks.claims) {
        all.insert(all.end(), claims.begin(), claims.end());
    }
    return fit_on_devices(graph, cluster, all, sink);
}

KnownHardware find_known_hardware(const JobBindings& job, const ValidationOptions& options,
                                  const support::HostEnvironment& host, DiagnosticSink& sink) {
    KnownHardware known;
    if (options.validate) {
        ModelFinder finder(job, options, host, sink);
        known.model = finder.find();
        known.why_not = finder.why_not();
    }
    return known;
}

std::string validate_job(const JobBindings& job, const std::vector<std::string>& hosts,
                         const KnownHardware& hardware, const ValidationOptions& options,
                         const support::HostEnvironment& host, DiagnosticSink& sink) {
    if (!options.validate) {
        return "";
    }
    const support::ErrorWatch watch(sink);
    const auto places = hardware.model ? places_of(job, hosts, *hardware.model, host, sink) : std::nullopt;
    if (watch.saw_error()) {
        return "";
    }
    if (!places) {
        std::string unchecked = "the Mesh Graph Descriptor was not checked against hardware: " +
                                (hardware.model ? "devices of other hosts are not known" : hardware.why_not);
        if (!options.require_hardware) {
            return unchecked;
        }
        sink.report(Diagnostic(kHardwareRequired, {}, unchecked));
        return "";
    }
    check_descriptors(job, *places, hardware.model->cluster, host, sink);
    return "";
}

}  // namespace tt_run::launcher
