#include "launcher/bindings/rank_binding.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "launcher/bindings/yaml_map.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "support/yaml_document.hpp"

namespace tt_run::launcher {

using support::Diagnostic;
using support::DiagnosticSink;
using support::Spanned;
using support::YamlNode;

namespace {

std::optional<RankBinding> parse_row(const YamlNode& node, DiagnosticSink& sink) {
    YamlMap map(node, "a row of `rank_bindings`", sink);
    if (!map.is_map()) {
        return std::nullopt;
    }
    RankBinding row;
    row.span = node.span;
    const auto rank = map.required_integer("rank", 0);
    const auto mesh_id = map.required_integer("mesh_id", 0);
    if (const auto host_rank = map.integer("mesh_host_rank", 0)) {
        row.mesh_host_rank = Spanned<topology::MeshHostRank>{{host_rank->value}, host_rank->span};
    }
    row.env_overrides = map.environment("env_overrides");
    row.mesh_graph_desc_path = map.text("mesh_graph_desc_path");
    const auto subcontext_id = map.integer("subcontext_id", 0);
    const auto subcontext_size = map.integer("subcontext_size", 1);
    if (subcontext_id) {
        row.subcontext = Subcontext{subcontext_id->value, {}};
        if (subcontext_size) {
            row.subcontext->size = subcontext_size->value;
        }
    }
    map.finish();
    if (!rank || !mesh_id) {
        return std::nullopt;
    }
    row.rank = {{rank->value}, rank->span};
    row.mesh_id = {{mesh_id->value}, mesh_id->span};
    return row;
}

/// Every rank once, and 0..N-1 without gaps.
void check_ranks(const std::vector<RankBinding>& rows, DiagnosticSink& sink) {
    std::vector<const RankBinding*> by_rank;
    for (const RankBinding& row : rows) {
        by_rank.push_back(&row);
    }
    std::stable_sort(by_rank.begin(), by_rank.end(), [](const RankBinding* a, const RankBinding* b) {
        return a->rank.value < b->rank.value;
    });
    const RankBinding* previous = nullptr;
    for (const RankBinding* row : by_rank) {
        const int rank = row->rank.value.value;
        const int expected = previous == nullptr ? 0 : previous->rank.value.value + 1;
        if (previous != nullptr && row->rank.value == previous->rank.value) {
            sink.report(Diagnostic(kRankDuplicate, row->rank.span,
                                   fmt::format("rank `{}` stands twice; each rank has one row", rank))
                            .also(previous->rank.span, "first here")
                            .help("give this row a rank of its own"));
        } else if (rank != expected) {
            Diagnostic gap(kRankGap, row->rank.span,
                           fmt::format("rank `{}` leaves a gap; ranks run from 0 without gaps", rank));
            gap.label(fmt::format("expected `{}`", expected));
            if (previous != nullptr) {
                gap.also(previous->rank.span, "previous rank");
            }
            gap.help(fmt::format("renumber this row, or add one for rank {}", expected));
            sink.report(std::move(gap));
        }
        previous = row;
    }
}

/// Two ranks cannot own one part of one mesh. Rows without a host rank are left to the check against the MGD.
void check_owners(const RankBindings& bindings, DiagnosticSink& sink) {
    // A row's own MGD numbers meshes of its own.
    std::map<std::tuple<std::string, int, int>, const RankBinding*> owners;
    for (const RankBinding& row : bindings.rows) {
        if (!row.mesh_host_rank) {
            continue;
        }
        const std::string graph = row.mesh_graph_desc_path ? row.mesh_graph_desc_path->value : "";
        const auto [owner, is_new] =
            owners.try_emplace({graph, row.mesh_id.value.value, row.mesh_host_rank->value.value}, &row);
        if (!is_new) {
            sink.report(Diagnostic(kMeshHostRankDuplicate, row.mesh_host_rank->span,
                                   fmt::format("rank {} takes host rank {} of mesh {}, which rank {} has "
                                               "already; each part of a mesh has one rank",
                                               row.rank.value.value, row.mesh_host_rank->value.value,
                                               row.mesh_id.value.value, owner->second->rank.value.value))
                            .also(owner->second->mesh_host_rank->span, "taken here")
                            .help("change `mesh_host_rank`, or `mesh_id` if another mesh was meant"));
        }
    }
}

void parse_rows(const YamlNode& list, RankBindings& bindings, DiagnosticSink& sink) {
    if (!list.is_sequence()) {
        sink.report(
            Diagnostic(kWrongType, list.span,
                       fmt::format("`rank_bindings` must be a list of rows, not {}", name_of(list.kind))));
        return;
    }
    if (list.items.empty()) {
        sink.report(Diagnostic(kNoRanks, list.span, "`rank_bindings` is empty; a job has at least one rank")
                        .help("add a row such as `- {rank: 0, mesh_id: 0}`"));
    }
    bool whole = true;
    for (const YamlNode& item : list.items) {
        auto row = parse_row(item, sink);
        whole = whole && row;
        if (row) {
            bindings.rows.push_back(*std::move(row));
        }
    }
    if (whole) {  // a row without its rank would only make a gap that is none
        check_ranks(bindings.rows, sink);
    }
    check_owners(bindings, sink);
}

}  // namespace

std::optional<RankBindings> parse_rank_bindings(const support::SourceTextPtr& source, DiagnosticSink& sink) {
    const support::ErrorWatch watch(sink);
    const std::optional<YamlNode> root = support::parse_yaml(source, sink);
    if (!root) {
        return std::nullopt;
    }
    YamlMap map(*root, "a rank-binding file", sink);
    if (!map.is_map()) {
        return std::nullopt;
    }
    RankBindings bindings;
    if (const YamlNode* list = map.require("rank_bindings")) {
        parse_rows(*list, bindings, sink);
    }
    if (map.require("mesh_graph_desc_path") != nullptr) {
        bindings.mesh_graph_desc_path = map.text("mesh_graph_desc_path").value_or(Spanned<std::string>{});
        if (bindings.mesh_graph_desc_path.value.empty() && !watch.saw_error()) {
            sink.report(
                Diagnostic(kMissingKey, root->find("mesh_graph_desc_path")->span,
                           "`mesh_graph_desc_path` is empty; it must name the Mesh Graph Descriptor"));
        }
    }
    bindings.global_env = map.environment("global_env");
    bindings.mock_cluster_rank_binding = map.text("mock_cluster_rank_binding");
    bindings.factory_system_descriptor_path = map.text("factory_system_descriptor_path");
    map.finish();
    if (watch.saw_error()) {
        return std::nullopt;
    }
    return bindings;
}

}  // namespace tt_run::launcher
