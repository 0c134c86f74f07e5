#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/cluster_argument.hpp"
#include "cli/commands.hpp"
#include "cli/diagnostic_kinds.hpp"
#include "cli/exit_code.hpp"
#include "cli/verb_arguments.hpp"
#include "launcher/allocation/generate_bindings.hpp"
#include "launcher/allocation/preset_bindings.hpp"
#include "launcher/allocation/rank_pinnings.hpp"
#include "launcher/bindings/job_mesh_graphs.hpp"
#include "launcher/bindings/mock_cluster.hpp"
#include "launcher/bindings/path_search.hpp"
#include "launcher/bindings/physical_model.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "launcher/hosts/host_names.hpp"
#include "support/counted.hpp"
#include "support/file.hpp"
#include "support/text.hpp"

namespace tt_run::cli {

using support::counted;
using support::Diagnostic;
using support::DiagnosticSink;
using support::Spanned;

namespace {

constexpr CommandPage kGeneratePage{
    .name = "generate-rank-bindings",
    .words = "[options]",
    .brief = "work out which rank owns which mesh",
    .summary =
        "Works out which rank owns which mesh, on which host and devices. Without -m, writes the "
        "usual splits of a Galaxy.",
    .notes = "  X  hardware: a file, a directory, or a system's name (`tt-run show --list`)\n",
    .examples =
        "  tt-run generate-rank-bindings -m mgd.textproto --cluster 't3k*2' -o out\n"
        "  tt-run generate-rank-bindings -m mgd.textproto --cluster wh-galaxy -n 5 -o choices\n"
        "  tt-run generate-rank-bindings --cluster wh-galaxy -o presets\n",
};

struct GenerateOptions {
    std::string mesh_graph;
    std::string mesh_graph_mapping;
    std::string pinnings;
    bool all_solutions = false;
    std::size_t most_solutions = 0;
    bool distinct_host_sets = false;
    double budget_seconds = 60;
    std::uint32_t minimum_links = 0;
    std::string cluster;
    std::string mock_cluster;
    std::string hosts;
    std::string output;
    std::string root;
};

void define(CLI::App& app, GenerateOptions& options) {
    app.add_option("-m,--mesh-graph-descriptor", options.mesh_graph, "the Mesh Graph Descriptor of the job")
        ->type_name("FILE");
    app.add_option("-M,--mesh-graph-descriptor-mapping", options.mesh_graph_mapping,
                   "several, by sub-context: subcontext_id_to_mesh_graph_descriptor")
        ->type_name("FILE");
    app.add_option("-r,--rank-pinning-file", options.pinnings,
                   "YAML of rank_pinnings: which rank runs on which host")
        ->type_name("FILE");
    app.add_flag("-a,--all-solutions", options.all_solutions,
                 "every solution, each in a directory of its own, and solutions_index.yaml");
    app.add_option("-n,--max-solutions,--solutions", options.most_solutions,
                   "no more than so many; 0 for all; implies -a")
        ->type_name("N");
    app.add_flag("-d,--distinct-host-sets", options.distinct_host_sets,
                 "of all solutions on the same hosts only the best");
    app.add_option("--budget", options.budget_seconds, "give up after so long (60)")
        ->type_name("SECONDS")
        ->check(CLI::Range(0.001, 86400.0));
    app.add_option("--minimum-links", options.minimum_links,
                   "accept fewer links than strict channels ask for, down to so many")
        ->type_name("N");
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

/// A host that is not there is wrong usage.
int exit_code_without_model(const DiagnosticSink& sink) {
    const bool usage =
        std::any_of(sink.diagnostics().begin(), sink.diagnostics().end(), [](const auto& told) {
            return told.kind().name == launcher::kUnknownHost.name ||
                   told.kind().name == launcher::kHostList.name ||
                   told.kind().name == launcher::kFileNotFound.name;
        });
    return usage ? kUsage : exit_code_of_unloaded(sink);
}

/// Says why if it cannot.
bool write_all(const CommandContext& context, const std::vector<launcher::OutputFile>& files,
               const std::string& directory) {
    const auto written = launcher::write_files(context.host.working_directory / directory, files);
    if (!written) {
        context.console.print_error("tt-run: error: " + written.error().message() + "\n");
    }
    return written.has_value();
}

int write_presets(const CommandContext& context, const GenerateOptions& options,
                  const launcher::PhysicalModel& model, const support::Span& place, DiagnosticSink& sink) {
    const auto presets = launcher::build_preset_bindings(model.cluster, place, sink);
    if (!presets) {
        context.console.print(sink, true);
        return kNo;
    }
    for (const launcher::PresetBindings& preset : *presets) {
        if (launcher::is_contradicted(model.cluster, preset)) {
            sink.report(Diagnostic(launcher::kPresetContradicted, place,
                                   fmt::format("the trays of `{}` are not joined as `{}` has it",
                                               model.cluster.source(), preset.name))
                            .help("for what there is, give a Mesh Graph Descriptor with -m"));
        }
    }
    context.console.print(sink, true);
    const auto files = launcher::render_preset_files(model.cluster, *presets);
    if (!write_all(context, files, options.output)) {
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

/// Reports what is wrong with the file or with what it pins; nothing then.
std::optional<std::vector<launcher::ResolvedRankPinning>> load_pinnings(
    const GenerateOptions& options, const ParsedArguments& parsed, const launcher::JobMeshGraphs& job,
    const launcher::PhysicalModel& model, const support::HostEnvironment& host, DiagnosticSink& sink) {
    if (options.pinnings.empty()) {
        return std::vector<launcher::ResolvedRankPinning>{};
    }
    const support::Span span = parsed.span_of("--rank-pinning-file");
    if (job.by_subcontext()) {
        sink.report(
            Diagnostic(kOptionConflict, span, "ranks are pinned in a job of one Mesh Graph Descriptor only")
                .also(parsed.span_of("--mesh-graph-descriptor-mapping"), "here are several"));
        return std::nullopt;
    }
    const auto path =
        launcher::PathSearch(host, {}).find_or_report({options.pinnings, span}, "rank pinning file", sink);
    const auto source = path ? support::load_source_text(*path, options.pinnings)
                             : support::Result<support::SourceTextPtr>(nullptr);
    if (!source) {
        sink.report(Diagnostic(launcher::kFileUnreadable, span, source.error().message()));
    }
    const auto pinnings =
        source && *source != nullptr ? launcher::parse_rank_pinnings(*source, sink) : std::nullopt;
    return pinnings ? launcher::resolve_rank_pinnings(*pinnings, job.parts.front().graph, model, host, sink)
                    : std::nullopt;
}

/// What was found, for people.
std::string describe(const launcher::Generation& generation, const std::string& directory, bool all) {
    const launcher::GeneratedSolution& best = generation.solutions.front();
    const std::string size = counted(best.ranks.size(), "rank") + " on " + counted(best.hosts.size(), "host");
    const std::string fewest = generation.fewest_hosts_proved ? ", no fewer would do" : "";
    return all ? fmt::format("{}: {}{}; the best has {}{}\n", directory,
                             counted(generation.solutions.size(), "solution"),
                             generation.complete ? ", all there are" : "", size, fewest)
               : fmt::format("{}: {}{}\n", directory, size, fewest);
}

int generate(const CommandContext& context, const GenerateOptions& options, const ParsedArguments& parsed,
             const launcher::PhysicalModel& model, DiagnosticSink& sink) {
    const auto given = [&](const std::string& value, const char* option) {
        return value.empty() ? std::nullopt
                             : std::optional(Spanned<std::string>{value, parsed.span_of(option)});
    };
    const auto job = launcher::load_job_mesh_graphs(
        given(options.mesh_graph, "--mesh-graph-descriptor"),
        given(options.mesh_graph_mapping, "--mesh-graph-descriptor-mapping"), context.host, sink);
    const auto pinnings =
        job ? load_pinnings(options, parsed, *job, model, context.host, sink) : std::nullopt;
    if (!pinnings) {
        context.console.print(sink, true);
        return kUsage;
    }
    const bool all = options.all_solutions || !parsed.span_of("--max-solutions").text().empty();
    launcher::GenerationOptions asked;
    asked.pinnings = *pinnings;
    asked.budget = std::chrono::milliseconds(static_cast<std::int64_t>(options.budget_seconds * 1000));
    asked.minimum_links = options.minimum_links;
    asked.solutions = all ? options.most_solutions : 1;
    asked.distinct_host_sets = options.distinct_host_sets;
    const launcher::Generation generation =
        launcher::generate_bindings(*job, model, asked, context.host, sink);
    context.console.print(sink, true);
    if (generation.solutions.empty() && !all) {
        return generation.answer == topology::MappingAnswer::unknown ? kCannotTell : kNo;
    }
    const auto files = all ? launcher::render_all_solutions(generation, *job, model, asked)
                           : launcher::render_solution(generation.solutions.front(), *job, model);
    const std::string directory = options.output.empty() ? "generated/ttrun" : options.output;
    if (!write_all(context, files, directory)) {
        return kUsage;
    }
    if (generation.solutions.empty()) {
        return generation.answer == topology::MappingAnswer::unknown ? kCannotTell : kNo;
    }
    context.console.print(describe(generation, directory, all));
    return kYes;
}

/// Options that mean nothing together.
void check_conflicts(const GenerateOptions& options, const ParsedArguments& parsed, DiagnosticSink& sink) {
    const auto conflict = [&](const std::string& a, const char* name_a, const std::string& b,
                              const char* name_b, std::string_view what) {
        if (!a.empty() && !b.empty()) {
            sink.report(
                Diagnostic(kOptionConflict, parsed.span_of(name_b),
                           fmt::format("`{}` and `{}` both say {}; give one of them", name_a, name_b, what))
                    .also(parsed.span_of(name_a), "the other"));
        }
    };
    conflict(options.mesh_graph, "--mesh-graph-descriptor", options.mesh_graph_mapping,
             "--mesh-graph-descriptor-mapping", "what the job is");
    conflict(options.cluster, "--cluster", options.mock_cluster, "--mock-cluster-rank-binding",
             "what the hardware is");
}

}  // namespace

void describe_generate_rank_bindings(const PageVisitor& visit) {
    CLI::App app;
    GenerateOptions options;
    define(app, options);
    visit(kGeneratePage, app);
}

int run_generate_rank_bindings(const CommandContext& context) {
    CLI::App app;
    GenerateOptions options;
    define(app, options);
    DiagnosticSink sink;
    const auto parsed = read_verb(context, kGeneratePage, app, sink, [&](const VerbArguments& found) {
        if (!found.words.empty()) {
            sink.report(
                Diagnostic(kNothingToRun, context.arguments.span(found.words.front()),
                           "`tt-run generate-rank-bindings` starts nothing and takes no further words"));
        }
        check_conflicts(options, found.options, sink);
    });
    if (!parsed) {
        return parsed.error();
    }
    support::HostEnvironment host = context.host;
    if (!options.root.empty()) {
        host.file_system_root = context.host.working_directory / options.root;
    }
    bool no_device = false;
    const auto model = find_model(options, parsed->options, host, no_device, sink);
    if (!model) {
        context.console.print(sink, true);
        return no_device ? kCannotTell : exit_code_without_model(sink);
    }
    const bool of_a_job = !options.mesh_graph.empty() || !options.mesh_graph_mapping.empty();
    return of_a_job ? generate(context, options, parsed->options, *model, sink)
                    : write_presets(context, options, *model, parsed->options.span_of("--cluster"), sink);
}

}  // namespace tt_run::cli
