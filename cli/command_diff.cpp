#include <CLI/CLI.hpp>

#include "cli/cluster_argument.hpp"
#include "cli/commands.hpp"
#include "cli/deliver.hpp"
#include "cli/diagnostic_kinds.hpp"
#include "cli/exit_code.hpp"
#include "cli/show_report.hpp"
#include "cli/verb_arguments.hpp"
#include "topology/physical/cluster_text.hpp"

namespace tt_run::cli {

using support::Diagnostic;
using support::DiagnosticSink;

namespace {

constexpr CommandPage kDiffPage{
    .name = "diff",
    .words = "[options] EXPECTED ACTUAL",
    .brief = "how two clusters, or two runs, differ",
    .summary =
        "Compares two clusters by host, tray, location and channel: what was expected, what is there; or two "
        "runs by the directories that `--report` wrote.",
    .notes =
        "  EXPECTED, ACTUAL  hardware: a file, a directory, or a system's name (`tt-run show --list`);\n"
        "                    or, both, directories of `--report`\n",
    .examples =
        "  tt-run diff wh-galaxy found.yaml\n"
        "  tt-run diff t3k t3k-link:0/1/0/14 --format json -o difference.json\n",
};

struct DiffOptions {
    std::string format = "text";
    std::string output;
};

void define(CLI::App& app, DiffOptions& options) {
    app.add_option("--format", options.format, "text or json")
        ->type_name("KIND")
        ->check(CLI::IsMember({"text", "json"}));
    app.add_option("-o,--output", options.output, "write to this file instead of standard output")
        ->type_name("FILE");
}

}  // namespace

void describe_diff(const PageVisitor& visit) {
    CLI::App app;
    DiffOptions options;
    define(app, options);
    visit(kDiffPage, app);
}

int run_diff(const CommandContext& context) {
    CLI::App app;
    DiffOptions options;
    define(app, options);
    DiagnosticSink sink;
    const auto parsed = read_verb(context, kDiffPage, app, sink, [&](const VerbArguments& found) {
        if (found.words.size() != 2) {
            sink.report(
                Diagnostic(kNothingToRun, {}, "two things are compared: what was expected, and what is there")
                    .help("`tt-run diff EXPECTED ACTUAL`"));
        }
    });
    if (!parsed) {
        return parsed.error();
    }
    const auto is_report_at = [&](std::size_t word) {
        return is_report(context, context.arguments.words()[word]);
    };
    if (is_report_at(parsed->words[0]) && is_report_at(parsed->words[1])) {
        return run_diff_reports(context, parsed->words[0], parsed->words[1], options.format, options.output);
    }
    const auto expected =
        topology::load_cluster(cluster_span(context.arguments, parsed->words[0]), context.host, sink);
    const auto actual =
        topology::load_cluster(cluster_span(context.arguments, parsed->words[1]), context.host, sink);
    context.console.print(sink, true);
    if (!expected || !actual) {
        // Without both there is no answer, whatever is wrong with them.
        return kUsage;
    }
    const topology::ClusterDiff diff = topology::compare(*expected, *actual);
    const std::string& left = context.arguments.words()[parsed->words[0]];
    const std::string& right = context.arguments.words()[parsed->words[1]];
    const int delivered = deliver(context, options.output,
                                  options.format == "json" ? topology::render_diff_json(diff, left, right)
                                                           : topology::render_diff_text(diff, left, right));
    if (delivered != kYes) {
        return delivered;
    }
    return !diff.differences.empty() ? kNo : diff.links_compared ? kYes : kCannotTell;
}

}  // namespace tt_run::cli
