#include <fmt/format.h>

#include "topology/diagnostic_kinds.hpp"
#include "topology/mgd/mgd_rules.hpp"

namespace tt_run::topology {

using support::Diagnostic;

namespace {

constexpr std::string_view kFabric = "FABRIC";

std::string named(const GraphDescriptor& graph) {
    return fmt::format("graph `{}`", graph.name ? graph.name->value : "");
}

void check_type(MgdRules& rules, const GraphDescriptor& graph) {
    if (!graph.type || graph.type->value.empty()) {
        rules.findings.report(Diagnostic(kBadGraphType, graph.type ? graph.type->span : graph.span,
                                         fmt::format("{} has no type", named(graph)))
                                  .help("add `type: \"FABRIC\"`, the type of a graph of meshes"));
        return;
    }
    const std::string& type = graph.type->value;
    if (type == "DEVICE" || type == "MESH" || type == "SWITCH") {
        rules.findings.report(Diagnostic(kBadGraphType, graph.type->span,
                                         fmt::format("the type `{}` is reserved for what is no graph", type))
                                  .help("write `type: \"FABRIC\"`, the type of a graph of meshes"));
    } else if (rules.runtime() && type != kFabric) {
        rules.findings.report(Diagnostic(kBadGraphType, graph.type->span,
                                         fmt::format("{} is of type `{}`; the runtime takes `FABRIC` alone",
                                                     named(graph), type))
                                  .help("write `type: \"FABRIC\"`, in capitals"));
    }
}

void check_layout(MgdRules& rules, const GraphDescriptor& graph) {
    const GraphTopologyDescriptor& topology = *graph.topology;
    if (!topology.layout || spelling_of(topology.layout->value).empty()) {
        rules.findings.report(
            Diagnostic(kBadGraphLayout, topology.layout ? topology.layout->span : topology.span,
                       topology.layout ? fmt::format("layout number {} has no meaning",
                                                     static_cast<std::int32_t>(topology.layout->value))
                                       : std::string("`graph_topology` does not say its layout"))
                .help("write `layout_type: ALL_TO_ALL` or `layout_type: RING`"));
    }
    check_channels(rules, topology.channels, topology.span, "`graph_topology`");
}

}  // namespace

void check_graph_descriptors(MgdRules& rules) {
    for (const GraphDescriptor& graph : rules.mgd.graphs) {
        check_type(rules, graph);
        if (graph.instances.empty()) {
            rules.findings.report(
                Diagnostic(kGraphEmpty, graph.span,
                           fmt::format("{} has no instances; a graph has at least one", named(graph)))
                    .help("list meshes with `instances { mesh { ... } }`"));
        }
        if (graph.topology) {
            check_layout(rules, graph);
        }
    }
    if (rules.runtime() && rules.mgd.graphs.size() > 1) {
        rules.findings.report(
            Diagnostic(kNestedGraphRefused, rules.mgd.graphs[1].span,
                       fmt::format("the file has {} graph descriptors; the runtime takes one",
                                   rules.mgd.graphs.size()))
                .also(rules.mgd.graphs[0].span, "the first one")
                .help("list all meshes in one graph of type `FABRIC`, numbered from 0"));
    }
    for (std::size_t k = 0; k < rules.mgd.graphs.size(); ++k) {
        const GraphDescriptor& graph = rules.mgd.graphs[k];
        const auto& top = rules.mgd.top_level;
        if (!rules.runtime() && graph.type && graph.type->value == kFabric && graph.name && top &&
            (top->kind != ReferenceKind::graph || top->descriptor_name() != graph.name->value)) {
            rules.findings.report(
                Diagnostic(kBadGraphType, graph.type->span,
                           fmt::format("{} is of type `FABRIC` but not the top level", named(graph)))
                    .with_severity(support::Severity::warning));
        }
    }
}

}  // namespace tt_run::topology
