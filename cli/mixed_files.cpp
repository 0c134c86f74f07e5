#include "cli/mixed_files.hpp"

#include <fmt/format.h>

#include "cli/diagnostic_kinds.hpp"
#include "cli/file_kind.hpp"
#include "launcher/bindings/path_search.hpp"
#include "support/file.hpp"

namespace tt_run::cli {

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
                                        name_of(*kind), option_of(wanted), name_of(wanted)))
                            .help(fmt::format("give it with `{}`", option_of(*kind))));
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
