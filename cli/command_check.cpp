#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/check_cluster.hpp"
#include "cli/check_fabric.hpp"
#include "cli/cluster_argument.hpp"
#include "cli/commands.hpp"
#include "cli/diagnostic_kinds.hpp"
#include "cli/exit_code.hpp"
#include "cli/file_kind.hpp"
#include "cli/fit_picture.hpp"
#include "cli/verb_arguments.hpp"
#include "launcher/bindings/job_bindings.hpp"
#include "launcher/bindings/mapping_files.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "support/file.hpp"
#include "support/text.hpp"
#include "topology/mgd/load_mesh_graph.hpp"
#include "topology/physical/cluster_file.hpp"
#include "topology/physical/cluster_text.hpp"

namespace tt_run::cli {

using support::Diagnostic;
using support::DiagnosticSink;

namespace {

constexpr CommandPage kPage{
    .name = "check",
    .words = "[options] FILE...",
    .brief = "print everything that is wrong with files, and whether a job fits a machine",
    .summary = "Reads files of any kind and prints everything that is wrong with them.",
    .notes =
        "  FILE  Mesh Graph Descriptors, rank bindings, mappings, descriptions of hardware; told apart by\n"
        "        content\n"
        "  X     a description of hardware: a file, a directory, or a system's name (`tt-run show --list`)\n",
    .examples =
        "  tt-run check mgd.textproto rank_bindings.yaml\n"
        "  tt-run check mgd.textproto rank_bindings.yaml --cluster 't3k*2'\n"
        "  tt-run check mgd.textproto --fabric --fault M0:3~M0:4\n",
};

struct CheckOptions {
    std::string format = "text";
    std::string profile = "library";
    bool strict = false;
    bool fabric = false;
    std::string show;
    FabricArguments links;  ///< the cluster, and for `fabric` its faults
};

void define(CLI::App& app, CheckOptions& options) {
    app.add_option("--format", options.format,
                   "how diagnostics are printed: text (standard error) or json (standard output)")
        ->type_name("KIND")
        ->check(CLI::IsMember({"text", "json"}));
    app.add_option("--profile", options.profile,
                   "library: all that an MGD may hold; runtime: only what tt-metal's runtime loads")
        ->type_name("WHICH")
        ->check(CLI::IsMember({"library", "runtime"}));
    app.add_flag("--strict", options.strict, "unknown keys are errors");
    app.add_flag(
        "--fabric", options.fabric,
        "prove for every fabric config of a Mesh Graph Descriptor that no packet can wait in a circle");
    app.add_option(
           "--show", options.show,
           "with --cluster, draw how it fits or why it does not: a page, an SVG, a graph or JSON by the "
           "file's\nextension, else text; `-`: standard output")
        ->type_name("FILE");
    define_link_options(app, options.links);
}

std::string counted(std::int64_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : noun.ends_with("h") ? "es" : "s");
}

std::string summary_of(const topology::MeshGraph& graph) {
    const auto switches = std::count_if(
        graph.meshes.begin(), graph.meshes.end(),
        [](const topology::Mesh& mesh) { return mesh.kind == topology::MeshKind::network_switch; });
    const auto connections =
        static_cast<std::int64_t>(graph.connections.size() + graph.graph_connections.size());
    return counted(std::ssize(graph.meshes) - switches, "mesh") +
           (switches == 0 ? "" : ", " + counted(switches, "switch")) + ", " +
           counted(graph.chip_count(), "chip") +
           (connections == 0 ? "" : ", " + counted(connections, "connection"));
}

/// Reads a file as what it is; gives back one line that says what was found, for files without errors.
std::string check_file(const support::SourceTextPtr& source, FileKind kind, const CheckOptions& options,
                       const support::HostEnvironment& host, DiagnosticSink& sink) {
    switch (kind) {
        case FileKind::mesh_graph_descriptor: {
            const auto profile =
                options.profile == "runtime" ? topology::MgdProfile::runtime : topology::MgdProfile::library;
            const auto graph = topology::load_mesh_graph(source, profile, sink);
            return graph ? summary_of(*graph) : "";
        }
        case FileKind::rank_bindings:
            return counted(launcher::check_rank_bindings(source, source->name(), host, sink), "rank");
        case FileKind::rank_bindings_mapping:
            return counted(launcher::check_rank_bindings_mapping(source, source->name(), host, sink), "rank");
        case FileKind::mesh_graph_descriptor_mapping: {
            const auto mapping = launcher::parse_mesh_graph_descriptor_mapping(source, sink);
            return mapping ? counted(mapping->size(), "sub-context") : "";
        }
        case FileKind::mock_cluster_mapping: {
            const auto mapping = launcher::parse_mock_cluster_mapping(source, sink);
            return mapping ? counted(mapping->descriptors.size(), "rank") : "";
        }
    }
    return "";
}

/// A descriptor of hardware; gives back what was found.
std::string check_cluster_file(const CommandContext& context, std::size_t word, DiagnosticSink& sink) {
    const auto cluster = topology::load_cluster(cluster_span(context.arguments, word), context.host, sink);
    return cluster ? topology::render_counts(topology::measure(*cluster), cluster->links_known()) : "";
}

/// What is to be checked against a cluster: files that had no errors of their own.
struct OnCluster {
    std::vector<topology::MeshGraph> graphs;
    std::vector<support::Spanned<std::string>> bindings;
};

topology::Fit worse(topology::Fit a, topology::Fit b) {
    return std::min(a, b);
}

/// Bindings alone bring their own Mesh Graph Descriptors, one for each sub-context.
topology::Fit check_bindings_alone(const launcher::JobBindings& bindings, const topology::Cluster& cluster,
                                   topology::MgdProfile profile, const support::HostEnvironment& host,
                                   DiagnosticSink& sink) {
    topology::Fit fit = topology::Fit::possible;
    std::vector<std::filesystem::path> seen;
    for (const launcher::BoundRank& rank : bindings.ranks) {
        const std::filesystem::path& path = rank.mesh_graph_descriptor;
        if (std::find(seen.begin(), seen.end(), path) != seen.end()) {
            continue;
        }
        seen.push_back(path);
        const std::filesystem::path near = path.lexically_relative(host.working_directory);
        const bool below = !near.empty() && *near.begin() != "..";
        const auto source = support::load_source_text(path, (below ? near : path).string());
        DiagnosticSink told;  // the bindings' own check has read it already
        const auto graph = source ? topology::load_mesh_graph(*source, profile, told) : std::nullopt;
        if (graph) {
            launcher::JobBindings own = bindings;
            std::erase_if(own.ranks, [&](const auto& one) { return one.mesh_graph_descriptor != path; });
            fit = worse(fit, check_on_cluster(*graph, &own, cluster, sink));
        }
    }
    return fit;
}

/// The first one; of bindings alone there is none at hand.
const topology::MeshGraph* graph_to_draw(const OnCluster& files) {
    return files.graphs.empty() ? nullptr : &files.graphs.front();
}

topology::Fit check_all_on_cluster(const OnCluster& files, const topology::Cluster& cluster,
                                   topology::MgdProfile profile, const support::HostEnvironment& host,
                                   DiagnosticSink& sink) {
    topology::Fit fit = topology::Fit::possible;
    if (files.bindings.empty()) {
        for (const topology::MeshGraph& graph : files.graphs) {
            fit = worse(fit, check_on_cluster(graph, nullptr, cluster, sink));
        }
    }
    for (const support::Spanned<std::string>& file : files.bindings) {
        launcher::BindingSources sources;
        sources.rank_binding = file;
        const auto bindings = launcher::load_job_bindings(sources, host, sink);
        if (!bindings) {
            fit = topology::Fit::misfit;
        } else if (files.graphs.empty()) {
            fit = worse(fit, check_bindings_alone(*bindings, cluster, profile, host, sink));
        }
        for (const topology::MeshGraph& graph : files.graphs) {
            fit = bindings ? worse(fit, check_on_cluster(graph, &*bindings, cluster, sink)) : fit;
        }
    }
    return fit;
}

}  // namespace

void describe_check(const PageVisitor& visit) {
    CLI::App app;
    CheckOptions options;
    define(app, options);
    visit(kPage, app);
}

int run_check(const CommandContext& context) {
    CLI::App app;
    CheckOptions options;
    define(app, options);
    DiagnosticSink sink;
    const auto parsed = parse_verb_arguments(app, context.arguments, sink);
    if (parsed && parsed->options.help_wanted) {
        context.console.print(render_help(kPage, app));
        return kYes;
    }
    const std::vector<std::string>& words = context.arguments.words();
    if (parsed && parsed->words.empty()) {
        sink.report(Diagnostic(kNothingToRun, {}, "no file is named").help("`tt-run check FILE...`"));
    }
    if (!parsed || sink.errors() != 0) {
        context.console.print(sink, true);
        return kUsage;
    }
    if (options.strict) {
        sink.treat_as_error(launcher::kUnknownKey);
    }
    bool unreadable = false;
    std::string found;
    OnCluster on_cluster;
    const auto profile =
        options.profile == "runtime" ? topology::MgdProfile::runtime : topology::MgdProfile::library;
    for (const std::size_t word : parsed->words) {
        auto source = support::load_source_text(context.host.working_directory / words[word], words[word]);
        const std::size_t errors_before = sink.errors();
        if (!source) {
            unreadable = true;
            sink.report(Diagnostic(launcher::kFileUnreadable, context.arguments.span(word),
                                   source.error().message()));
            continue;
        }
        const auto kind = recognise(**source);
        const auto hardware = topology::recognise_cluster_file(*source);
        // A mapping of mock clusters is both; against a cluster it is only rows of paths.
        if (!kind && hardware) {
            const std::string summary = check_cluster_file(context, word, sink);
            if (sink.errors() == errors_before) {
                found += fmt::format("{}: {}, {}\n", words[word], topology::name_of(*hardware), summary);
            }
            continue;
        }
        if (!kind) {
            unreadable = true;
            sink.report(
                Diagnostic(kUnknownFileKind, context.arguments.span(word),
                           fmt::format("`{}` is no kind of file that tt-run knows", words[word]))
                    .note("it knows Mesh Graph Descriptors, rank bindings, mappings of sub-contexts and of "
                          "mock clusters, and descriptions of hardware"));
            continue;
        }
        if (*kind == FileKind::rank_bindings && !options.links.cluster.empty()) {
            on_cluster.bindings.push_back({words[word], context.arguments.span(word)});
            continue;
        }
        const std::string summary = check_file(*source, *kind, options, context.host, sink);
        if (sink.errors() == errors_before) {
            found += fmt::format("{}: {}, {}\n", words[word], name_of(*kind), summary);
        }
        if (*kind == FileKind::mesh_graph_descriptor && (!options.links.cluster.empty() || options.fabric)) {
            DiagnosticSink told;
            if (auto graph = topology::load_mesh_graph(*source, profile, told)) {
                on_cluster.graphs.push_back(*std::move(graph));
            }
        }
    }
    topology::Fit fit = topology::Fit::possible;
    int drawn = kYes;
    if (!options.links.cluster.empty()) {
        const auto cluster = topology::load_cluster(
            cluster_span(parsed->options.span_of("--cluster"), options.links.cluster), context.host, sink);
        unreadable = unreadable || (!cluster && exit_code_of_unloaded(sink) == kUsage);
        if (cluster) {
            const std::size_t errors_before = sink.errors();
            fit = check_all_on_cluster(on_cluster, *cluster, profile, context.host, sink);
            if (const topology::MeshGraph* const graph = graph_to_draw(on_cluster); graph != nullptr) {
                if (!options.show.empty()) {
                    drawn = deliver_fit(context, options.show, *graph, *cluster);
                } else if (fit == topology::Fit::misfit && on_cluster.bindings.empty()) {
                    sink.report(
                        Diagnostic(kPictureThere, {}, "there is a picture of this")
                            .help(fmt::format("`tt-run show {} --cluster {}` draws it, or `--show FILE` here",
                                              support::shell_quoted(graph->source_name),
                                              support::shell_quoted(options.links.cluster))));
                }
            }
            if (sink.errors() == errors_before && fit == topology::Fit::possible) {
                found +=
                    fmt::format("{}: {}; nothing speaks against it\n", cluster->source(),
                                topology::render_counts(topology::measure(*cluster), cluster->links_known()));
            }
        }
    }
    int fabric_code = kYes;
    for (const topology::MeshGraph& graph : on_cluster.graphs) {
        if (options.fabric && sink.errors() == 0) {
            const FabricCheck checked = check_fabric(context, parsed->options, graph, options.links, sink);
            found += checked.found;
            fabric_code = std::max(fabric_code, checked.exit_code);
        }
    }
    if (options.format == "json") {
        context.console.print(support::render_json(sink));
    } else {
        context.console.print(sink, true);
        context.console.print(found);
    }
    if (drawn != kYes) {
        return drawn;
    }
    if (unreadable || sink.errors() != 0) {
        return unreadable ? kUsage : kNo;
    }
    return fit == topology::Fit::unknown ? kCannotTell : fabric_code;
}

}  // namespace tt_run::cli
