#include "launcher/bindings/mesh_coordinates.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "job/variable_names.hpp"
#include "launcher/bindings/binding_files.hpp"
#include "launcher/bindings/rank_parts.hpp"
#include "launcher/bindings/validate_job.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "support/text.hpp"
#include "topology/mapping/find_mapping.hpp"
#include "topology/physical/visible_devices.hpp"

namespace tt_run::launcher {

namespace fs = std::filesystem;
using support::Diagnostic;
using support::DiagnosticSink;
using support::Span;
using topology::ChipId;

namespace {

constexpr std::chrono::milliseconds kBudget{5'000};

struct Corner {
    std::int32_t row = 0;
    std::int32_t column = 0;
};

/// Reads `(0,0)-(1,3),(2,0)` from left to right.
class CoordinateReader {
  public:
    CoordinateReader(const Span& value, const topology::Mesh& mesh, DiagnosticSink& sink)
        : value_(value), text_(value.text()), mesh_(mesh), sink_(sink) {}

    std::optional<std::vector<ChipId>> read() {
        const support::ErrorWatch watch(sink_);
        do {
            read_rectangle();
        } while (!watch.saw_error() && take(','));
        skip_blanks();
        if (!watch.saw_error() && at_ != text_.size()) {
            report_syntax();
        }
        return watch.saw_error() ? std::nullopt
                                 : std::optional(std::vector<ChipId>(chips_.begin(), chips_.end()));
    }

  private:
    void read_rectangle() {
        const auto first = read_corner();
        const auto last = first && take('-') ? read_corner() : first;
        if (!first || !last) {
            return;
        }
        for (std::int32_t row = std::min(first->row, last->row); row <= std::max(first->row, last->row);
             ++row) {
            for (std::int32_t column = std::min(first->column, last->column);
                 column <= std::max(first->column, last->column); ++column) {
                chips_.insert(mesh_.chip_at(row, column));
            }
        }
    }

    std::optional<Corner> read_corner() {
        skip_blanks();
        const std::size_t begin = at_;
        const auto row = take('(') ? read_number() : std::nullopt;
        const auto column = row && take(',') ? read_number() : std::nullopt;
        if (!column || !take(')')) {
            report_syntax();
            return std::nullopt;
        }
        if (*row >= mesh_.rows() || *column >= mesh_.columns()) {
            sink_.report(
                Diagnostic(kBadMeshCoordinates, value_.part(begin, at_),
                           fmt::format("mesh {} has {} rows and {} columns; `{}` is outside", mesh_.id.value,
                                       mesh_.rows(), mesh_.columns(), text_.substr(begin, at_ - begin))));
            return std::nullopt;
        }
        return Corner{*row, *column};
    }

    std::optional<std::int32_t> read_number() {
        skip_blanks();
        const std::size_t begin = at_;
        while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') {
            ++at_;
        }
        const auto number = support::parse_integer(text_.substr(begin, at_ - begin));
        return number && *number <= INT32_MAX ? std::optional(static_cast<std::int32_t>(*number))
                                              : std::nullopt;
    }

    bool take(char letter) {
        skip_blanks();
        const bool there = at_ < text_.size() && text_[at_] == letter;
        at_ += there ? 1 : 0;
        return there;
    }

    void skip_blanks() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) {
            ++at_;
        }
    }

    void report_syntax() {
        sink_.report(Diagnostic(kBadMeshCoordinates, value_.part(std::min(at_, text_.size()), text_.size()),
                                "this is no list of mesh coordinates")
                         .help("write `(row,column)`, or two corners of a rectangle, `(0,0)-(1,3)`, with "
                               "commas between them"));
    }

    const Span value_;
    std::string_view text_;
    const topology::Mesh& mesh_;
    DiagnosticSink& sink_;
    std::size_t at_ = 0;
    std::set<ChipId> chips_;
};

EnvironmentEntry* visible_entry(BoundRank& rank) {
    const auto found = std::find_if(
        rank.env_overrides.rbegin(), rank.env_overrides.rend(),
        [](const EnvironmentEntry& entry) { return entry.name.value == job::kVisibleDevicesVariable; });
    return found != rank.env_overrides.rend() && is_mesh_coordinates(found->value.value) ? &*found : nullptr;
}

/// The ranks of one descriptor, some of which name their chips by coordinates.
class Resolution {
  public:
    Resolution(JobBindings& job, const fs::path& descriptor, const PhysicalModel& model, DiagnosticSink& sink)
        : job_(job),
          descriptor_(descriptor),
          cluster_(model.cluster),
          sink_(sink),
          places_(places_of(job, model)) {}

    void resolve(const topology::MeshGraph& graph) {
        const support::ErrorWatch watch(sink_);
        struct Wanted {
            EnvironmentEntry* entry;
            std::size_t mesh;
            std::vector<ChipId> chips;
        };
        std::vector<Wanted> wanted;
        topology::MappingOptions options;
        options.sharing = topology::HostSharing::sliced;
        options.budget = kBudget;
        for (const RankPart& part : parts_of_ranks(job_, descriptor_)) {
            BoundRank& rank = job_.ranks[part.rank];
            const auto mesh = std::find_if(graph.meshes.begin(), graph.meshes.end(),
                                           [&](const topology::Mesh& one) { return one.id == rank.mesh_id; });
            if (mesh == graph.meshes.end() || part.part.value >= mesh->host_rank_count()) {
                continue;  // told by the bindings' own check
            }
            std::optional<Span> devices = visible_devices_of(rank, job_);
            if (EnvironmentEntry* entry = visible_entry(rank)) {
                const auto chips = parse_mesh_coordinates(*devices, *mesh, sink_);
                wanted.push_back({entry, static_cast<std::size_t>(mesh - graph.meshes.begin()),
                                  chips.value_or(std::vector<ChipId>{})});
                devices.reset();
            }
            const auto visible = topology::resolve_visible_devices(cluster_, places_[part.rank], devices,
                                                                   topology::rule_of(cluster_), sink_);
            if (visible) {
                options.domains.push_back({rank.mesh_id, part.part, visible->chips,
                                           fmt::format("rank {}", rank.rank.value), rank.span});
            }
        }
        if (wanted.empty() || watch.saw_error()) {
            return;
        }
        const auto found = topology::find_mapping(graph, cluster_, options, sink_);
        if (found.mappings.empty()) {
            if (!watch.saw_error()) {
                sink_.report(Diagnostic(kBadMeshCoordinates, wanted.front().entry->value.span,
                                        "which devices these are could not be worked out"));
            }
            return;
        }
        for (const Wanted& one : wanted) {
            std::vector<topology::AsicIndex> chips;
            for (const ChipId chip : one.chips) {
                chips.push_back(found.mappings.front().chips[one.mesh][static_cast<std::size_t>(chip.value)]);
            }
            replace(*one.entry, chips);
        }
    }

  private:
    static std::vector<topology::HostIndex> places_of(const JobBindings& job, const PhysicalModel& model) {
        std::vector<topology::HostIndex> places = places_of_ranks(job, model.cluster);
        for (std::size_t k = 0; k < job.ranks.size(); ++k) {
            const auto& mock = job.ranks[k].mock_cluster_descriptor;
            const auto found = mock ? model.host_of_descriptor.find(*mock) : model.host_of_descriptor.end();
            places[k] = found != model.host_of_descriptor.end() ? found->second : places[k];
        }
        return places;
    }

    void replace(EnvironmentEntry& entry, const std::vector<topology::AsicIndex>& chips) {
        const topology::HostIndex host = cluster_.board_of(chips.front()).host;
        if (std::any_of(chips.begin(), chips.end(),
                        [&](topology::AsicIndex chip) { return cluster_.board_of(chip).host != host; })) {
            sink_.report(Diagnostic(kBadMeshCoordinates, entry.value.span,
                                    "these chips are on several hosts; a rank sees those of one"));
            return;
        }
        const std::string devices = topology::render_visible_devices(
            cluster_, host, devices_showing(cluster_, chips), topology::rule_of(cluster_));
        const auto text = support::make_source_text("<TT_VISIBLE_DEVICES>", devices);
        entry.value = {devices, {text, 0, devices.size()}};
    }

    JobBindings& job_;
    const fs::path& descriptor_;
    const topology::Cluster& cluster_;
    DiagnosticSink& sink_;
    std::vector<topology::HostIndex> places_;
};

}  // namespace

bool is_mesh_coordinates(std::string_view value) {
    return support::trim(value).starts_with('(');
}

std::optional<std::vector<ChipId>> parse_mesh_coordinates(const Span& value, const topology::Mesh& mesh,
                                                          DiagnosticSink& sink) {
    return CoordinateReader(value, mesh, sink).read();
}

void resolve_mesh_coordinates(JobBindings& job, const PhysicalModel* model,
                              const support::HostEnvironment& host, DiagnosticSink& sink) {
    std::vector<fs::path> descriptors;
    for (BoundRank& rank : job.ranks) {
        const EnvironmentEntry* entry = visible_entry(rank);
        if (entry != nullptr && model == nullptr) {
            sink.report(Diagnostic(kBadMeshCoordinates, entry->value.span,
                                   "without hardware nobody knows which devices these are")
                            .help("describe the hardware with --cluster, or name devices"));
            return;
        }
        const fs::path& path = rank.mesh_graph_descriptor;
        if (entry != nullptr &&
            std::find(descriptors.begin(), descriptors.end(), path) == descriptors.end()) {
            descriptors.push_back(path);
        }
    }
    for (const fs::path& path : descriptors) {
        if (const auto graph = load_checked_graph(path, host)) {
            Resolution(job, path, *model, sink).resolve(*graph);
        }
    }
}

}  // namespace tt_run::launcher
