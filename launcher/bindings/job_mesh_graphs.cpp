#include "launcher/bindings/job_mesh_graphs.hpp"

#include <fmt/format.h>

#include "launcher/bindings/mapping_files.hpp"
#include "launcher/bindings/path_search.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "support/check.hpp"
#include "support/file.hpp"
#include "topology/mgd/load_mesh_graph.hpp"

namespace tt_run::launcher {

namespace fs = std::filesystem;
using support::Diagnostic;
using support::DiagnosticSink;
using support::Spanned;
using topology::MeshGraph;

namespace {

/// A file is called what the user called it, if that is where it lies; else by its whole path.
support::SourceTextPtr load(const fs::path& path, const Spanned<std::string>& written,
                            const support::HostEnvironment& host, DiagnosticSink& sink) {
    const bool as_written = (host.working_directory / written.value).lexically_normal() == path;
    auto source = support::load_source_text(path, as_written ? written.value : path.string());
    if (!source) {
        sink.report(Diagnostic(kFileUnreadable, written.span, source.error().message()));
        return nullptr;
    }
    return *std::move(source);
}

/// Beside the mapping, as the existing tool has it, then wherever paths are looked for.
std::optional<fs::path> find_overlay(const SubcontextOverlay& overlay, const fs::path& mapping,
                                     const support::HostEnvironment& host, DiagnosticSink& sink) {
    std::error_code failure;
    const fs::path beside = (mapping.parent_path() / host.with_home(overlay.path.value)).lexically_normal();
    return fs::is_regular_file(beside, failure)
               ? std::optional(beside)
               : PathSearch(host, mapping).find_or_report(overlay.path, "Mesh Graph Descriptor", sink);
}

void add_part(JobMeshGraphs& job, int id, const fs::path& path, const Spanned<std::string>& written,
              const support::HostEnvironment& host, DiagnosticSink& sink) {
    const support::SourceTextPtr source = load(path, written, host, sink);
    auto graph =
        source ? topology::load_mesh_graph(source, topology::MgdProfile::library, sink) : std::nullopt;
    if (graph) {
        job.parts.push_back({id, path, *std::move(graph)});
    }
}

/// Adds `part`, its mesh ids raised by `raise`.
void append(MeshGraph& into, const MeshGraph& part, std::int32_t raise) {
    const std::size_t first_mesh = into.meshes.size();
    const std::size_t first_listed = into.depth_first.size();
    const std::size_t first_graph = into.graphs.size();
    const auto raised = [raise](topology::MeshId id) { return topology::MeshId{id.value + raise}; };
    for (topology::Mesh mesh : part.meshes) {
        mesh.id = raised(mesh.id);
        if (mesh.graph) {
            *mesh.graph += first_graph;
        }
        into.meshes.push_back(std::move(mesh));
    }
    for (const std::size_t mesh : part.depth_first) {
        into.depth_first.push_back(first_mesh + mesh);
    }
    for (topology::GraphInstance graph : part.graphs) {
        if (graph.parent) {
            *graph.parent += first_graph;
        }
        graph.first_mesh += first_listed;
        into.graphs.push_back(std::move(graph));
    }
    for (topology::MeshConnection connection : part.connections) {
        connection.from = raised(connection.from);
        connection.to = raised(connection.to);
        into.connections.push_back(std::move(connection));
    }
    for (topology::GraphConnection connection : part.graph_connections) {
        connection.from += first_graph;
        connection.to += first_graph;
        into.graph_connections.push_back(std::move(connection));
    }
    for (topology::PinningGroup pinning : part.pinnings) {
        pinning.mesh = raised(pinning.mesh);
        into.pinnings.push_back(std::move(pinning));
    }
}

}  // namespace

std::optional<JobMeshGraphs> load_job_mesh_graphs(const std::optional<Spanned<std::string>>& descriptor,
                                                  const std::optional<Spanned<std::string>>& mapping,
                                                  const support::HostEnvironment& host,
                                                  DiagnosticSink& sink) {
    TT_RUN_CHECK(descriptor.has_value() != mapping.has_value());
    const support::ErrorWatch watch(sink);
    const PathSearch command_line(host, {});
    JobMeshGraphs job;
    if (descriptor) {
        if (const auto path = command_line.find_or_report(*descriptor, "Mesh Graph Descriptor", sink)) {
            add_part(job, 0, *path, *descriptor, host, sink);
        }
    } else if (const auto path =
                   command_line.find_or_report(*mapping, "mesh-graph-descriptor mapping", sink)) {
        job.mapping_path = *path;
        job.mapping = load(*path, *mapping, host, sink);
        const auto overlays =
            job.mapping ? parse_mesh_graph_descriptor_mapping(job.mapping, sink) : std::nullopt;
        for (const SubcontextOverlay& overlay : overlays.value_or(std::vector<SubcontextOverlay>{})) {
            if (const auto found = find_overlay(overlay, *path, host, sink)) {
                const fs::path near = found->lexically_proximate(host.working_directory);
                const bool below = *near.begin() != "..";
                add_part(job, overlay.id, *found, {(below ? near : *found).string(), overlay.path.span}, host,
                         sink);
            }
        }
    }
    return watch.saw_error() ? std::nullopt : std::optional(std::move(job));
}

MergedMeshGraph merge_mesh_graphs(const JobMeshGraphs& job) {
    MergedMeshGraph merged;
    for (std::size_t part = 0; part < job.parts.size(); ++part) {
        const MeshGraph& graph = job.parts[part].graph;
        for (std::size_t mesh = 0; mesh < graph.meshes.size(); ++mesh) {
            merged.origins.push_back({part, mesh});
        }
        if (part == 0) {
            merged.graph = graph;
            continue;
        }
        const std::vector<topology::Mesh>& meshes = merged.graph.meshes;
        append(merged.graph, graph, meshes.empty() ? 0 : meshes.back().id.value + 1);
    }
    return merged;
}

}  // namespace tt_run::launcher
