#include "cli/show_fabric.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/deliver.hpp"
#include "cli/diagnostic_kinds.hpp"
#include "cli/exit_code.hpp"
#include "cli/fabric_arguments.hpp"
#include "cli/picture_output.hpp"
#include "cli/route_picture.hpp"
#include "fabric/render_fabric.hpp"

namespace tt_run::cli {

using support::Diagnostic;
using support::DiagnosticSink;

namespace {

constexpr CommandPage kFabricPage{
    .name = "show fabric",
    .words = "[options] MGD",
    .brief = "planes, exits and virtual channels of a job",
    .summary = "Shows the fabric of a Mesh Graph Descriptor: planes, exits, virtual channels, losses.",
    .notes =
        "  MGD  a Mesh Graph Descriptor\n"
        "  X    hardware: a file, a directory, or a system's name (`tt-run show --list`)\n",
    .examples =
        "  tt-run show fabric configs/closetbox/mgd.textproto --cluster closetbox\n"
        "  tt-run show fabric mgd.textproto --fault M0:3~M0:4 --reliability RELAXED_INIT\n"
        "  tt-run show fabric mgd.textproto --table M0:0\n",
};

constexpr CommandPage kRoutesPage{
    .name = "show routes",
    .words = "--from NODE --to NODE [options] MGD",
    .brief = "the ways that packets take",
    .summary = "Shows the ways that packets take, and what is on them.",
    .notes =
        "  MGD   a Mesh Graph Descriptor\n"
        "  NODE  a chip: `M0:3` is chip 3 of mesh 0\n"
        "  X     hardware: a file, a directory, or a system's name (`tt-run show --list`)\n",
    .examples =
        "  tt-run show routes --from M0:0 --to M1:15 configs/split-galaxy-4x4/mgd.textproto\n"
        "  tt-run show routes --from M0:0 --to M1:15 --bytes 1000000 mgd.textproto\n",
};

struct PictureOptions {
    FabricArguments fabric;
    PictureOutput output;
    std::vector<std::string> from;
    std::vector<std::string> to;
    std::vector<std::string> tables;
    std::uint64_t bytes = 0;
};

void define(CLI::App& app, PictureOptions& options) {
    define_fabric_options(app, options.fabric);
    define_picture_output(app, options.output);
}

void define_fabric(CLI::App& app, PictureOptions& options) {
    define(app, options);
    add_repeated(app, "--table", options.tables, "also print what this chip routes by; may be repeated",
                 "NODE");
}

void define_routes(CLI::App& app, PictureOptions& options) {
    define(app, options);
    add_repeated(app, "--from", options.from, "where packets start; may be repeated", "NODE");
    add_repeated(app, "--to", options.to, "where they go; may be repeated, every start sends to every target",
                 "NODE");
    app.add_option("--bytes", options.bytes, "send so much along each way, and show links and time")
        ->type_name("N");
}

/// What has gone well so far: the fabric, or the code to leave with.
struct Opened {
    std::optional<fabric::ControlPlane> plane;
    int exit_code = kYes;
    ParsedArguments arguments;
};

/// Reads the options, then the words `fabric` or `routes` and the descriptor, then opens the fabric. Prints
/// what `sink` holds when that fails.
Opened open_picture(const CommandContext& context, CLI::App& app, const CommandPage& page,
                    const std::string& word, PictureOptions& options, DiagnosticSink& sink) {
    const auto parsed = read_verb(context, page, app, sink, [&](const VerbArguments& found) {
        if (found.words.size() != 2) {
            sink.report(Diagnostic(kNothingToRun, {},
                                   found.words.size() < 2 ? "no Mesh Graph Descriptor is named"
                                                          : "one Mesh Graph Descriptor is shown at a time")
                            .help(fmt::format("`tt-run show {} MGD`", word)));
        }
    });
    if (!parsed) {
        return {std::nullopt, parsed.error(), {}};
    }
    const LoadedFabric loaded = load_fabric(context, parsed->options, parsed->words[1], options.fabric, sink);
    if (!loaded.system) {
        context.console.print(sink, true);
        return {std::nullopt, loaded.exit_code, {}};
    }
    auto plane =
        fabric::ControlPlane::open(loaded.system, loaded.states, fabric_options(options.fabric), sink);
    if (!plane) {
        context.console.print(sink, true);
        return {std::nullopt, kNo, {}};
    }
    return {std::move(plane), kYes, parsed->options};
}

/// The nodes that options name; reports those that do not exist.
std::vector<fabric::NodeAt> find_nodes(const Opened& opened, const std::string& option,
                                       const std::vector<std::string>& names, DiagnosticSink& sink) {
    std::vector<fabric::NodeAt> found;
    for (std::size_t k = 0; k < names.size(); ++k) {
        const std::string& name = names[k];
        const auto node = fabric::parse_node(name);
        const auto at = node ? opened.plane->system().find(*node) : std::nullopt;
        if (at) {
            found.push_back(*at);
            continue;
        }
        sink.report(Diagnostic(kUnknownNode, value_span(opened.arguments, option, k, name),
                               node ? fmt::format("there is no node `{}`", name)
                                    : fmt::format("`{}` names no node; nodes are written `M0:3`", name)));
    }
    return found;
}

}  // namespace

FabricPicture wanted_picture(const Arguments& arguments) {
    const std::string word = arguments.words().size() > 2 ? arguments.words()[2] : "";
    return word == "fabric"                        ? FabricPicture::fabric
           : word == "routes" || word == "traffic" ? FabricPicture::routes
                                                   : FabricPicture::none;
}

void describe_show_fabric(const PageVisitor& visit) {
    CLI::App fabric;
    PictureOptions fabric_options;
    define_fabric(fabric, fabric_options);
    visit(kFabricPage, fabric);
    CLI::App routes;
    PictureOptions routes_options;
    define_routes(routes, routes_options);
    visit(kRoutesPage, routes);
}

int run_show_fabric(const CommandContext& context) {
    CLI::App app;
    PictureOptions options;
    define_fabric(app, options);
    DiagnosticSink sink;
    const Opened opened = open_picture(context, app, kFabricPage, "fabric", options, sink);
    if (!opened.plane) {
        return opened.exit_code;
    }
    const auto nodes = find_nodes(opened, "--table", options.tables, sink);
    context.console.print(sink, true);
    if (sink.errors() != 0) {
        return kUsage;
    }
    const std::string& format = options.output.format;
    if (format != "json" && format != "text") {
        return deliver_picture(context, options.output,
                               draw_routes(*opened.plane, !options.fabric.cluster.empty(), {}, {}));
    }
    std::string shown = format == "json" ? fabric::render_fabric_json(*opened.plane)
                                         : fabric::render_fabric_text(*opened.plane);
    for (const fabric::NodeAt node : nodes) {
        shown += fabric::render_table_text(fabric::build_routing_table(*opened.plane, node));
    }
    return deliver(context, options.output.file, shown);
}

int run_show_routes(const CommandContext& context) {
    CLI::App app;
    PictureOptions options;
    define_routes(app, options);
    DiagnosticSink sink;
    const Opened opened =
        open_picture(context, app, kRoutesPage, "routes --from M0:0 --to M0:1", options, sink);
    if (!opened.plane) {
        return opened.exit_code;
    }
    if (options.from.empty() || options.to.empty()) {
        sink.report(Diagnostic(kNothingToRun, {}, "a route has a start and a target")
                        .help("`tt-run show routes --from M0:0 --to M0:1 MGD`"));
    }
    const bool wants_traffic = context.arguments.words()[2] == "traffic";
    if (wants_traffic && options.bytes == 0) {
        sink.report(
            Diagnostic(kNothingToRun, {}, "traffic needs a number of bytes").help("`--bytes 1000000`"));
    }
    const fabric::ControlPlane& plane = *opened.plane;
    const auto from = find_nodes(opened, "--from", options.from, sink);
    const auto to = find_nodes(opened, "--to", options.to, sink);
    context.console.print(sink, true);
    if (sink.errors() != 0) {
        return kUsage;
    }
    const auto routes = fabric::ask_routes(plane, from, to);
    std::vector<fabric::Transfer> transfers;
    bool all = true;
    for (const fabric::AskedRoute& asked : routes) {
        all = all && asked.route;
        if (options.bytes != 0) {
            const auto connection = static_cast<std::uint32_t>(transfers.size());
            transfers.push_back({asked.from, asked.to, options.bytes, connection});
        }
    }
    const std::string& format = options.output.format;
    const bool as_picture = format != "text" && format != "json";
    if (as_picture || (wants_traffic && all && format == "text")) {
        const int drawn = deliver_picture(context, options.output,
                                          draw_routes(plane, !options.fabric.cluster.empty(), routes,
                                                      all ? transfers : std::vector<fabric::Transfer>{}));
        return drawn == kYes && !all ? kNo : drawn;
    }
    std::string shown = format == "json" ? fabric::render_routes_json(plane, routes, transfers)
                                         : fabric::render_routes_text(plane, routes);
    if (format == "text" && all && !transfers.empty()) {
        shown += fabric::render_traffic_text(plane, transfers);
    }
    const int delivered = deliver(context, options.output.file, shown);
    return delivered == kYes && !all ? kNo : delivered;
}

}  // namespace tt_run::cli
