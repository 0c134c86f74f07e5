#include "cli/check_cluster.hpp"

#include <algorithm>

#include "cli/fit_picture.hpp"
#include "launcher/bindings/rank_parts.hpp"
#include "launcher/bindings/validate_job.hpp"
#include "support/file.hpp"
#include "topology/mapping/find_mapping.hpp"
#include "topology/mgd/load_mesh_graph.hpp"

namespace tt_run::cli {

using support::DiagnosticSink;

namespace {

topology::Fit check_graph(const topology::MeshGraph& graph, const launcher::JobBindings* bindings,
                          const topology::Cluster& cluster, DiagnosticSink& sink) {
    if (bindings != nullptr) {
        return launcher::check_ranks_on_cluster(graph, *bindings,
                                                launcher::places_of_ranks(*bindings, cluster), cluster, sink);
    }
    switch (topology::find_mapping(graph, cluster, {}, sink).answer) {
        case topology::MappingAnswer::mapped:
            return topology::Fit::possible;
        case topology::MappingAnswer::cannot:
            return topology::Fit::misfit;
        case topology::MappingAnswer::unknown:
            break;
    }
    return topology::Fit::unknown;
}

void add(JobFit& all, const topology::MeshGraph& graph, const launcher::JobBindings* bindings,
         topology::Fit fit) {
    if (!all.pictured || (all.fit != topology::Fit::misfit && fit == topology::Fit::misfit)) {
        all.pictured = graph;
        all.owners = bindings == nullptr
                         ? std::vector<topology::draw::OwnedPart>{}
                         : owners_of(*bindings, bindings->ranks.front().mesh_graph_descriptor);
    }
    all.fit = std::min(all.fit, fit);
}

/// Bindings alone bring their own Mesh Graph Descriptors, one for each sub-context.
void check_bindings_alone(const launcher::JobBindings& bindings, const topology::Cluster& cluster,
                          topology::MgdProfile profile, const support::HostEnvironment& host, JobFit& all,
                          DiagnosticSink& sink) {
    std::vector<std::filesystem::path> seen;
    for (const launcher::BoundRank& rank : bindings.ranks) {
        const std::filesystem::path& path = rank.mesh_graph_descriptor;
        if (std::find(seen.begin(), seen.end(), path) != seen.end()) {
            continue;
        }
        seen.push_back(path);
        const std::filesystem::path near = path.lexically_relative(host.working_directory);
        const bool below = !near.empty() && *near.begin() != "..";
        const auto source = support::load_source_text(path, (below ? near : path).string());
        DiagnosticSink told;  // the bindings' own check has read it already
        const auto graph = source ? topology::load_mesh_graph(*source, profile, told) : std::nullopt;
        if (graph) {
            launcher::JobBindings own = bindings;
            std::erase_if(own.ranks, [&](const auto& one) { return one.mesh_graph_descriptor != path; });
            add(all, *graph, &own, check_graph(*graph, &own, cluster, sink));
        }
    }
}

}  // namespace

JobFit check_on_cluster(const JobFiles& files, const topology::Cluster& cluster, topology::MgdProfile profile,
                        const support::HostEnvironment& host, DiagnosticSink& sink) {
    JobFit all;
    if (files.bindings.empty()) {
        for (const topology::MeshGraph& graph : files.graphs) {
            add(all, graph, nullptr, check_graph(graph, nullptr, cluster, sink));
        }
    }
    for (const support::Spanned<std::string>& file : files.bindings) {
        launcher::BindingSources sources;
        sources.rank_binding = file;
        const support::ErrorWatch watch(sink);
        const auto bindings = launcher::load_job_bindings(sources, host, sink);
        if (bindings) {
            launcher::check_emulated_hosts(*bindings, cluster, sink);
        }
        if (watch.saw_error()) {
            all.fit = topology::Fit::misfit;
            continue;
        }
        if (files.graphs.empty()) {
            check_bindings_alone(*bindings, cluster, profile, host, all, sink);
        }
        for (const topology::MeshGraph& graph : files.graphs) {
            add(all, graph, &*bindings, check_graph(graph, &*bindings, cluster, sink));
        }
    }
    return all;
}

}  // namespace tt_run::cli
