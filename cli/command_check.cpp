#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/diagnostic_kinds.hpp"
#include "cli/exit_code.hpp"
#include "cli/file_kind.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "launcher/job_bindings.hpp"
#include "launcher/mapping_files.hpp"
#include "support/file.hpp"
#include "topology/load_mesh_graph.hpp"

namespace tt_run::cli {

using support::Diagnostic;
using support::DiagnosticSink;

namespace {

struct CheckOptions {
    std::string format = "text";
    std::string profile = "library";
    bool strict = false;
};

void define(CLI::App& app, CheckOptions& options) {
    app.add_option("--format", options.format,
                   "how diagnostics are printed: text (standard error) or json (standard output)")
        ->type_name("KIND")
        ->check(CLI::IsMember({"text", "json"}));
    app.add_option("--profile", options.profile,
                   "library: all that an MGD may hold; runtime: only what tt-metal's runtime loads")
        ->type_name("WHICH")
        ->check(CLI::IsMember({"library", "runtime"}));
    app.add_flag("--strict", options.strict, "unknown keys are errors");
}

/// Reads a file as what it is; gives back one line that says what was found, for files without errors.
std::string check_file(const support::SourceTextPtr& source, FileKind kind, const CheckOptions& options,
                       const support::HostEnvironment& host, DiagnosticSink& sink) {
    switch (kind) {
        case FileKind::mesh_graph_descriptor: {
            const auto profile =
                options.profile == "runtime" ? topology::MgdProfile::runtime : topology::MgdProfile::library;
            const auto graph = topology::load_mesh_graph(source, profile, sink);
            return graph ? fmt::format("{} meshes, {} chips, {} connections", graph->meshes.size(),
                                       graph->chip_count(),
                                       graph->connections.size() + graph->graph_connections.size())
                         : "";
        }
        case FileKind::rank_bindings:
            return fmt::format("{} ranks", launcher::check_rank_bindings(source, source->name(), host, sink));
        case FileKind::rank_bindings_mapping:
            return fmt::format("{} ranks",
                               launcher::check_rank_bindings_mapping(source, source->name(), host, sink));
        case FileKind::mesh_graph_descriptor_mapping: {
            const auto mapping = launcher::parse_mesh_graph_descriptor_mapping(source, sink);
            return mapping ? fmt::format("{} sub-contexts", mapping->size()) : "";
        }
        case FileKind::mock_cluster_mapping: {
            const auto mapping = launcher::parse_mock_cluster_mapping(source, sink);
            return mapping ? fmt::format("{} ranks", mapping->descriptors.size()) : "";
        }
    }
    return "";
}

}  // namespace

int run_check(const CommandContext& context) {
    CLI::App app("Reads files of any kind and prints everything that is wrong with them.", "tt-run check");
    CheckOptions options;
    define(app, options);
    DiagnosticSink sink;
    const auto parsed = parse_arguments(app, context.arguments, 2, sink);
    if (parsed && parsed->help_wanted) {
        context.console.print(
            app.help() +
            "\n  FILE...  Mesh Graph Descriptors, rank bindings, mappings: told apart by content\n\n" +
            std::string(kExitCodeHelp));
        return kYes;
    }
    const std::vector<std::string>& words = context.arguments.words();
    if (parsed && parsed->first_positional >= words.size()) {
        sink.report(Diagnostic(kNothingToRun, {}, "no file is named").help("`tt-run check FILE...`"));
    }
    if (!parsed || sink.errors() != 0) {
        context.console.print(sink, true);
        return kUsage;
    }
    if (options.strict) {
        sink.treat_as_error(launcher::kUnknownKey);
    }
    bool unreadable = false;
    std::string found;
    for (std::size_t word = parsed->first_positional; word < words.size(); ++word) {
        auto source = support::load_source_text(context.host.working_directory / words[word], words[word]);
        const std::size_t errors_before = sink.errors();
        if (!source) {
            unreadable = true;
            sink.report(Diagnostic(launcher::kFileUnreadable, context.arguments.span(word),
                                   source.error().message()));
            continue;
        }
        const auto kind = recognise(**source);
        if (!kind) {
            unreadable = true;
            sink.report(Diagnostic(kUnknownFileKind, context.arguments.span(word),
                                   fmt::format("`{}` is no kind of file that tt-run knows", words[word]))
                            .note("it knows Mesh Graph Descriptors, rank bindings, and mappings of "
                                  "sub-contexts and of mock clusters"));
            continue;
        }
        const std::string summary = check_file(*source, *kind, options, context.host, sink);
        if (sink.errors() == errors_before) {
            found += fmt::format("{}: {}, {}\n", words[word], name_of(*kind), summary);
        }
    }
    if (options.format == "json") {
        context.console.print(support::render_json(sink));
    } else {
        context.console.print(sink, true);
        context.console.print(found);
    }
    return unreadable ? kUsage : sink.errors() != 0 ? kNo : kYes;
}

}  // namespace tt_run::cli
