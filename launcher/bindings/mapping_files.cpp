#include "launcher/bindings/mapping_files.hpp"

#include <algorithm>

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

/// The entries of a map from numbers to paths; reports those that are no such thing.
std::vector<SubcontextOverlay> numbered_paths(const YamlNode& map, std::string_view key,
                                              DiagnosticSink& sink) {
    std::vector<SubcontextOverlay> overlays;
    if (!map.is_mapping()) {
        sink.report(Diagnostic(
            kWrongType, map.span,
            fmt::format("`{}` must be a map from sub-context ids to paths, not {}", key, name_of(map.kind))));
        return overlays;
    }
    for (const support::YamlEntry& entry : map.entries) {
        YamlNode id;
        id.kind = YamlNode::Kind::scalar;
        id.text = entry.key.value;
        const auto number = whole_number(id, 0);
        if (!number) {
            sink.report(Diagnostic(
                kBadNumber, entry.key.span,
                fmt::format("sub-context id `{}` must be a whole number of at least 0", entry.key.value)));
        } else if (!entry.value.is_scalar() || entry.value.text.empty()) {
            sink.report(Diagnostic(kWrongType, entry.value.span,
                                   fmt::format("sub-context {} needs the path of its file, not {}", *number,
                                               name_of(entry.value.kind))));
        } else {
            overlays.push_back({*number, {entry.value.text, entry.value.span}});
        }
    }
    return overlays;
}

/// `in_file_order`: the ids must also be written in ascending order.
std::optional<std::vector<SubcontextOverlay>> parse_overlays(const support::SourceTextPtr& source,
                                                             std::string_view key, bool in_file_order,
                                                             DiagnosticSink& sink) {
    const support::ErrorWatch watch(sink);
    const std::optional<YamlNode> root = support::parse_yaml(source, sink);
    if (!root) {
        return std::nullopt;
    }
    YamlMap file(*root, "a sub-context mapping file", sink);
    const YamlNode* map = file.require(key);
    file.finish();
    std::vector<SubcontextOverlay> overlays;
    if (map != nullptr) {
        overlays = numbered_paths(*map, key, sink);
        if (overlays.empty() && !watch.saw_error()) {
            sink.report(Diagnostic(kSubcontextOrder, map->span,
                                   fmt::format("`{}` is empty; it needs sub-context 0 at least", key)));
        }
    }
    if (!in_file_order) {
        std::stable_sort(overlays.begin(), overlays.end(),
                         [](const SubcontextOverlay& a, const SubcontextOverlay& b) { return a.id < b.id; });
    }
    for (std::size_t k = 0; k < overlays.size() && !watch.saw_error(); ++k) {
        if (overlays[k].id != static_cast<int>(k)) {
            sink.report(
                Diagnostic(
                    kSubcontextOrder, overlays[k].path.span,
                    fmt::format("sub-context {} stands where {} is expected; ids run 0, 1, 2 ... {}",
                                overlays[k].id, k, in_file_order ? "in the file's order" : "without gaps"))
                    .help("renumber the entries"));
        }
    }
    return watch.saw_error() ? std::nullopt : std::optional(std::move(overlays));
}

void add_descriptor(MockClusterMapping& mapping, std::optional<std::int32_t> rank,
                    const support::Span& rank_span, const YamlNode* path, DiagnosticSink& sink) {
    if (!rank) {
        sink.report(
            Diagnostic(kBadNumber, rank_span,
                       fmt::format("rank `{}` must be a whole number of at least 0", rank_span.text())));
    } else if (path == nullptr || !path->is_scalar() || path->text.empty()) {
        sink.report(Diagnostic(kWrongType, path != nullptr ? path->span : rank_span,
                               fmt::format("rank {} needs the path of its cluster descriptor", *rank)));
    } else if (!mapping.descriptors
                    .try_emplace(job::Rank{*rank}, Spanned<std::string>{path->text, path->span})
                    .second) {
        sink.report(Diagnostic(kRankDuplicate, rank_span,
                               fmt::format("rank `{}` stands twice; each rank has one descriptor", *rank)));
    }
}

void parse_descriptors(const YamlNode& value, MockClusterMapping& mapping, DiagnosticSink& sink) {
    if (value.is_mapping()) {
        for (const support::YamlEntry& entry : value.entries) {
            YamlNode key;
            key.kind = YamlNode::Kind::scalar;
            key.text = entry.key.value;
            add_descriptor(mapping, whole_number(key, 0), entry.key.span, &entry.value, sink);
        }
    } else if (value.is_sequence()) {
        for (const YamlNode& item : value.items) {
            YamlMap row(item, "an entry of the mock cluster mapping", sink);
            const auto rank = row.required_integer("rank", 0);
            const YamlNode* path = row.require("filename");
            row.finish();
            if (rank && path != nullptr) {
                add_descriptor(mapping, rank->value, rank->span, path, sink);
            }
        }
    } else {
        sink.report(Diagnostic(
            kWrongType, value.span,
            fmt::format("the mock cluster mapping must be a map or a list, not {}", name_of(value.kind))));
    }
}

}  // namespace

std::optional<std::vector<SubcontextOverlay>> parse_rank_bindings_mapping(
    const support::SourceTextPtr& source, DiagnosticSink& sink) {
    return parse_overlays(source, "subcontext_id_to_rank_bindings", true, sink);
}

std::optional<std::vector<SubcontextOverlay>> parse_mesh_graph_descriptor_mapping(
    const support::SourceTextPtr& source, DiagnosticSink& sink) {
    return parse_overlays(source, "subcontext_id_to_mesh_graph_descriptor", false, sink);
}

std::optional<MockClusterMapping> parse_mock_cluster_mapping(const support::SourceTextPtr& source,
                                                             DiagnosticSink& sink) {
    const support::ErrorWatch watch(sink);
    const std::optional<YamlNode> root = support::parse_yaml(source, sink);
    if (!root) {
        return std::nullopt;
    }
    MockClusterMapping mapping;
    const YamlNode* value = root->find("rank_to_cluster_mock_cluster_desc");
    value = value != nullptr ? value : root->find("rank_to_filename");
    if (value == nullptr) {
        mapping.is_bare_descriptor = true;
        return mapping;
    }
    parse_descriptors(*value, mapping, sink);
    return watch.saw_error() ? std::nullopt : std::optional(std::move(mapping));
}

}  // namespace tt_run::launcher
