#include "cli/fabric_arguments.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/cluster_argument.hpp"
#include "cli/exit_code.hpp"
#include "fabric/factory_comparison.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "support/file.hpp"
#include "topology/mapping/find_mapping.hpp"
#include "topology/mapping/ideal_cluster.hpp"
#include "topology/mgd/load_mesh_graph.hpp"
#include "topology/physical/synthetic_string.hpp"

namespace tt_run::cli {

using support::Diagnostic;
using support::DiagnosticSink;

namespace {

struct Placed {
    std::optional<topology::Cluster> cluster;
    topology::Mapping mapping;
    int exit_code = kNo;
};

Placed place_on_ideal(const topology::MeshGraph& graph, DiagnosticSink& sink) {
    Placed placed;
    if (auto ideal = topology::build_ideal_cluster(graph, sink)) {
        placed.cluster = std::move(ideal->cluster);
        placed.mapping = std::move(ideal->mapping);
    }
    return placed;
}

Placed place_on_cluster(const CommandContext& context, const support::Span& shown,
                        const topology::MeshGraph& graph, const FabricArguments& options,
                        DiagnosticSink& sink) {
    Placed placed;
    auto cluster = topology::load_cluster(cluster_span(shown, options.cluster), context.host, sink);
    if (!cluster) {
        placed.exit_code = exit_code_of_unloaded(sink);
        return placed;
    }
    topology::MappingOptions wanted;
    wanted.minimum_links = options.reliability.starts_with("RELAXED") ? 1 : 0;
    topology::MappingResult found = topology::find_mapping(graph, *cluster, wanted, sink);
    if (found.answer != topology::MappingAnswer::mapped) {
        placed.exit_code = found.answer == topology::MappingAnswer::unknown ? kCannotTell : kNo;
        return placed;
    }
    placed.mapping = std::move(found.mappings.front());
    placed.cluster = std::move(cluster);
    return placed;
}

}  // namespace

support::Span value_span(const ParsedArguments& parsed, const std::string& name, std::size_t n,
                         const std::string& value) {
    const auto found = parsed.value_spans.find(name);
    const support::Span shown =
        found != parsed.value_spans.end() && n < found->second.size() ? found->second[n] : support::Span{};
    return cluster_span(
        shown ? shown : support::Span{support::make_source_text("<" + name + ">", value), 0, value.size()},
        value);
}

void add_repeated(CLI::App& app, const std::string& name, std::vector<std::string>& values,
                  const std::string& help, const std::string& value_name) {
    // A verb's command line is read piece by piece: each piece adds what it holds.
    app.add_option_function<std::vector<std::string>>(
           name,
           [&values](const std::vector<std::string>& more) {
               values.insert(values.end(), more.begin(), more.end());
           },
           help)
        ->type_name(value_name)
        ->allow_extra_args(false);
}

void define_link_options(CLI::App& app, FabricArguments& options) {
    app.add_option("--cluster", options.cluster,
                   "the hardware; without it, hardware with exactly the links that the descriptor asks for")
        ->type_name("X");
    add_repeated(app, "--fault", options.faults,
                 "a link that is down, one-sided or slow: M0:3~M0:4, M0:3/CHANNEL=one-sided, "
                 "HOST/TRAY/LOCATION/CHANNEL=slow:0.5; may be repeated",
                 "WHERE[=WHAT]");
    app.add_flag("--reroute", options.reroute, "find ways round neighbours that have no link left");
    app.add_flag("--one-virtual-channel", options.one_virtual_channel,
                 "send everything on one virtual channel, to see what can then stop for ever");
}

void define_fabric_options(CLI::App& app, FabricArguments& options) {
    define_link_options(app, options);
    const auto& names = fabric::fabric_config_names();
    app.add_option("--fabric-config", options.config, "FABRIC_2D (the default), FABRIC_1D_RING, ...")
        ->type_name("NAME")
        ->check([&names](const std::string& name) {
            return fabric::parse_fabric_config(name)
                       ? std::string()
                       : fmt::format("`{}` is no fabric config; there are {}", name, fmt::join(names, ", "));
        });
    app.add_option("--reliability", options.reliability,
                   "STRICT_INIT (the default): every link must live; RELAXED_INIT: use what is left")
        ->type_name("MODE")
        ->check([](const std::string& name) {
            return fabric::parse_fabric_reliability(name)
                       ? std::string()
                       : fmt::format("`{}` is no reliability mode; there are STRICT_INIT and RELAXED_INIT",
                                     name);
        });
    app.add_option("--num-planes", options.num_planes, "use at most so many links between two chips")
        ->type_name("N")
        ->check(CLI::PositiveNumber);
    CLI::Option* const factory =
        app.add_option("--factory", options.factory,
                       "a factory system descriptor: the wiring that should exist, to compare with")
            ->type_name("X");
    app.add_option("--most-missing", options.most_missing,
                   "with RELAXED_INIT: it is an error if more of the factory's cables are missing")
        ->type_name("PERCENT")
        ->check(CLI::Range(0.0, 100.0))
        ->needs(factory);
}

fabric::FabricOptions fabric_options(const FabricArguments& options) {
    fabric::FabricOptions wanted;
    wanted.settings.config = *fabric::parse_fabric_config(options.config);
    wanted.settings.reliability = *fabric::parse_fabric_reliability(options.reliability);
    wanted.settings.num_planes = options.num_planes;
    wanted.reroute = options.reroute;
    wanted.one_virtual_channel = options.one_virtual_channel;
    return wanted;
}

LoadedFabric place_graph(const CommandContext& context, const ParsedArguments& parsed,
                         topology::MeshGraph graph, const FabricArguments& options, DiagnosticSink& sink) {
    LoadedFabric loaded;
    Placed placed = options.cluster.empty()
                        ? place_on_ideal(graph, sink)
                        : place_on_cluster(context, value_span(parsed, "--cluster", 0, options.cluster),
                                           graph, options, sink);
    if (!placed.cluster) {
        loaded.exit_code = placed.exit_code;
        return loaded;
    }
    auto system = std::make_shared<const fabric::FabricSystem>(std::move(graph), *std::move(placed.cluster),
                                                               std::move(placed.mapping));
    for (std::size_t k = 0; k < options.faults.size(); ++k) {
        if (!fabric::inject_fault(value_span(parsed, "--fault", k, options.faults[k]), *system, loaded.states,
                                  sink)) {
            loaded.exit_code = kUsage;
            return loaded;
        }
    }
    if (!options.factory.empty()) {
        const auto factory =
            topology::load_cluster(value_span(parsed, "--factory", 0, options.factory), context.host, sink);
        if (!factory) {
            loaded.exit_code = exit_code_of_unloaded(sink);
            return loaded;
        }
        const bool strict = options.reliability.starts_with("STRICT");
        const support::ErrorWatch watch(sink);
        report_factory_comparison(compare_with_factory(*system, loaded.states, *factory), strict, sink,
                                  options.most_missing);
        if (watch.saw_error()) {
            loaded.exit_code = kNo;
            return loaded;
        }
    }
    loaded.system = std::move(system);
    return loaded;
}

LoadedFabric load_fabric(const CommandContext& context, const ParsedArguments& parsed, std::size_t mgd_word,
                         const FabricArguments& options, DiagnosticSink& sink) {
    LoadedFabric loaded;
    const std::string& path = context.arguments.words()[mgd_word];
    const auto source = support::load_source_text(context.host.working_directory / path, path);
    if (!source) {
        Diagnostic unreadable(launcher::kFileUnreadable, context.arguments.span(mgd_word),
                              source.error().message());
        DiagnosticSink unsaid;
        if (topology::parse_synthetic(cluster_span(context.arguments, mgd_word), unsaid)) {
            unreadable.help(
                "this is a machine's name, for `--cluster`; here a Mesh Graph Descriptor is named");
        }
        sink.report(std::move(unreadable));
        loaded.exit_code = kUsage;
        return loaded;
    }
    auto graph = topology::load_mesh_graph(*source, topology::MgdProfile::library, sink);
    if (!graph) {
        loaded.exit_code = kNo;
        return loaded;
    }
    return place_graph(context, parsed, *std::move(graph), options, sink);
}

}  // namespace tt_run::cli
