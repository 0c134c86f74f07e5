#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/cluster_argument.hpp"
#include "cli/commands.hpp"
#include "cli/diagnostic_kinds.hpp"
#include "cli/exit_code.hpp"
#include "cli/show_fabric.hpp"
#include "cli/verb_arguments.hpp"
#include "topology/physical/cluster_text.hpp"
#include "topology/physical/synthetic_system.hpp"

namespace tt_run::cli {

using support::Diagnostic;
using support::DiagnosticSink;

namespace {

constexpr CommandPage kPage{
    .name = "show",
    .words = "[options] X",
    .brief = "what a machine is, real or imagined; fabric and routes of a job",
    .summary = "Shows what a file or a system is.",
    .notes =
        "  X  hardware: a file, a directory, or a system's name\n\n"
        "`tt-run show fabric MGD` and `tt-run show routes --from NODE --to NODE MGD` show what runs on "
        "it.\n",
    .examples =
        "  tt-run show --list\n"
        "  tt-run show 't3k*2'\n"
        "  tt-run show wh-galaxy --format json -o galaxy.json\n",
};

struct ShowOptions {
    std::string format = "text";
    bool list = false;
    std::string output;
};

void define(CLI::App& app, ShowOptions& options) {
    app.add_option("--format", options.format, "text, or json: counts and histograms")
        ->type_name("KIND")
        ->check(CLI::IsMember({"text", "json"}));
    app.add_flag("--list", options.list, "print the systems that are known by name");
    app.add_option("-o,--output", options.output, "write to this file instead of standard output")
        ->type_name("FILE");
}

std::string list_of_words(const std::string& format) {
    std::string out =
        format == "json" ? "{\"schema\": \"tt-run/systems\", \"version\": 1, \"systems\": [" : "";
    std::string_view separator = "\n";
    for (const topology::SyntheticWord& word : topology::synthetic_words()) {
        if (format == "json") {
            out +=
                fmt::format("{}  {{\"word\": \"{}\", \"hosts\": {}, \"chips\": {}, \"description\": \"{}\"}}",
                            separator, word.word, word.hosts, word.chips, word.description);
            separator = ",\n";
        } else {
            out += fmt::format("{:<20} {:>3} chip{} {}\n", word.word, word.chips,
                               word.chips == 1 ? ", " : "s,", word.description);
        }
    }
    return out + (format == "json" ? "]}\n" : "");
}

}  // namespace

void describe_show(const PageVisitor& visit) {
    CLI::App app;
    ShowOptions options;
    define(app, options);
    visit(kPage, app);
    describe_show_fabric(visit);
}

int run_show(const CommandContext& context) {
    if (const FabricPicture picture = wanted_picture(context.arguments); picture != FabricPicture::none) {
        return picture == FabricPicture::fabric ? run_show_fabric(context) : run_show_routes(context);
    }
    CLI::App app;
    ShowOptions options;
    define(app, options);
    DiagnosticSink sink;
    const auto parsed = parse_verb_arguments(app, context.arguments, sink);
    if (parsed && parsed->options.help_wanted) {
        context.console.print(render_help(kPage, app));
        return kYes;
    }
    if (parsed && options.list) {
        return deliver(context, options.output, list_of_words(options.format));
    }
    if (parsed && parsed->words.size() != 1) {
        sink.report(Diagnostic(kNothingToRun, {}, "one thing is shown at a time").help("`tt-run show X`"));
    }
    if (!parsed || sink.errors() != 0) {
        context.console.print(sink, true);
        return kUsage;
    }
    const auto cluster =
        topology::load_cluster(cluster_span(context.arguments, parsed->words.front()), context.host, sink);
    context.console.print(sink, true);
    if (!cluster) {
        return exit_code_of_unloaded(sink);
    }
    const std::string shown = options.format == "json" ? topology::render_shape_json(*cluster)
                                                       : topology::render_cluster_text(*cluster);
    return deliver(context, options.output, shown);
}

}  // namespace tt_run::cli
