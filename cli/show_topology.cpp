#include "cli/show_topology.hpp"

#include <algorithm>
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/cluster_argument.hpp"
#include "cli/command_page.hpp"
#include "cli/deliver.hpp"
#include "cli/diagnostic_kinds.hpp"
#include "cli/exit_code.hpp"
#include "cli/fabric_arguments.hpp"
#include "cli/fit_picture.hpp"
#include "cli/picture_output.hpp"
#include "cli/route_picture.hpp"
#include "cli/shown_subject.hpp"
#include "cli/verb_arguments.hpp"
#include "topology/draw/diagnostic_kinds.hpp"
#include "topology/draw/draw_cluster.hpp"
#include "topology/draw/draw_mesh_graph.hpp"
#include "topology/draw/visualizer_export.hpp"
#include "topology/mapping/find_mapping.hpp"
#include "topology/physical/cluster_text.hpp"
#include "topology/physical/synthetic_system.hpp"

namespace tt_run::cli {

namespace draw = topology::draw;
using support::Diagnostic;
using support::DiagnosticSink;

namespace {

/// Larger systems are not drawn: a picture takes about 5 KiB of memory for each chip.
constexpr std::int64_t kMostDrawnChips = 200'000;

constexpr CommandPage kTopologyPage{
    .name = "show",
    .words = "[options] [cluster|mgd|mapping|links] X...",
    .brief = "a machine, a descriptor, a mapping, a run; fabric and routes of a job",
    .summary = "Shows what files or systems are: hardware, a Mesh Graph Descriptor, the one on the other.",
    .notes =
        "  X  a Mesh Graph Descriptor, rank bindings, the directory of a job or of a run's report, or\n"
        "     hardware: a file, a directory, or a system's name; a descriptor together with hardware is a\n"
        "     mapping; `links` is a matrix\n\n"
        "`tt-run show fabric MGD`, `tt-run show routes --from NODE --to NODE MGD` and `tt-run show traffic`\n"
        "show what runs on it.\n",
    .examples =
        "  tt-run show --list\n"
        "  tt-run show 't3k*2'\n"
        "  tt-run show configs/split-galaxy-4x4/mgd.textproto wh-galaxy --format svg -o mapping.svg\n"
        "  tt-run show wh-galaxy --format json -o galaxy.json\n",
};

struct ShowOptions {
    PictureOutput output;
    FabricArguments links;  ///< the cluster, and faults on it
    std::string expected;
    bool list = false;
};

void define(CLI::App& app, ShowOptions& options) {
    define_picture_output(app, options.output, true);
    app.add_option("--cluster", options.links.cluster,
                   "the hardware on which a Mesh Graph Descriptor is shown")
        ->type_name("X");
    app.add_option(
           "--expected", options.expected,
           "the hardware that should be there, to see what is missing; without it known machines tell")
        ->type_name("X");
    add_repeated(
        app, "--fault", options.links.faults,
        "a link that is down, one-sided or slow, as `tt-run show fabric --help` has it; may be repeated",
        "WHERE[=WHAT]");
    app.add_option("--reliability", options.links.reliability,
                   "STRICT_INIT (the default): every link must live; RELAXED_INIT: fewer will do")
        ->type_name("MODE")
        ->check(CLI::IsMember({"STRICT_INIT", "RELAXED_INIT"}));
    app.add_flag("--list", options.list, "print the systems that are known by name");
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
            out += fmt::format("{:<24} {:>3} chip{} {}\n", word.word, word.chips,
                               word.chips == 1 ? ", " : "s,", word.description);
        }
    }
    return out + (format == "json" ? "]}\n" : "");
}

std::vector<draw::LinkCondition> conditions_of(const fabric::LinkStates& states) {
    std::vector<draw::LinkCondition> conditions;
    for (const auto& [link, state] : states.exceptions()) {
        conditions.push_back(describe_condition(link, state));
    }
    return conditions;
}

/// Shows what there is to see: the mapping, or why there is none on the hardware as it is.
class TopologyShow {
  public:
    TopologyShow(const CommandContext& context, const ShowOptions& options, const ParsedArguments& parsed,
                 DiagnosticSink& sink)
        : context_(context), options_(options), parsed_(parsed), sink_(sink) {}

    int show_cluster(const support::Span& named, bool as_matrix) {
        const auto cluster = topology::load_cluster(named, context_.host, sink_);
        const auto missing = cluster ? find_missing(*cluster) : std::nullopt;
        context_.console.print(sink_, true);
        if (!missing) {
            return exit_code_of_unloaded(sink_);
        }
        if (static_cast<std::int64_t>(cluster->asics().size()) > kMostDrawnChips) {
            return options_.output.format == "text" && !as_matrix
                       ? deliver(context_, options_.output.file, topology::render_cluster_text(*cluster))
                       : refuse_to_draw(static_cast<std::int64_t>(cluster->asics().size()));
        }
        const ShownPicture shown{draw::draw_cluster(*cluster, *missing), "hardware", {}};
        if (as_matrix) {
            return deliver_matrix(context_, options_.output, shown);
        }
        return deliver_picture(context_, options_.output, {shown},
                               topology::render_cluster_text(*cluster) + "\n",
                               topology::render_shape_member(*cluster));
    }

    int show_graph(const ShownSubject& subject, bool as_matrix) {
        context_.console.print(sink_, true);
        if (subject.graph->chip_count() > kMostDrawnChips) {
            return refuse_to_draw(subject.graph->chip_count());
        }
        const ShownPicture shown{draw::draw_mesh_graph(*subject.graph, subject.owners), "meshes", {}};
        return as_matrix ? deliver_matrix(context_, options_.output, shown)
                         : deliver_picture(context_, options_.output, {shown});
    }

    int show_mapping(const ShownSubject& subject, const support::Span& named, bool as_matrix) {
        const auto cluster = topology::load_cluster(named, context_.host, sink_);
        const auto chips = cluster ? static_cast<std::int64_t>(cluster->asics().size()) : 0;
        if (chips > kMostDrawnChips) {
            return refuse_to_draw(chips);
        }
        const auto missing = cluster ? find_missing(*cluster) : std::nullopt;
        if (!missing) {
            context_.console.print(sink_, true);
            return exit_code_of_unloaded(sink_);
        }
        topology::MappingOptions wanted;
        wanted.minimum_links = options_.links.reliability.starts_with("RELAXED") ? 1 : 0;
        wanted.share_boards = true;
        const auto found = topology::find_mapping(*subject.graph, *cluster, wanted, sink_);
        if (found.answer != topology::MappingAnswer::mapped) {
            context_.console.print(sink_, true);
            return show_misfit(*cluster, *missing, found);
        }
        const fabric::FabricSystem system(*subject.graph, *cluster, found.mappings.front());
        fabric::LinkStates states;
        for (std::size_t k = 0; k < options_.links.faults.size(); ++k) {
            if (!fabric::inject_fault(value_span(parsed_, "--fault", k, options_.links.faults[k]), system,
                                      states, sink_)) {
                context_.console.print(sink_, true);
                return kUsage;
            }
        }
        context_.console.print(sink_, true);
        const draw::MappedSystem mapped{*subject.graph, *cluster, found.mappings.front(),
                                        conditions_of(states), subject.owners};
        if (options_.output.format == "visualizer") {
            return deliver_files(context_, options_.output, draw::export_for_visualizer(mapped));
        }
        const ShownPicture shown{draw::draw_mapping(mapped, *missing), "hardware", {}};
        const ShownPicture logical{draw::draw_mesh_graph(*subject.graph, subject.owners), "meshes", {}};
        return as_matrix ? deliver_matrix(context_, options_.output, shown)
                         : deliver_picture(context_, options_.output, {shown, logical});
    }

  private:
    int refuse_to_draw(std::int64_t chips) {
        DiagnosticSink refusal;
        refusal.report(Diagnostic(draw::kPictureTooLarge, {},
                                  fmt::format("a picture of {} chips is too large; at most {} are drawn",
                                              chips, kMostDrawnChips))
                           .help("`tt-run check` and `tt-run convert` take systems of every size"));
        context_.console.print(refusal, true);
        return kUsage;
    }

    std::optional<draw::MissingLinks> find_missing(const topology::Cluster& cluster) {
        if (options_.expected.empty()) {
            return draw::judge_links(cluster);
        }
        const auto expected = topology::load_cluster(value_span(parsed_, "--expected", 0, options_.expected),
                                                     context_.host, sink_);
        return expected ? std::optional(draw::compare_links(cluster, *expected)) : std::nullopt;
    }

    /// The hardware, with the pairs of chips that have too few links for the descriptor.
    int show_misfit(const topology::Cluster& cluster, const draw::MissingLinks& missing,
                    const topology::MappingResult& found) {
        const int delivered =
            deliver_picture(context_, options_.output, {draw_misfit(cluster, missing, found)});
        return delivered != kYes                                  ? delivered
               : found.answer == topology::MappingAnswer::unknown ? kCannotTell
                                                                  : kNo;
    }

    const CommandContext& context_;
    const ShowOptions& options_;
    const ParsedArguments& parsed_;
    DiagnosticSink& sink_;
};

/// What the first word asks for, if it is none of the things to show.
enum class What { guess, cluster, graph, mapping, links };

What wanted(std::vector<std::size_t>& words, const Arguments& arguments) {
    constexpr std::pair<std::string_view, What> kWords[] = {
        {"cluster", What::cluster}, {"mgd", What::graph}, {"mapping", What::mapping}, {"links", What::links}};
    for (const auto& [word, what] : kWords) {
        if (words.size() > 1 && arguments.words()[words.front()] == word) {
            words.erase(words.begin());
            return what;
        }
    }
    return What::guess;
}

}  // namespace

void describe_show_topology(const PageVisitor& visit) {
    CLI::App app;
    ShowOptions options;
    define(app, options);
    visit(kTopologyPage, app);
}

int run_show_topology(const CommandContext& context) {
    CLI::App app;
    ShowOptions options;
    define(app, options);
    DiagnosticSink sink;
    auto parsed = read_verb(context, kTopologyPage, app, sink, [&](const VerbArguments& found) {
        if (found.words.empty() && !options.list) {
            sink.report(
                Diagnostic(kNothingToRun, {}, "nothing is named to be shown").help("`tt-run show FILE...`"));
        }
    });
    if (!parsed) {
        return parsed.error();
    }
    if (options.list) {
        return deliver(context, options.output.file, list_of_words(options.output.format));
    }
    const What what = wanted(parsed->words, context.arguments);
    ShownSubject subject = read_subject(context, parsed->words, sink);
    if (sink.errors() != 0) {
        context.console.print(sink, true);
        return subject.exit_code == kYes ? kNo : subject.exit_code;
    }
    if (!options.links.cluster.empty() && subject.cluster) {
        sink.report(Diagnostic(kOptionConflict, parsed->options.span_of("--cluster"),
                               "`--cluster` names a second piece of hardware; one is shown")
                        .also(*subject.cluster, "the first"));
    } else if (!options.links.cluster.empty()) {
        subject.cluster = value_span(parsed->options, "--cluster", 0, options.links.cluster);
    }
    if (what == What::cluster && subject.cluster) {
        subject.graph.reset();
    }
    if (what == What::graph && subject.graph) {
        subject.cluster.reset();
    }
    if (options.output.format == "visualizer" &&
        (!subject.graph || !subject.cluster || options.output.file.empty() || options.output.file == "-")) {
        sink.report(Diagnostic(kNothingToRun, parsed->options.span_of("--format"),
                               "ttnn-visualizer wants a mapping, in several files")
                        .help("`tt-run show MGD --cluster X --format visualizer -o DIRECTORY`"));
    } else if ((what == What::graph || what == What::mapping) && !subject.graph) {
        sink.report(Diagnostic(kNothingToRun, {}, "no Mesh Graph Descriptor is named")
                        .help("`tt-run show mapping MGD X`"));
    } else if ((what == What::cluster || what == What::mapping) && !subject.cluster) {
        sink.report(Diagnostic(kNothingToRun, {}, "no cluster is named").help("name one with `--cluster X`"));
    }
    if (sink.errors() != 0) {
        context.console.print(sink, true);
        return kUsage;
    }
    TopologyShow show(context, options, parsed->options, sink);
    const bool as_matrix = what == What::links;
    return subject.graph && subject.cluster ? show.show_mapping(subject, *subject.cluster, as_matrix)
           : subject.graph                  ? show.show_graph(subject, as_matrix)
                                            : show.show_cluster(*subject.cluster, as_matrix);
}

}  // namespace tt_run::cli
