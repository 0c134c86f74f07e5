#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/cluster_argument.hpp"
#include "cli/commands.hpp"
#include "cli/diagnostic_kinds.hpp"
#include "cli/exit_code.hpp"
#include "cli/verb_arguments.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "launcher/host_names.hpp"
#include "launcher/mock_cluster.hpp"
#include "launcher/path_search.hpp"
#include "launcher/physical_model.hpp"
#include "launcher/preset_bindings.hpp"
#include "support/text.hpp"

namespace tt_run::cli {

using support::Diagnostic;
using support::DiagnosticSink;
using support::Spanned;

namespace {

struct GenerateOptions {
    std::string cluster;
    std::string mock_cluster;
    std::string hosts;
    std::string output;
    std::string root;
};

void define(CLI::App& app, GenerateOptions& options) {
    app.add_option("--cluster", options.cluster, "the hardware; without it, this host's devices")
        ->type_name("X");
    app.add_option("--mock-cluster-rank-binding", options.mock_cluster,
                   "YAML of rank -> cluster descriptor; the ranks will run on those, here")
        ->type_name("FILE");
    app.add_option("--hosts", options.hosts, "use these hosts of it only")->type_name("A,B,...");
    app.add_option("-o,--output-dir", options.output,
                   "directory to write to (this one for presets, else generated/ttrun)")
        ->type_name("DIRECTORY");
    app.add_option("--root", options.root, "look up this host's /sys, /dev and /proc below this directory")
        ->type_name("DIRECTORY");
}

/// The hardware that the options name, or this host's; reports which option is wrong. Without a device
/// `no_device` is set.
std::optional<launcher::PhysicalModel> find_model(const GenerateOptions& options,
                                                  const ParsedArguments& parsed,
                                                  const support::HostEnvironment& host, bool& no_device,
                                                  DiagnosticSink& sink) {
    std::optional<launcher::PhysicalModel> model;
    if (!options.cluster.empty()) {
        model = launcher::load_named_model({options.cluster, parsed.span_of("--cluster")}, host, sink);
    } else if (!options.mock_cluster.empty()) {
        const Spanned<std::string> written{options.mock_cluster,
                                           parsed.span_of("--mock-cluster-rank-binding")};
        const auto mock = launcher::load_mock_cluster(written, launcher::PathSearch(host, {}), host, sink);
        model = mock ? launcher::load_mock_model(mock->paths(), host, sink) : std::nullopt;
    } else {
        const support::ErrorWatch watch(sink);
        model = launcher::discover_model(host, true, sink);
        no_device = !model && !watch.saw_error();
        if (no_device) {
            sink.report(Diagnostic(launcher::kNoDevice, {}, "this host has no Tenstorrent device")
                            .help("name the hardware with --cluster: a descriptor, or a system such as "
                                  "`wh-galaxy`"));
        }
    }
    if (!model || options.hosts.empty()) {
        return model;
    }
    const auto hosts = launcher::parse_host_names({options.hosts, parsed.span_of("--hosts")}, sink);
    return sink.errors() == 0 ? launcher::restrict_to_hosts(*model, hosts, host, sink) : std::nullopt;
}

int write_presets(const CommandContext& context, const GenerateOptions& options,
                  const launcher::PhysicalModel& model, const support::Span& place, DiagnosticSink& sink) {
    const auto presets = launcher::build_preset_bindings(model.cluster, place, sink);
    context.console.print(sink, true);
    if (!presets) {
        return kNo;
    }
    const auto files = launcher::render_preset_files(model.cluster, *presets);
    const std::filesystem::path directory = context.host.working_directory / options.output;
    if (const auto written = launcher::write_files(directory, files); !written) {
        context.console.print_error("tt-run: " + written.error().message() + "\n");
        return kUsage;
    }
    std::string told = files.front().name + "\n";
    for (const launcher::PresetBindings& preset : *presets) {
        std::vector<std::string> ranks;
        for (const std::vector<std::uint32_t>& trays : preset.trays) {
            ranks.push_back(fmt::format("{}", fmt::join(trays, "+")));
        }
        told += fmt::format("{:<40}  {} ranks on trays {}\n", preset.name, ranks.size(),
                            support::join(ranks, ", "));
    }
    context.console.print(told);
    return kYes;
}

}  // namespace

int run_generate_rank_bindings(const CommandContext& context) {
    CLI::App app(
        "Works out which rank owns which mesh, on which host and devices. Without -m, writes the usual "
        "splits "
        "of a Galaxy.",
        "tt-run generate-rank-bindings");
    GenerateOptions options;
    define(app, options);
    DiagnosticSink sink;
    const auto parsed = parse_verb_arguments(app, context.arguments, sink);
    if (parsed && parsed->options.help_wanted) {
        context.console.print(app.help() + "\n  X  " + std::string(kClusterHelp) + "\n\n" +
                              std::string(kExitCodeHelp));
        return kYes;
    }
    if (parsed && !parsed->words.empty()) {
        sink.report(Diagnostic(kNothingToRun, context.arguments.span(parsed->words.front()),
                               "`tt-run generate-rank-bindings` starts nothing and takes no further words"));
    }
    if (!parsed || sink.errors() != 0) {
        context.console.print(sink, true);
        return kUsage;
    }
    support::HostEnvironment host = context.host;
    if (!options.root.empty()) {
        host.file_system_root = context.host.working_directory / options.root;
    }
    bool no_device = false;
    const auto model = find_model(options, parsed->options, host, no_device, sink);
    if (!model) {
        context.console.print(sink, true);
        return no_device ? kCannotTell : exit_code_of_unloaded(sink);
    }
    return write_presets(context, options, *model, parsed->options.span_of("--cluster"), sink);
}

}  // namespace tt_run::cli
