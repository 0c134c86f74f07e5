#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/diagnostic_kinds.hpp"
#include "cli/exit_code.hpp"
#include "cli/file_kind.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "support/file.hpp"
#include "topology/load_mesh_graph.hpp"
#include "topology/mgd_export.hpp"

namespace tt_run::cli {

using support::Diagnostic;
using support::DiagnosticSink;

namespace {

struct ConvertOptions {
    std::string output;
};

/// The file's content in today's format; nothing exactly when an error was reported.
std::optional<std::string> convert(const support::SourceTextPtr& source, const support::Span& named,
                                   DiagnosticSink& sink) {
    if (recognise(*source) != FileKind::mesh_graph_descriptor) {
        sink.report(Diagnostic(kUnknownFileKind, named,
                               fmt::format("`{}` is no kind of file that can be converted", source->name()))
                        .note("Mesh Graph Descriptors can, MGD 1.0 and 2.0"));
        return std::nullopt;
    }
    const support::ErrorWatch watch(sink);
    const auto mgd = topology::load_mgd(source, sink);
    if (mgd) {
        topology::validate_mgd(*mgd, topology::MgdProfile::library, sink);
    }
    return watch.saw_error() ? std::nullopt : std::optional(topology::render_mgd_textproto(*mgd));
}

}  // namespace

int run_convert(const CommandContext& context) {
    CLI::App app("Writes a file in today's format: a Mesh Graph Descriptor, 1.0 or 2.0, as MGD 2.0 text.",
                 "tt-run convert");
    ConvertOptions options;
    app.add_option("-o,--output", options.output, "where to write (default: standard output)")
        ->type_name("FILE");
    DiagnosticSink sink;
    // The output may be named behind the file as well as before it.
    const std::vector<std::string>& words = context.arguments.words();
    std::optional<std::size_t> file;
    std::size_t from = 2;
    bool help = false;
    while (from < words.size()) {
        const auto parsed = parse_arguments(app, context.arguments, from, sink);
        if (!parsed) {
            break;
        }
        help = help || parsed->help_wanted;
        if (parsed->first_positional < words.size() && file) {
            sink.report(Diagnostic(kBadOption, context.arguments.span(parsed->first_positional),
                                   "one file is converted at a time")
                            .also(context.arguments.span(*file), "the first"));
            break;
        }
        file = parsed->first_positional < words.size() ? std::optional(parsed->first_positional) : file;
        from = parsed->first_positional + 1;
    }
    if (help) {
        context.console.print(app.help() + "\n  FILE  a Mesh Graph Descriptor\n");
        return kYes;
    }
    if (!file && sink.errors() == 0) {
        sink.report(Diagnostic(kNothingToRun, {}, "no file is named").help("`tt-run convert FILE [-o OUT]`"));
    }
    if (sink.errors() != 0) {
        context.console.print(sink, true);
        return kUsage;
    }
    const auto source =
        support::load_source_text(context.host.working_directory / words[*file], words[*file]);
    if (!source) {
        sink.report(
            Diagnostic(launcher::kFileUnreadable, context.arguments.span(*file), source.error().message()));
        context.console.print(sink, true);
        return kUsage;
    }
    const auto text = convert(*source, context.arguments.span(*file), sink);
    context.console.print(sink, options.output.size() != 0);
    if (!text) {
        return kNo;
    }
    if (options.output.empty()) {
        context.console.print(*text);
        return kYes;
    }
    if (const auto written = support::write_file(context.host.working_directory / options.output, *text);
        !written) {
        context.console.print_error(fmt::format("tt-run: error: {}\n", written.error().message()));
        return kUsage;
    }
    return kYes;
}

}  // namespace tt_run::cli
