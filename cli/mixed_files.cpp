#include "cli/mixed_files.hpp"

#include <array>

#include <fmt/format.h>

#include "cli/diagnostic_kinds.hpp"
#include "cli/file_kind.hpp"
#include "launcher/bindings/path_search.hpp"
#include "support/file.hpp"

namespace tt_run::cli {

namespace {

struct FileOption {
    std::string_view option;
    FileKind kind;
};

/// An option for each kind of file.
constexpr std::array kOptions = std::to_array<FileOption>({
    {"--rank-binding", FileKind::rank_bindings},
    {"--rank-bindings-mapping", FileKind::rank_bindings_mapping},
    {"--mesh-graph-descriptor", FileKind::mesh_graph_descriptor},
    {"--mesh-graph-descriptor-mapping", FileKind::mesh_graph_descriptor_mapping},
    {"--mock-cluster-rank-binding", FileKind::mock_cluster_mapping},
});

std::string_view option_for(FileKind kind) {
    for (const FileOption& one : kOptions) {
        if (one.kind == kind) {
            return one.option;
        }
    }
    return "";
}

}  // namespace

void report_mixed_files(const LaunchOptions& options, const support::HostEnvironment& host,
                        support::DiagnosticSink& sink) {
    const launcher::PathSearch search(host, {});
    const auto look = [&](const std::optional<support::Spanned<std::string>>& file, FileKind wanted) {
        const auto path = file ? search.find(file->value) : std::nullopt;
        const auto source = path ? support::load_source_text(*path, file->value)
                                 : support::Result<support::SourceTextPtr>(nullptr);
        const auto kind = source && *source ? recognise(**source) : std::nullopt;
        if (kind && *kind != wanted) {
            sink.report(support::Diagnostic(
                            kWrongFileKind, file->span,
                            fmt::format("`{}` is a file of another kind ({}); `{}` takes {}", file->value,
                                        name_of(*kind), option_for(wanted), name_of(wanted)))
                            .help(fmt::format("give it with `{}`", option_for(*kind))));
        }
    };
    look(options.bindings.rank_binding, FileKind::rank_bindings);
    look(options.bindings.rank_bindings_mapping, FileKind::rank_bindings_mapping);
    if (options.allocation) {
        look(options.allocation->mesh_graph, FileKind::mesh_graph_descriptor);
        look(options.allocation->mesh_graph_mapping, FileKind::mesh_graph_descriptor_mapping);
    }
}

}  // namespace tt_run::cli
