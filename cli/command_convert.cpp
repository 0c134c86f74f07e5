#include <filesystem>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/cluster_argument.hpp"
#include "cli/commands.hpp"
#include "cli/deliver.hpp"
#include "cli/diagnostic_kinds.hpp"
#include "cli/exit_code.hpp"
#include "cli/file_kind.hpp"
#include "cli/verb_arguments.hpp"
#include "support/counted.hpp"
#include "support/file.hpp"
#include "topology/mgd/load_mesh_graph.hpp"
#include "topology/mgd/mgd_export.hpp"
#include "topology/physical/cluster_json.hpp"
#include "topology/physical/diagnostic_kinds.hpp"
#include "topology/physical/umd_export.hpp"

namespace tt_run::cli {

using support::Diagnostic;
using support::DiagnosticSink;
namespace fs = std::filesystem;

namespace {

constexpr CommandPage kConvertPage{
    .name = "convert",
    .words = "[options] X",
    .brief = "write a Mesh Graph Descriptor or a cluster in another form",
    .summary =
        "Writes a file in another form: a Mesh Graph Descriptor, 1.0 or 2.0, as MGD 2.0 text; a "
        "cluster as JSON, YAML or cluster descriptors.",
    .notes =
        "  X  a Mesh Graph Descriptor, or hardware: a file, a directory, or a system's name\n"
        "     (`tt-run show --list`)\n",
    .examples =
        "  tt-run convert old_mgd.yaml -o mgd.textproto\n"
        "  tt-run convert 't3k*2' -o two-t3k        # a descriptor for each host, and their mapping\n"
        "  tt-run convert 't3k*2' -o two-t3k.json\n",
};

struct ConvertOptions {
    std::string format;
    std::string output;
};

void define(CLI::App& app, ConvertOptions& options) {
    app.add_option(
           "--format", options.format,
           "json, yaml: all that is known, in one file; umd: a directory with a cluster descriptor for each\n"
           "host and the mapping that joins them. Without it the output's name tells")
        ->type_name("KIND")
        ->check(CLI::IsMember({"json", "yaml", "umd"}));
    app.add_option("-o,--output", options.output, "the file, or for umd the directory, to write")
        ->type_name("OUT");
}

/// By the output's name: `.yaml` and `.json` are files, a name without an extension is a directory.
std::string format_of(const ConvertOptions& options) {
    if (!options.format.empty()) {
        return options.format;
    }
    const std::string extension = fs::path(options.output).extension().string();
    if (extension == ".yaml" || extension == ".yml") {
        return "yaml";
    }
    return extension.empty() && !options.output.empty() && options.output != "-" ? "umd" : "json";
}

int write_descriptors(const CommandContext& context, const topology::Cluster& cluster,
                      const std::string& directory) {
    fs::path name = fs::path(directory).lexically_normal();
    if (name.filename().empty()) {
        name = name.parent_path();
    }
    const std::string stem =
        name.filename().empty() || name.filename() == "." ? "cluster" : name.filename().string();
    std::string told;
    for (const topology::ExportedFile& file : topology::export_umd_descriptors(cluster, stem)) {
        const std::string path = (fs::path(directory) / file.name).string();
        if (const int failed = deliver(context, path, file.content); failed != kYes) {
            return failed;
        }
        told = told.empty() ? path : told;
    }
    context.console.print(
        fmt::format("{}: joins {}\n", told, support::counted(cluster.hosts().size(), "cluster descriptor")));
    return kYes;
}

/// The file if it is a Mesh Graph Descriptor; null for everything else, readable or not.
support::SourceTextPtr load_mesh_graph_text(const CommandContext& context, const std::string& word) {
    const auto source = support::load_source_text(context.host.working_directory / word, word);
    return source && recognise(**source) == FileKind::mesh_graph_descriptor ? *source : nullptr;
}

/// In today's format, MGD 2.0 text.
int convert_mesh_graph(const CommandContext& context, const support::SourceTextPtr& source,
                       const ConvertOptions& options) {
    DiagnosticSink sink;
    const auto mgd = topology::load_mgd(source, sink);
    if (mgd) {
        topology::validate_mgd(*mgd, topology::MgdProfile::library, sink);
    }
    context.console.print(sink, !options.output.empty());
    return mgd && sink.errors() == 0 ? deliver(context, options.output, topology::render_mgd_textproto(*mgd))
                                     : kNo;
}

/// What is written can be read again.
int write_cluster(const CommandContext& context, const topology::Cluster& cluster, std::string_view format,
                  const std::string& output) {
    const std::string text =
        format == "yaml" ? topology::render_cluster_yaml(cluster) : topology::render_cluster_json(cluster);
    if (text.size() > support::kLargestTextBytes) {
        context.console.print_error(fmt::format(
            "tt-run: {} chips are {} MiB as {}; files are read up to {} MiB\n", cluster.asics().size(),
            text.size() >> 20U, format, support::kLargestTextBytes >> 20U));
        return kUsage;
    }
    return deliver(context, output, text);
}

int refuse_without_links(const CommandContext& context, const support::Span& cluster) {
    DiagnosticSink sink;
    sink.report(Diagnostic(topology::kExportNeedsLinks, cluster,
                           "links are not known here, and a cluster descriptor cannot say so: it would claim "
                           "that there are none")
                    .help("save it as JSON or YAML, which can"));
    context.console.print(sink, true);
    return kCannotTell;
}

}  // namespace

void describe_convert(const PageVisitor& visit) {
    CLI::App app;
    ConvertOptions options;
    define(app, options);
    visit(kConvertPage, app);
}

int run_convert(const CommandContext& context) {
    CLI::App app;
    ConvertOptions options;
    define(app, options);
    DiagnosticSink sink;
    const auto parsed = read_verb(context, kConvertPage, app, sink, [&](const VerbArguments& found) {
        if (found.words.size() != 1) {
            sink.report(Diagnostic(kNothingToRun, {},
                                   found.words.empty() ? "nothing is named to be converted"
                                                       : "one thing is converted at a time")
                            .help("`tt-run convert X -o OUT`"));
        }
        if (format_of(options) == "umd" && (options.output.empty() || options.output == "-")) {
            sink.report(Diagnostic(kNothingToRun, found.options.span_of("--format"),
                                   "cluster descriptors are several files and need a directory")
                            .help("name it with `-o DIRECTORY`"));
        }
    });
    if (!parsed) {
        return parsed.error();
    }
    const std::string format = format_of(options);
    const std::size_t word = parsed->words.front();
    if (const auto mesh_graph = load_mesh_graph_text(context, context.arguments.words()[word])) {
        return convert_mesh_graph(context, mesh_graph, options);
    }
    const auto cluster = topology::load_cluster(cluster_span(context.arguments, word), context.host, sink);
    context.console.print(sink, true);
    if (!cluster) {
        return exit_code_of_unloaded(sink);
    }
    if (format == "umd" && !cluster->links_known()) {
        return refuse_without_links(context, cluster_span(context.arguments, word));
    }
    if (format == "umd") {
        return write_descriptors(context, *cluster, options.output);
    }
    return write_cluster(context, *cluster, format, options.output);
}

}  // namespace tt_run::cli
