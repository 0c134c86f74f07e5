#include "launcher/allocation/rank_pinnings.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "job/variable_names.hpp"
#include "launcher/bindings/binding_files.hpp"
#include "launcher/bindings/yaml_map.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "support/text.hpp"
#include "support/yaml_document.hpp"
#include "topology/physical/unknown_host.hpp"
#include "topology/physical/visible_devices.hpp"

namespace tt_run::launcher {

using support::Diagnostic;
using support::DiagnosticSink;
using support::YamlNode;
using topology::MeshHostRank;
using topology::MeshId;

namespace {

std::optional<RankPinning> parse_pinning(const YamlNode& node, DiagnosticSink& sink) {
    const support::ErrorWatch watch(sink);
    YamlMap row(node, "an entry of `rank_pinnings`", sink);
    if (!row.is_map()) {
        return std::nullopt;
    }
    RankPinning pinning;
    pinning.span = node.span;
    pinning.rank = row.integer("rank", 0);
    pinning.mesh_id = row.integer("mesh_id", 0);
    pinning.mesh_host_rank = row.integer("mesh_host_rank", 0);
    if (row.require("host") != nullptr) {
        pinning.host = row.text("host").value_or(support::Spanned<std::string>{});
    }
    pinning.env_overrides = row.environment("env_overrides");
    row.finish();
    const bool by_part = pinning.mesh_id && pinning.mesh_host_rank;
    const bool half_part = pinning.mesh_id.has_value() != pinning.mesh_host_rank.has_value();
    if (!watch.saw_error() && (half_part || pinning.rank.has_value() == by_part)) {
        sink.report(Diagnostic(kPinningForm, node.span,
                               "an entry says what it pins either by `rank`, or by `mesh_id` and "
                               "`mesh_host_rank` together"));
    }
    if (!watch.saw_error() && pinning.host.value.empty()) {
        sink.report(Diagnostic(kMissingKey, node.span, "`host` is empty; it must name a host"));
    }
    return watch.saw_error() ? std::nullopt : std::optional(std::move(pinning));
}

/// The parts of all meshes in the order of ranks.
std::vector<std::pair<MeshId, MeshHostRank>> parts_of(const topology::MeshGraph& graph) {
    std::vector<std::pair<MeshId, MeshHostRank>> parts;
    for (const topology::Mesh& mesh : graph.meshes) {
        for (std::int32_t rank = 0; rank < mesh.host_rank_count(); ++rank) {
            parts.emplace_back(mesh.id, MeshHostRank{rank});
        }
    }
    std::sort(parts.begin(), parts.end());
    return parts;
}

class Resolver {
  public:
    Resolver(const topology::MeshGraph& graph, const PhysicalModel& model,
             const support::HostEnvironment& host, DiagnosticSink& sink)
        : graph_(graph), model_(model), host_(host), sink_(sink), parts_(parts_of(graph)) {}

    void resolve(const RankPinning& pinning) {
        const auto part = part_of(pinning);
        const auto where = host_of(pinning);
        if (!part || !where) {
            return;
        }
        const auto [first, is_new] = seen_.try_emplace(*part, pinning.span);
        if (!is_new) {
            sink_.report(Diagnostic(kPinningConflict, pinning.span,
                                    fmt::format("host rank {} of mesh {} is pinned twice", part->second.value,
                                                part->first.value))
                             .also(first->second, "pinned here"));
            return;
        }
        ResolvedRankPinning resolved;
        resolved.mesh = part->first;
        resolved.host_rank = part->second;
        resolved.place = pinning.span;
        const auto rank = std::find(parts_.begin(), parts_.end(), *part) - parts_.begin();
        resolved.claimant = fmt::format("rank {}", rank);
        const EnvironmentEntry* visible = nullptr;
        for (const EnvironmentEntry& entry : pinning.env_overrides) {
            if (entry.name.value == job::kVisibleDevicesVariable) {
                visible = &entry;
            } else if (!is_other_host(entry, *where, pinning)) {
                resolved.env_overrides.emplace_back(entry.name.value, entry.value.value);
            }
        }
        const auto chips = topology::resolve_visible_devices(
            model_.cluster, *where,
            visible != nullptr ? std::optional(inside_quotes(visible->value)) : std::nullopt,
            topology::rule_of(model_.cluster), sink_);
        if (!chips) {
            return;
        }
        resolved.chips = chips->chips;
        const std::size_t needed = graph_.find(resolved.mesh)->chips_of(resolved.host_rank).size();
        if (resolved.chips.size() < needed) {
            sink_.report(Diagnostic(
                kPinningConflict, visible != nullptr ? visible->value.span : pinning.span,
                fmt::format("host rank {} of mesh {} needs {} chips, but is pinned to {}",
                            resolved.host_rank.value, resolved.mesh.value, needed, resolved.chips.size())));
            return;
        }
        resolved_.push_back(std::move(resolved));
    }

    std::vector<ResolvedRankPinning> take() { return std::move(resolved_); }

  private:
    /// Reports a variable that has the rank stand for another host than it is pinned to.
    bool is_other_host(const EnvironmentEntry& entry, topology::HostIndex pinned,
                       const RankPinning& pinning) {
        const std::string& host = model_.cluster.host(pinned).name;
        if (entry.name.value != job::kEmulatedHostVariable || entry.value.value == host) {
            return false;
        }
        sink_.report(Diagnostic(kPinningConflict, entry.value.span,
                                fmt::format("`{}` is `{}`, but the entry is pinned to `{}`", entry.name.value,
                                            entry.value.value, host))
                         .also(pinning.host.span, "pinned here")
                         .help("leave it out: it is written where ranks need it"));
        return true;
    }

    static support::Span inside_quotes(const support::Spanned<std::string>& value) {
        const std::size_t at = value.span.text().find(value.value);
        return at == std::string_view::npos ? value.span : value.span.part(at, at + value.value.size());
    }

    std::optional<std::pair<MeshId, MeshHostRank>> part_of(const RankPinning& pinning) {
        if (pinning.rank) {
            const auto rank = static_cast<std::size_t>(pinning.rank->value);
            if (rank < parts_.size()) {
                return parts_[rank];
            }
            sink_.report(
                Diagnostic(kPinningUnknown, pinning.rank->span,
                           fmt::format("there is no rank {}; the descriptor makes {}", rank, parts_.size())));
            return std::nullopt;
        }
        const std::pair part{MeshId{pinning.mesh_id->value}, MeshHostRank{pinning.mesh_host_rank->value}};
        if (std::binary_search(parts_.begin(), parts_.end(), part)) {
            return part;
        }
        const topology::Mesh* mesh = graph_.find(part.first);
        sink_.report(Diagnostic(
            kPinningUnknown, mesh == nullptr ? pinning.mesh_id->span : pinning.mesh_host_rank->span,
            mesh == nullptr ? fmt::format("the descriptor has no mesh {}", part.first.value)
                            : fmt::format("mesh {} has {} host ranks; there is no {}", part.first.value,
                                          mesh->host_rank_count(), part.second.value)));
        return std::nullopt;
    }

    std::optional<topology::HostIndex> host_of(const RankPinning& pinning) {
        const std::string& name = pinning.host.value == "localhost" ? host_.hostname : pinning.host.value;
        const auto found = model_.cluster.find_host(name);
        if (!found) {
            sink_.report(topology::unknown_host(kUnknownHost, pinning.host.span, name, model_.cluster));
        }
        return found;
    }

    const topology::MeshGraph& graph_;
    const PhysicalModel& model_;
    const support::HostEnvironment& host_;
    DiagnosticSink& sink_;
    std::vector<std::pair<MeshId, MeshHostRank>> parts_;
    std::map<std::pair<MeshId, MeshHostRank>, support::Span> seen_;
    std::vector<ResolvedRankPinning> resolved_;
};

}  // namespace

std::optional<std::vector<RankPinning>> parse_rank_pinnings(const support::SourceTextPtr& source,
                                                            DiagnosticSink& sink) {
    DiagnosticSink strict;
    strict.treat_as_error(kUnknownKey);
    std::vector<RankPinning> pinnings;
    if (const auto root = support::parse_yaml(source, strict)) {
        YamlMap file(*root, "a rank pinning file", strict);
        const YamlNode* list = file.is_map() ? file.require("rank_pinnings") : nullptr;
        file.finish();
        if (list != nullptr && !list->is_sequence()) {
            strict.report(
                Diagnostic(kWrongType, list->span,
                           fmt::format("`rank_pinnings` must be a list, not {}", name_of(list->kind))));
        }
        for (const YamlNode& item : list != nullptr ? list->items : std::vector<YamlNode>{}) {
            if (auto pinning = parse_pinning(item, strict)) {
                pinnings.push_back(*std::move(pinning));
            }
        }
    }
    for (const Diagnostic& told : strict.diagnostics()) {
        sink.report(told);
    }
    return strict.errors() != 0 ? std::nullopt : std::optional(std::move(pinnings));
}

std::optional<std::vector<ResolvedRankPinning>> resolve_rank_pinnings(
    const std::vector<RankPinning>& pinnings, const topology::MeshGraph& graph, const PhysicalModel& model,
    const support::HostEnvironment& host, DiagnosticSink& sink) {
    const support::ErrorWatch watch(sink);
    Resolver resolver(graph, model, host, sink);
    for (const RankPinning& pinning : pinnings) {
        resolver.resolve(pinning);
    }
    return watch.saw_error() ? std::nullopt : std::optional(resolver.take());
}

}  // namespace tt_run::launcher
