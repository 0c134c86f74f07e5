#include "topology/mgd/mgd_yaml.hpp"

#include <set>

#include <fmt/format.h>

#include "support/yaml_document.hpp"
#include "topology/diagnostic_kinds.hpp"
#include "topology/mgd/mgd_yaml_links.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::DiagnosticSink;
using support::SourceTextPtr;
using support::YamlNode;

namespace {

/// Each descriptor once, in the order of the meshes.
void add_descriptors(const YamlMeshes& known, MeshGraphDescriptor& mgd) {
    std::set<std::string_view> added;
    for (const YamlMesh& entry : known.meshes) {
        if (!added.insert(entry.descriptor).second) {
            continue;
        }
        MeshDescriptor mesh;
        mesh.name = Spanned<std::string>{entry.descriptor, entry.board->name.span};
        mesh.architecture = known.architecture;
        mesh.device_dims.assign(entry.devices.begin(), entry.devices.end());
        mesh.host_dims.assign(entry.hosts.begin(), entry.hosts.end());
        const auto& types = entry.board->dim_types;
        if (types[0] == DimensionType::ring || types[1] == DimensionType::ring) {
            mesh.dim_types = {{types[0], entry.board->type_span}, {types[1], entry.board->type_span}};
        }
        if (known.ports) {
            mesh.channels = ChannelsDescriptor{known.ports, std::nullopt, known.ports->span};
        }
        mesh.device_topology_span = entry.devices[0].span;
        mesh.host_topology_span = entry.hosts[0].span;
        mesh.span = entry.board->name.span;
        mgd.meshes.push_back(std::move(mesh));
    }
}

void wrap_in_graph(const YamlMeshes& known, std::vector<ConnectionDescriptor> connections,
                   MeshGraphDescriptor& mgd) {
    const Span span = known.meshes.front().span;
    GraphDescriptor graph;
    graph.name = Spanned<std::string>{"G0", span};
    graph.type = Spanned<std::string>{"FABRIC", span};
    graph.span = span;
    for (const YamlMesh& mesh : known.meshes) {
        graph.instances.push_back(instance_of(mesh));
    }
    graph.connections = std::move(connections);
    mgd.graphs.push_back(std::move(graph));
    NodeRef top;
    top.kind = ReferenceKind::graph;
    top.descriptor = mgd.graphs.back().name;
    top.id = Spanned<std::int32_t>{0, span};
    top.span = span;
    mgd.top_level = std::move(top);
}

}  // namespace

std::optional<MeshGraphDescriptor> parse_mgd_yaml(const SourceTextPtr& source, DiagnosticSink& sink) {
    const support::ErrorWatch watch(sink);
    const std::optional<YamlNode> root = support::parse_yaml(source, sink);
    if (!root) {
        return std::nullopt;
    }
    if (!root->is_mapping()) {
        sink.report(
            Diagnostic(kMgdYaml, root->span,
                       fmt::format("this file holds {}; an MGD 1.0 file is a map", name_of(root->kind))));
        return std::nullopt;
    }
    sink.report(Diagnostic(kMgdOldFormat, root->entries.empty() ? root->span : root->entries.front().key.span,
                           "this is a Mesh Graph Descriptor of the old 1.0 format")
                    .help("`tt-run convert` writes it as textproto, which current tt-metal reads"));
    MgdYamlFields fields(sink);
    fields.warn_of_unknown_keys(*root, {"ChipSpec", "Board", "Mesh", "RelaxedGraph", "Graph"},
                                "an MGD 1.0 file");
    const YamlMeshes known = read_yaml_meshes(*root, fields);
    std::vector<ConnectionDescriptor> connections = read_yaml_links(*root, known, fields);
    MeshGraphDescriptor mgd;
    mgd.source = source;
    add_descriptors(known, mgd);
    if (known.meshes.size() == 1 && connections.empty()) {
        mgd.top_level = instance_of(known.meshes.front());
    } else if (!known.meshes.empty()) {
        wrap_in_graph(known, std::move(connections), mgd);
    }
    return watch.saw_error() ? std::nullopt : std::optional(std::move(mgd));
}

}  // namespace tt_run::topology
