#include "topology/mgd/validate_mgd.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "support/spelling.hpp"
#include "support/utf8.hpp"
#include "topology/diagnostic_kinds.hpp"
#include "topology/mgd/mgd_rules.hpp"

namespace tt_run::topology {

using support::Diagnostic;

namespace {

constexpr std::size_t kSortedAtOnce = 4'000;

using Names = std::map<std::string_view, std::size_t>;

/// Every descriptor has a name, each its own within its kind.
template <class Descriptors>
void check_names(MgdRules& rules, const Descriptors& descriptors, std::string_view kind, std::size_t offset,
                 Names& names) {
    for (std::size_t k = 0; k < descriptors.size(); ++k) {
        const auto& descriptor = descriptors[k];
        if (!descriptor.name || descriptor.name->value.empty()) {
            rules.findings.report(
                Diagnostic(kBadDescriptorName, descriptor.name ? descriptor.name->span : descriptor.span,
                           fmt::format("this {} descriptor has no name; instances refer to it by name", kind))
                    .help("add `name: \"...\"`"));
            continue;
        }
        if (descriptor.name->value.size() > kLongestName) {
            rules.findings.report(Diagnostic(kBadDescriptorName, descriptor.name->span,
                                             fmt::format("this name has {} bytes; {} are the most",
                                                         descriptor.name->value.size(), kLongestName))
                                      .help("choose a shorter name"));
        }
        if (!support::is_plain_text(descriptor.name->value)) {
            rules.findings.report(Diagnostic(kBadDescriptorName, descriptor.name->span,
                                             "this name holds characters that cannot be shown on a line")
                                      .help("name it in plain text"));
        }
        const auto [first, is_new] = names.try_emplace(descriptor.name->value, offset + k);
        if (!is_new) {
            rules.findings.report(
                Diagnostic(kDescriptorDuplicate, descriptor.name->span,
                           fmt::format("the {} descriptor `{}` stands twice; each has a name of its own",
                                       kind, descriptor.name->value))
                    .also(descriptors[first->second - offset].name->span, "first here")
                    .help("rename one of them, or remove it"));
        }
    }
}

void check_top_level(MgdRules& rules) {
    const MeshGraphDescriptor& mgd = rules.mgd;
    if (mgd.meshes.empty() && mgd.switches.empty()) {
        rules.findings.report(
            Diagnostic(kNoMeshDescriptor, Span{mgd.source, 0, 0},
                       "the file describes no mesh; a Mesh Graph Descriptor has at least one "
                       "`mesh_descriptors`")
                .help("add one such as `mesh_descriptors { name: \"M0\" ... }`"));
    } else if (mgd.meshes.empty()) {
        // The runtime reads architecture and port count from mesh 0.
        rules.findings.report(
            Diagnostic(kNoMeshDescriptor, mgd.switches.front().span,
                       "the file has switches alone; the runtime takes the architecture from a mesh")
                .with_severity(rules.error_at_runtime())
                .help("add the mesh that the switch serves"));
    }
    if (!mgd.top_level) {
        Diagnostic missing(kNoTopLevel, Span{mgd.source, 0, 0},
                           "`top_level_instance` is missing; it says which mesh or graph to build");
        if (!mgd.graphs.empty() && mgd.graphs.back().name) {
            missing.help(
                fmt::format("add `top_level_instance {{ graph {{ graph_descriptor: \"{}\" graph_id: 0 }} }}`",
                            mgd.graphs.back().name->value));
        } else if (!mgd.meshes.empty() && mgd.meshes.front().name) {
            missing.help(
                fmt::format("add `top_level_instance {{ mesh {{ mesh_descriptor: \"{}\" mesh_id: 0 }} }}`",
                            mgd.meshes.front().name->value));
        }
        rules.findings.report(std::move(missing));
    }
}

void report_unused(MgdRules& rules, const std::optional<Spanned<std::string>>& name, std::string_view kind) {
    if (name && !name->value.empty()) {
        rules.findings.report(
            Diagnostic(kDescriptorUnused, name->span,
                       fmt::format("nothing refers to the {} descriptor `{}`", kind, name->value))
                .help("remove it, or list an instance of it"));
    }
}

void check_unused(MgdRules& rules) {
    for (std::size_t k = 0; k < rules.grid_count(); ++k) {
        if (!rules.grids[k].used) {
            report_unused(rules, rules.grid(k).name, k < rules.mgd.meshes.size() ? "mesh" : "switch");
        }
    }
    for (std::size_t k = 0; k < rules.mgd.graphs.size(); ++k) {
        if (!rules.graphs[k].used) {
            report_unused(rules, rules.mgd.graphs[k].name, "graph");
        }
    }
}

std::string_view word_of(ReferenceKind kind) {
    switch (kind) {
        case ReferenceKind::none:
            break;
        case ReferenceKind::mesh:
            return "mesh";
        case ReferenceKind::network_switch:
            return "switch";
        case ReferenceKind::graph:
            return "graph";
    }
    return "";
}

void report_unknown(MgdRules& rules, const NodeRef& ref, const Names& names) {
    const std::string_view name = ref.descriptor_name();
    const std::string_view word = word_of(ref.kind);
    Diagnostic unknown(kUnknownDescriptor, ref.descriptor_span(),
                       name.empty()
                           ? fmt::format("this {0} names no descriptor; `{0}_descriptor` is its name", word)
                           : fmt::format("there is no {} descriptor `{}`", word, name));
    std::vector<std::string_view> candidates;
    for (const auto& [known, index] : names) {
        candidates.push_back(known);
    }
    const std::pair<const Names*, std::string_view> others[] = {
        {&rules.mesh_names, "mesh"}, {&rules.switch_names, "switch"}, {&rules.graph_names, "graph"}};
    const auto near = candidates.size() > 1'000 ? std::nullopt : support::nearest_spelling(name, candidates);
    if (near) {
        unknown.help(fmt::format("did you mean `{}`?", *near));
    }
    for (const auto& [other, other_word] : others) {
        if (other != &names && other->contains(name)) {
            unknown.help(fmt::format("`{0}` is a {1}: write `{1} {{ {1}_descriptor: \"{0}\" ... }}`", name,
                                     other_word));
        }
    }
    rules.findings.report(std::move(unknown));
}

}  // namespace

void Findings::report(Diagnostic diagnostic) {
    errors_ += diagnostic.severity() == support::Severity::error ? 1 : 0;
    kept_.push_back(std::move(diagnostic));
    if (kept_.size() >= kSortedAtOnce) {
        flush();
    }
}

void Findings::flush() {
    std::stable_sort(kept_.begin(), kept_.end(), [](const Diagnostic& a, const Diagnostic& b) {
        return a.primary().span.begin < b.primary().span.begin;
    });
    for (Diagnostic& diagnostic : kept_) {
        sink_.report(std::move(diagnostic));
    }
    kept_.clear();
}

std::int64_t saturating_product(std::int64_t a, std::int64_t b) {
    return a == 0 || b <= kManyTimes / a ? std::min(a * b, kManyTimes) : kManyTimes;
}

std::optional<Target> MgdRules::resolve(const NodeRef& ref) {
    if (ref.kind == ReferenceKind::none) {
        broken_reference = true;
        findings.report(Diagnostic(kEmptyReference, ref.span,
                                   "this reference is empty; it names one mesh, switch or graph")
                            .help("write such as `mesh { mesh_descriptor: \"M0\" mesh_id: 0 }`"));
        return std::nullopt;
    }
    const Names& names = ref.kind == ReferenceKind::mesh             ? mesh_names
                         : ref.kind == ReferenceKind::network_switch ? switch_names
                                                                     : graph_names;
    const auto found = names.find(ref.descriptor_name());
    if (found == names.end()) {
        broken_reference = true;
        report_unknown(*this, ref, names);
        return std::nullopt;
    }
    const Target target{ref.kind == ReferenceKind::graph, found->second};
    (target.is_graph ? graphs[target.index].used : grids[target.index].used) = true;
    return target;
}

void validate_mgd(const MeshGraphDescriptor& mgd, MgdProfile profile, support::DiagnosticSink& sink) {
    Findings findings(sink);
    MgdRules rules{mgd, profile, findings, {}, {}, {}, {}, {}, {}, false, false};
    rules.grids.resize(rules.grid_count());
    rules.graphs.resize(mgd.graphs.size());
    check_names(rules, mgd.meshes, "mesh", 0, rules.mesh_names);
    check_names(rules, mgd.switches, "switch", mgd.meshes.size(), rules.switch_names);
    check_names(rules, mgd.graphs, "graph", 0, rules.graph_names);
    check_top_level(rules);
    check_mesh_descriptors(rules);
    check_graph_descriptors(rules);
    check_instances(rules);
    if (mgd.top_level && !rules.broken_reference) {  // else the missing reference may be to it
        check_unused(rules);
    }
    check_graph_tree(rules);
    check_mesh_ids(rules);
    check_connections(rules);
    check_pinnings(rules);
}

}  // namespace tt_run::topology
