#include "cli/job_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "cli/diagnostic_kinds.hpp"
#include "cli/file_kind.hpp"
#include "support/file.hpp"
#include "support/text.hpp"
#include "topology/physical/cluster_file.hpp"

namespace tt_run::cli {

namespace fs = std::filesystem;

namespace {

/// The files of a job by what they are, sorted by name; none if hardware is among them, or it is no
/// directory.
std::map<FileKind, std::vector<std::string>> job_files_in(const fs::path& directory) {
    std::map<FileKind, std::vector<std::string>> files;
    std::error_code failure;
    for (fs::directory_iterator at(directory, failure), end; !failure && at != end; at.increment(failure)) {
        const fs::path& path = at->path();
        std::error_code ignored;
        const bool may_be =
            path.extension() == ".yaml" || path.extension() == ".yml" || topology::has_text_extension(path);
        const auto source = may_be && at->is_regular_file(ignored)
                                ? support::load_source_text(path, path.filename().string())
                                : support::Result<support::SourceTextPtr>(nullptr);
        if (!source || *source == nullptr) {
            continue;
        }
        if (const auto kind = recognise(**source); kind && *kind != FileKind::mock_cluster_mapping) {
            files[*kind].push_back(path.filename().string());
        } else if (topology::recognise_cluster_file(*source)) {
            return {};
        }
    }
    for (auto& [kind, names] : files) {
        std::sort(names.begin(), names.end());
    }
    return files;
}

}  // namespace

std::optional<std::string> file_named_by(const CommandContext& context, std::size_t word,
                                         support::DiagnosticSink& sink) {
    const std::string& name = context.arguments.words()[word];
    const auto files = job_files_in(context.host.working_directory / name);
    for (const FileKind kind :
         {FileKind::rank_bindings_mapping, FileKind::rank_bindings, FileKind::mesh_graph_descriptor}) {
        const auto found = files.find(kind);
        if (found == files.end()) {
            continue;
        }
        const std::vector<std::string>& names = found->second;
        if (names.size() == 1) {
            return (fs::path(name) / names.front()).string();
        }
        sink.report(
            support::Diagnostic(kOptionConflict, context.arguments.span(word),
                                fmt::format("this directory holds {} files of one kind ({}); name one",
                                            names.size(), name_of(kind)))
                .note("they are " + support::join(names, ", ")));
        return std::nullopt;
    }
    return name;
}

}  // namespace tt_run::cli
