#include "cli/show_report.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/cluster_argument.hpp"
#include "cli/diagnostic_kinds.hpp"
#include "cli/exit_code.hpp"
#include "cli/picture_output.hpp"
#include "cli/verb_arguments.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "launcher/report/render_run_report.hpp"
#include "support/file.hpp"

namespace tt_run::cli {

using support::Diagnostic;
using support::DiagnosticSink;

namespace {

std::optional<launcher::RunReport> load(const CommandContext& context, std::size_t word,
                                        DiagnosticSink& sink) {
    auto report = launcher::load_run_report(context.host.working_directory / context.arguments.words()[word]);
    if (!report) {
        sink.report(
            Diagnostic(launcher::kFileUnreadable, context.arguments.span(word), report.error().message()));
        return std::nullopt;
    }
    return *std::move(report);
}

/// The meshes that a job ran on with its traffic, as pictures go; the first descriptor's.
int deliver_report_picture(const CommandContext& context, const PictureOutput& output,
                           const launcher::RunReport& report) {
    std::vector<launcher::ReportPicture> pictures = launcher::draw_report(report);
    if (pictures.empty()) {
        context.console.print_error("tt-run: error: the report holds no Mesh Graph Descriptor to draw\n");
        return kCannotTell;
    }
    launcher::ReportPicture& first = pictures.front();
    if (!first.overlays.empty()) {
        first.overlays.resize(1);
    }
    return deliver_picture(context, output,
                           {{std::move(first.picture), "meshes", std::move(first.overlays)}});
}

}  // namespace

bool is_report(const CommandContext& context, const std::string& word) {
    std::error_code ignored;
    const std::filesystem::path path = context.host.working_directory / word;
    return std::filesystem::is_regular_file(path / "report.json", ignored) ||
           (path.filename() == "report.json" && std::filesystem::is_regular_file(path, ignored));
}

int run_show_report(const CommandContext& context) {
    CLI::App app;
    PictureOutput output;
    define_picture_output(app, output);
    DiagnosticSink sink;
    const auto parsed = parse_verb_arguments(app, context.arguments, sink);
    const auto report =
        parsed && parsed->words.size() == 1 ? load(context, parsed->words.front(), sink) : std::nullopt;
    if (parsed && parsed->words.size() != 1) {
        sink.report(Diagnostic(kNothingToRun, {}, "one report is shown at a time").help("`tt-run show DIR`"));
    }
    context.console.print(sink, true);
    if (!report) {
        return kUsage;
    }
    if (output.format == "text") {
        return deliver(context, output.file,
                       launcher::render_report_text(*report, text_look(context, output)));
    }
    if (output.format == "json") {
        return deliver(context, output.file, launcher::render_report_json(*report));
    }
    return output.format == "html" ? deliver(context, output.file, launcher::render_report_page(*report))
                                   : deliver_report_picture(context, output, *report);
}

int run_diff_reports(const CommandContext& context) {
    CLI::App app;
    std::string format = "text";
    std::string output;
    app.add_option("--format", format, "text or json")
        ->type_name("KIND")
        ->check(CLI::IsMember({"text", "json"}));
    app.add_option("-o,--output", output, "write to this file instead of standard output")->type_name("FILE");
    DiagnosticSink sink;
    const auto parsed = parse_verb_arguments(app, context.arguments, sink);
    const auto before = parsed ? load(context, parsed->words[0], sink) : std::nullopt;
    const auto after = parsed ? load(context, parsed->words[1], sink) : std::nullopt;
    context.console.print(sink, true);
    if (!before || !after) {
        return kUsage;
    }
    const launcher::ReportDiff diff = launcher::compare_reports(*before, *after);
    const int delivered = deliver(
        context, output,
        format == "json" ? launcher::render_report_diff_json(diff) : launcher::render_report_diff_text(diff));
    return delivered != kYes ? delivered : diff.differences.empty() ? kYes : kNo;
}

}  // namespace tt_run::cli
