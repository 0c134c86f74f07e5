#include <algorithm>
#include <filesystem>

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
#include "cli/job_folder.hpp"
#include "cli/verb_arguments.hpp"
#include "launcher/bindings/mapping_files.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "support/counted.hpp"
#include "support/file.hpp"
#include "support/text.hpp"
#include "topology/mapping/find_mapping.hpp"
#include "topology/mgd/load_mesh_graph.hpp"
#include "topology/physical/cluster_file.hpp"
#include "topology/physical/cluster_text.hpp"

namespace tt_run::cli {

using support::counted;
using support::Diagnostic;
using support::DiagnosticSink;

namespace {

constexpr CommandPage kCheckPage{
    .name = "check",
    .words = "[options] FILE...",
    .brief = "print everything that is wrong with files, and whether a job fits a machine",
    .summary = "Reads files of any kind and prints everything that is wrong with them.",
    .notes =
        "  FILE  Mesh Graph Descriptors, rank bindings, mappings, descriptions of hardware; told apart by\n"
        "        content. A directory stands for the job in it, or for the hardware\n"
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

std::string summary_of(const topology::MeshGraph& graph) {
    const auto switches = static_cast<std::size_t>(std::count_if(
        graph.meshes.begin(), graph.meshes.end(),
        [](const topology::Mesh& mesh) { return mesh.kind == topology::MeshKind::network_switch; }));
    const std::size_t connections = graph.connections.size() + graph.graph_connections.size();
    return counted(graph.meshes.size() - switches, "mesh") +
           (switches == 0 ? "" : ", " + counted(switches, "switch")) + ", " +
           counted(graph.chip_count(), "chip") +
           (connections == 0 ? "" : ", " + counted(connections, "connection"));
}

/// One run of the command: its files one after another, then all of them on the hardware, then the fabric.
class Check {
  public:
    Check(const CommandContext& context, const CheckOptions& options, const ParsedArguments& parsed,
          DiagnosticSink& sink)
        : context_(context),
          options_(options),
          parsed_(parsed),
          sink_(sink),
          profile_(options.profile == "runtime" ? topology::MgdProfile::runtime
                                                : topology::MgdProfile::library) {}

    void read(std::size_t word) {
        const auto named = file_named_by(context_, word, sink_);
        if (!named) {
            unreadable_ = true;
            return;
        }
        const std::string& name = *named;
        const auto source = support::load_source_text(context_.host.working_directory / name, name);
        std::error_code failure;
        if (!source && std::filesystem::is_directory(context_.host.working_directory / name, failure)) {
            const std::string summary = read_cluster(word);
            found_ += summary.empty() ? "" : fmt::format("{}: {}\n", name, summary);
            unreadable_ = unreadable_ || (summary.empty() && exit_code_of_unloaded(sink_) == kUsage);
            return;
        }
        if (!source) {
            unreadable_ = true;
            sink_.report(Diagnostic(launcher::kFileUnreadable, context_.arguments.span(word),
                                    source.error().message()));
            return;
        }
        const auto kind = recognise(**source);
        const auto hardware = topology::recognise_cluster_file(*source);
        const std::size_t errors_before = sink_.errors();
        std::string what;
        std::string summary;
        if (kind == FileKind::rank_bindings && wants_cluster()) {
            files_.bindings.push_back({name, context_.arguments.span(word)});
            return;
        }
        if (kind) {
            what = name_of(*kind);
            summary = read_as(*kind, *source);
        } else if (hardware) {  // a mapping of mock clusters is both; here it is only rows of paths
            what = topology::name_of(*hardware);
            summary = read_cluster(word);
        } else {
            unreadable_ = true;
            const bool is_empty = support::trim((*source)->text()).empty();
            sink_.report(
                Diagnostic(kUnknownFileKind, context_.arguments.span(word),
                           is_empty ? fmt::format("`{}` is empty", name)
                                    : fmt::format("`{}` is no kind of file that tt-run knows", name))
                    .note("it knows Mesh Graph Descriptors, rank bindings, mappings of sub-contexts and of "
                          "mock clusters, and descriptions of hardware"));
            return;
        }
        if (sink_.errors() == errors_before) {
            found_ += fmt::format("{}: {}, {}\n", name, what, summary);
        }
    }

    void fit() {
        if (!wants_cluster()) {
            return;
        }
        const auto cluster = topology::load_cluster(
            cluster_span(parsed_.span_of("--cluster"), options_.links.cluster), context_.host, sink_);
        if (!cluster) {
            unreadable_ = unreadable_ || exit_code_of_unloaded(sink_) == kUsage;
            return;
        }
        const std::size_t errors_before = sink_.errors();
        job_ = check_on_cluster(files_, *cluster, profile_, context_.host, sink_);
        draw(*cluster);
        if (sink_.errors() == errors_before && job_.fit == topology::Fit::possible) {
            found_ +=
                fmt::format("{}: {}; nothing speaks against it\n", cluster->source(),
                            topology::render_counts(topology::measure(*cluster), cluster->links_known()));
        }
    }

    void prove_fabric() {
        for (const topology::MeshGraph& graph : files_.graphs) {
            if (options_.fabric && sink_.errors() == 0) {
                const FabricCheck checked = check_fabric(context_, parsed_, graph, options_.links, sink_);
                found_ += checked.found;
                fabric_ = std::max(fabric_, checked.exit_code);
            }
        }
    }

    /// What was found, printed. Returns the exit code.
    int conclude() const {
        if (options_.format == "json") {
            context_.console.print(support::render_json(sink_));
        } else {
            context_.console.print(sink_, true);
            context_.console.print(found_);
        }
        if (drawn_ != kYes) {
            return drawn_;
        }
        if (unreadable_ || sink_.errors() != 0) {
            return unreadable_ ? kUsage : kNo;
        }
        return job_.fit == topology::Fit::unknown ? kCannotTell : fabric_;
    }

  private:
    bool wants_cluster() const { return !options_.links.cluster.empty(); }

    /// These give back what was found, in a few words; what that is does not count after an error.
    std::string read_as(FileKind kind, const support::SourceTextPtr& source) {
        switch (kind) {
            case FileKind::mesh_graph_descriptor: {
                auto graph = topology::load_mesh_graph(source, profile_, sink_);
                const std::string summary = graph ? summary_of(*graph) : "";
                if (graph) {
                    files_.graphs.push_back(*std::move(graph));
                }
                return summary;
            }
            case FileKind::rank_bindings:
                return counted(launcher::check_rank_bindings(source, source->name(), context_.host, sink_),
                               "rank");
            case FileKind::rank_bindings_mapping:
                return counted(
                    launcher::check_rank_bindings_mapping(source, source->name(), context_.host, sink_),
                    "rank");
            case FileKind::mesh_graph_descriptor_mapping: {
                const auto mapping = launcher::parse_mesh_graph_descriptor_mapping(source, sink_);
                return mapping ? counted(mapping->size(), "sub-context") : "";
            }
            case FileKind::mock_cluster_mapping: {
                const auto mapping = launcher::parse_mock_cluster_mapping(source, sink_);
                return mapping ? counted(mapping->descriptors.size(), "rank") : "";
            }
        }
        return "";
    }

    std::string read_cluster(std::size_t word) {
        const auto cluster =
            topology::load_cluster(cluster_span(context_.arguments, word), context_.host, sink_);
        return cluster ? topology::render_counts(topology::measure(*cluster), cluster->links_known()) : "";
    }

    /// Then nothing but the bindings is wrong, and a picture of the descriptor shows nothing amiss.
    bool fits_alone(const topology::Cluster& cluster) const {
        DiagnosticSink told;
        return topology::find_mapping(*job_.pictured, cluster, {}, told).answer ==
               topology::MappingAnswer::mapped;
    }

    /// The descriptor that speaks most, on it; where there is a picture that nobody asked for, a note says
    /// so.
    void draw(const topology::Cluster& cluster) {
        if (!job_.pictured) {
            return;
        }
        if (!options_.show.empty()) {
            drawn_ = deliver_fit(context_, options_.show, *job_.pictured, job_.owners, cluster);
        } else if (job_.fit == topology::Fit::misfit && (files_.bindings.empty() || !fits_alone(cluster))) {
            sink_.report(
                Diagnostic(kPictureThere, {}, "there is a picture of this")
                    .help(fmt::format("`tt-run show {} --cluster {}` draws it, or `--show FILE` here",
                                      support::shell_quoted(job_.pictured->source_name),
                                      support::shell_quoted(options_.links.cluster))));
        }
    }

    const CommandContext& context_;
    const CheckOptions& options_;
    const ParsedArguments& parsed_;
    DiagnosticSink& sink_;
    const topology::MgdProfile profile_;
    JobFiles files_;
    std::string found_;  ///< a line for everything without errors
    bool unreadable_ = false;
    JobFit job_;
    int drawn_ = kYes;
    int fabric_ = kYes;
};

}  // namespace

void describe_check(const PageVisitor& visit) {
    CLI::App app;
    CheckOptions options;
    define(app, options);
    visit(kCheckPage, app);
}

int run_check(const CommandContext& context) {
    CLI::App app;
    CheckOptions options;
    define(app, options);
    DiagnosticSink sink;
    const auto parsed = read_verb(context, kCheckPage, app, sink, [&](const VerbArguments& found) {
        if (found.words.empty()) {
            sink.report(Diagnostic(kNothingToRun, {}, "no file is named").help("`tt-run check FILE...`"));
        }
    });
    if (!parsed) {
        return parsed.error();
    }
    if (options.strict) {
        sink.treat_as_error(launcher::kUnknownKey);
    }
    Check check(context, options, parsed->options, sink);
    for (const std::size_t word : parsed->words) {
        check.read(word);
    }
    check.fit();
    check.prove_fabric();
    return check.conclude();
}

}  // namespace tt_run::cli
