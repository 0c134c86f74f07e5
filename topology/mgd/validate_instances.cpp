#include <algorithm>

#include <fmt/format.h>

#include "topology/diagnostic_kinds.hpp"
#include "topology/mgd/mgd_rules.hpp"

namespace tt_run::topology {

using support::Diagnostic;

namespace {

void check_ignored(MgdRules& rules, const NodeRef& ref) {
    if (ref.device) {
        rules.findings.report(Diagnostic(kReferenceIgnored, ref.device->span,
                                         "`device_id` means nothing here; an instance is a whole mesh")
                                  .help("remove it"));
    }
    if (!ref.sub_ref.empty()) {
        rules.findings.report(Diagnostic(kReferenceIgnored, ref.sub_ref.front().span,
                                         "`sub_ref` means nothing here; an instance is a whole graph")
                                  .help("remove it"));
    }
}

void check_id(MgdRules& rules, const NodeRef& ref) {
    if (ref.id_value() < 0) {
        rules.findings.report(
            Diagnostic(kBadInstanceId, ref.id_span(), fmt::format("the id `{}` is negative", ref.id_value()))
                .help("number meshes and switches from 0"));
    }
}

/// Meshes, switches and graphs share one number space within their graph.
void check_ids(MgdRules& rules, GraphFacts& facts) {
    for (std::size_t k = 0; k < facts.children.size(); ++k) {
        if (facts.children[k].ref->kind != ReferenceKind::none) {
            facts.by_id.emplace_back(facts.children[k].ref->id_value(), k);
        }
    }
    std::sort(facts.by_id.begin(), facts.by_id.end());
    std::size_t kept = 0;
    for (const auto& [id, child] : facts.by_id) {
        if (kept > 0 && facts.by_id[kept - 1].first == id) {
            const NodeRef& first = *facts.children[facts.by_id[kept - 1].second].ref;
            rules.findings.report(
                Diagnostic(kInstanceDuplicate, facts.children[child].ref->id_span(),
                           fmt::format("the id `{}` stands twice; meshes, switches and graphs of one graph "
                                       "have different ids",
                                       id))
                    .also(first.id_span(), "first here")
                    .help("give this one an id of its own"));
        } else {
            facts.by_id[kept++] = {id, child};
        }
    }
    facts.by_id.resize(kept);
}

/// A graph lists meshes and switches, or graphs of one type.
void check_likeness(MgdRules& rules, const GraphFacts& facts) {
    const Child* first = nullptr;
    for (const Child& child : facts.children) {
        if (!child.target) {
            continue;
        }
        if (first == nullptr) {
            first = &child;
            continue;
        }
        if (child.target->is_graph != first->target->is_graph) {
            rules.findings.report(
                Diagnostic(kInstanceMix, child.ref->span,
                           "this graph lists both meshes and graphs; it lists one or the other")
                    .also(first->ref->span, "the first instance")
                    .help("put the meshes into a graph of their own"));
            return;
        }
        if (!child.target->is_graph) {
            continue;
        }
        const auto& type = rules.mgd.graphs[child.target->index].type;
        const auto& first_type = rules.mgd.graphs[first->target->index].type;
        if (type && first_type && type->value != first_type->value) {
            rules.findings.report(
                Diagnostic(
                    kGraphTypeMix, child.ref->span,
                    fmt::format("graph `{}` is of type `{}`, its sibling of type `{}`; the graphs in a "
                                "graph are of one type",
                                child.ref->descriptor_name(), type->value, first_type->value))
                    .also(first->ref->span, "the first instance"));
            return;
        }
    }
}

}  // namespace

void check_instances(MgdRules& rules) {
    if (const auto& top = rules.mgd.top_level) {
        rules.top = rules.resolve(*top);
        check_ignored(rules, *top);
        check_id(rules, *top);
    }
    for (std::size_t k = 0; k < rules.mgd.graphs.size(); ++k) {
        GraphFacts& facts = rules.graphs[k];
        for (const NodeRef& ref : rules.mgd.graphs[k].instances) {
            facts.children.push_back({&ref, rules.resolve(ref)});
            check_ignored(rules, ref);
            check_id(rules, ref);
        }
        check_ids(rules, facts);
        check_likeness(rules, facts);
    }
}

}  // namespace tt_run::topology
