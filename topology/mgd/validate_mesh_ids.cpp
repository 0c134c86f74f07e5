#include <algorithm>

#include <fmt/format.h>

#include "topology/diagnostic_kinds.hpp"
#include "topology/mgd/mgd_rules.hpp"

namespace tt_run::topology {

using support::Diagnostic;

namespace {

/// Ids that differ over the whole tree must be 0..N-1: the runtime indexes arrays of N by them.
void check_gaps(MgdRules& rules, const std::vector<const NodeRef*>& meshes) {
    std::int32_t expected = 0;
    for (const NodeRef* mesh : meshes) {
        const std::int32_t id = mesh->id_value();
        if (id < 0) {
            return;  // reported where it stands
        }
        if (id != expected) {
            rules.findings.report(
                Diagnostic(kInstanceGap, mesh->id_span(),
                           fmt::format("the id `{}` leaves a gap; meshes and switches are numbered from 0 "
                                       "without gaps",
                                       id))
                    .label(fmt::format("expected `{}`", expected))
                    .with_severity(rules.error_at_runtime())
                    .help("renumber the instances; the runtime indexes tables by these ids"));
            return;
        }
        ++expected;
    }
}

void report_repeated(MgdRules& rules, const NodeRef& again, const NodeRef* first) {
    Diagnostic repeated(kMeshIdRepeated, again.id_span(),
                        fmt::format("more than one mesh has the id `{}`; meshes are renumbered from 0 in "
                                    "listing order, depth first",
                                    again.id_value()));
    if (first != nullptr && first != &again) {
        repeated.also(first->id_span(), "first here");
    } else {
        repeated.note("the graph that lists it has several instances");
    }
    repeated.note("rank bindings and pinnings use the new numbers")
        .with_severity(rules.profile == MgdProfile::runtime ? support::Severity::error
                                                            : kMeshIdRepeated.severity)
        .help("list all meshes in one graph to choose their ids yourself");
    rules.findings.report(std::move(repeated));
}

}  // namespace

void check_mesh_ids(MgdRules& rules) {
    if (!rules.expandable) {
        return;
    }
    if (!rules.top->is_graph) {
        check_gaps(rules, {&*rules.mgd.top_level});
        return;
    }
    // A graph with several instances repeats its meshes; all others are listed once.
    std::vector<const NodeRef*> meshes;
    for (const GraphFacts& graph : rules.graphs) {
        for (const auto& [id, child] : graph.by_id) {
            if (graph.times == 0 || !graph.children[child].target || graph.children[child].target->is_graph) {
                continue;
            }
            if (graph.times > 1) {
                report_repeated(rules, *graph.children[child].ref, nullptr);
                return;
            }
            meshes.push_back(graph.children[child].ref);
        }
    }
    const auto by_id = [](const NodeRef* a, const NodeRef* b) { return a->id_value() < b->id_value(); };
    std::stable_sort(meshes.begin(), meshes.end(), by_id);
    const auto same = [](const NodeRef* a, const NodeRef* b) { return a->id_value() == b->id_value(); };
    const auto repeated = std::adjacent_find(meshes.begin(), meshes.end(), same);
    if (repeated != meshes.end()) {
        report_repeated(rules, *repeated[1], repeated[0]);
    } else {
        check_gaps(rules, meshes);
    }
}

}  // namespace tt_run::topology
