#include <CLI/CLI.hpp>

#include "cli/cluster_argument.hpp"
#include "cli/commands.hpp"
#include "cli/diagnostic_kinds.hpp"
#include "cli/exit_code.hpp"
#include "cli/verb_arguments.hpp"
#include "topology/physical/cluster_json.hpp"
#include "topology/physical/cluster_text.hpp"

namespace tt_run::cli {

using support::Diagnostic;
using support::DiagnosticSink;

int run_discover(const CommandContext& context) {
    CLI::App app("Lists the Tenstorrent devices of this host, without waking a chip.", "tt-run discover");
    std::string format = "text";
    std::string output;
    std::string root;
    bool inventory_only = false;
    app.add_option("--format", format, "text; json: the devices; cluster: a file that `--cluster` takes")
        ->type_name("KIND")
        ->check(CLI::IsMember({"text", "json", "cluster"}));
    app.add_option("-o,--output", output, "write to this file; a `.json` or `.yaml` one holds the cluster")
        ->type_name("FILE");
    app.add_flag("--no-links", inventory_only, "do not run the vendor's `topology` tool");
    app.add_option("--root", root, "look up /sys, /dev and /proc below this directory")
        ->type_name("DIRECTORY");
    DiagnosticSink sink;
    const auto parsed = parse_verb_arguments(app, context.arguments, sink);
    if (parsed && parsed->options.help_wanted) {
        context.console.print(app.help() + "\n" + std::string(kExitCodeHelp));
        return kYes;
    }
    if (parsed && !parsed->words.empty()) {
        sink.report(Diagnostic(kNothingToRun, context.arguments.span(parsed->words.front()),
                               "`tt-run discover` looks at this host and takes no further words"));
    }
    if (!parsed || sink.errors() != 0) {
        context.console.print(sink, true);
        return kUsage;
    }
    support::HostEnvironment host = context.host;
    if (!root.empty()) {
        host.file_system_root = context.host.working_directory / root;
    }
    const topology::Discovery discovery = topology::discover_cluster(host, !inventory_only, sink);
    context.console.print(sink, true);
    const bool as_cluster =
        format == "cluster" || (format == "text" && (output.ends_with(".json") || output.ends_with(".yaml")));
    if (as_cluster && discovery.cluster) {
        const bool yaml = output.ends_with(".yaml");
        const int delivered = deliver(context, output,
                                      yaml ? topology::render_cluster_yaml(*discovery.cluster)
                                           : topology::render_cluster_json(*discovery.cluster));
        return delivered;
    }
    const int delivered = deliver(context, as_cluster ? "" : output,
                                  format == "json" ? topology::render_discovery_json(discovery)
                                                   : topology::render_discovery_text(discovery));
    return delivered != kYes ? delivered : discovery.cluster ? kYes : kCannotTell;
}

}  // namespace tt_run::cli
