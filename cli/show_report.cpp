#include "cli/show_report.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/deliver.hpp"
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

/// What `--help` says when a report is named; the page of the whole verb is show_topology's.
constexpr CommandPage kReportPage{
    .name = "show",
    .words = "[options] DIR",
    .brief = "a run in retrospect",
    .summary =
        "Shows a run from the report that `--report DIR` wrote: ranks, waits, traffic; or its meshes as a "
        "picture.",
    .examples =
        "  tt-run show run\n"
        "  tt-run show run --format html -o run.html\n",
};

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
    const auto parsed = read_verb(context, kReportPage, app, sink, [&](const VerbArguments& found) {
        if (found.words.size() != 1) {
            sink.report(
                Diagnostic(kNothingToRun, {}, "one report is shown at a time").help("`tt-run show DIR`"));
        }
    });
    if (!parsed) {
        return parsed.error();
    }
    const auto report = load(context, parsed->words.front(), sink);
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

int run_diff_reports(const CommandContext& context, std::size_t before, std::size_t after,
                     const std::string& format, const std::string& output) {
    DiagnosticSink sink;
    const auto first = load(context, before, sink);
    const auto second = load(context, after, sink);
    context.console.print(sink, true);
    if (!first || !second) {
        return kUsage;
    }
    const launcher::ReportDiff diff = launcher::compare_reports(*first, *second);
    const int delivered = deliver(
        context, output,
        format == "json" ? launcher::render_report_diff_json(diff) : launcher::render_report_diff_text(diff));
    return delivered != kYes ? delivered : diff.differences.empty() ? kYes : kNo;
}

}  // namespace tt_run::cli
