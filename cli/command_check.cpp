#include <algorithm>

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

std::string counted(std::int64_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : noun.ends_with("h") ? "es" : "s");
}

std::string summary_of(const topology::MeshGraph& graph) {
    const auto switches = std::count_if(
        graph.meshes.begin(), graph.meshes.end(),
        [](const topology::Mesh& mesh) { return mesh.kind == topology::MeshKind::network_switch; });
    const auto connections =
        static_cast<std::int64_t>(graph.connections.size() + graph.graph_connections.size());
    return counted(std::ssize(graph.meshes) - switches, "mesh") +
           (switches == 0 ? "" : ", " + counted(switches, "switch")) + ", " +
           counted(graph.chip_count(), "chip") +
           (connections == 0 ? "" : ", " + counted(connections, "connection"));
}

/// Reads a file as what it is; gives back one line that says what was found, for files without errors.
std::string check_file(const support::SourceTextPtr& source, FileKind kind, const CheckOptions& options,
                       const support::HostEnvironment& host, DiagnosticSink& sink) {
    switch (kind) {
        case FileKind::mesh_graph_descriptor: {
            const auto profile =
                options.profile == "runtime" ? topology::MgdProfile::runtime : topology::MgdProfile::library;
            const auto graph = topology::load_mesh_graph(source, profile, sink);
            return graph ? summary_of(*graph) : "";
        }
        case FileKind::rank_bindings:
            return counted(launcher::check_rank_bindings(source, source->name(), host, sink), "rank");
        case FileKind::rank_bindings_mapping:
            return counted(launcher::check_rank_bindings_mapping(source, source->name(), host, sink), "rank");
        case FileKind::mesh_graph_descriptor_mapping: {
            const auto mapping = launcher::parse_mesh_graph_descriptor_mapping(source, sink);
            return mapping ? counted(mapping->size(), "sub-context") : "";
        }
        case FileKind::mock_cluster_mapping: {
            const auto mapping = launcher::parse_mock_cluster_mapping(source, sink);
            return mapping ? counted(mapping->descriptors.size(), "rank") : "";
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
