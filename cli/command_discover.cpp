#include <CLI/CLI.hpp>

#include "cli/commands.hpp"
#include "cli/deliver.hpp"
#include "cli/diagnostic_kinds.hpp"
#include "cli/exit_code.hpp"
#include "cli/verb_arguments.hpp"
#include "topology/physical/cluster_json.hpp"
#include "topology/physical/cluster_text.hpp"

namespace tt_run::cli {

using support::Diagnostic;
using support::DiagnosticSink;

namespace {

constexpr CommandPage kDiscoverPage{
    .name = "discover",
    .words = "[options]",
    .brief = "the devices of this host",
    .summary = "Lists the Tenstorrent devices of this host, without waking a chip.",
    .examples =
        "  tt-run discover\n"
        "  tt-run discover -o this-host.json      # a file that --cluster takes\n",
};

struct DiscoverOptions {
    std::string format = "text";
    std::string output;
    std::string root;
    bool inventory_only = false;
};

void define(CLI::App& app, DiscoverOptions& options) {
    app.add_option("--format", options.format,
                   "text; json: the devices; cluster: a file that `--cluster` takes")
        ->type_name("KIND")
        ->check(CLI::IsMember({"text", "json", "cluster"}));
    app.add_option("-o,--output", options.output,
                   "write to this file; a `.json` or `.yaml` one holds the cluster")
        ->type_name("FILE");
    app.add_flag("--no-links", options.inventory_only, "do not run the vendor's `topology` tool");
    app.add_option("--root", options.root, "look up /sys, /dev and /proc below this directory")
        ->type_name("DIRECTORY");
}

}  // namespace

void describe_discover(const PageVisitor& visit) {
    CLI::App app;
    DiscoverOptions options;
    define(app, options);
    visit(kDiscoverPage, app);
}

int run_discover(const CommandContext& context) {
    CLI::App app;
    DiscoverOptions options;
    define(app, options);
    DiagnosticSink sink;
    const auto parsed = read_verb(context, kDiscoverPage, app, sink, [&](const VerbArguments& found) {
        if (!found.words.empty()) {
            sink.report(Diagnostic(kNothingToRun, context.arguments.span(found.words.front()),
                                   "`tt-run discover` looks at this host and takes no further words"));
        }
    });
    if (!parsed) {
        return parsed.error();
    }
    support::HostEnvironment host = context.host;
    if (!options.root.empty()) {
        host.file_system_root = context.host.working_directory / options.root;
    }
    const topology::Discovery discovery = topology::discover_cluster(host, !options.inventory_only, sink);
    context.console.print(sink, true);
    const bool as_cluster = options.format == "cluster" ||
                            (options.format == "text" &&
                             (options.output.ends_with(".json") || options.output.ends_with(".yaml")));
    if (as_cluster && discovery.cluster) {
        const bool yaml = options.output.ends_with(".yaml");
        const int delivered = deliver(context, options.output,
                                      yaml ? topology::render_cluster_yaml(*discovery.cluster)
                                           : topology::render_cluster_json(*discovery.cluster));
        return delivered;
    }
    const int delivered = deliver(context, as_cluster ? "" : options.output,
                                  options.format == "json" ? topology::render_discovery_json(discovery)
                                                           : topology::render_discovery_text(discovery));
    return delivered != kYes ? delivered : discovery.cluster ? kYes : kCannotTell;
}

}  // namespace tt_run::cli
