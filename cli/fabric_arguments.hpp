#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/verb_arguments.hpp"
#include "fabric/control_plane.hpp"

namespace CLI {
class App;
}

namespace tt_run::cli {

/// The options by which any verb that shows or checks a fabric says which.
struct FabricArguments {
    std::string cluster;
    std::string config = "FABRIC_2D";
    std::string reliability = "STRICT_INIT";
    std::optional<std::uint32_t> num_planes;
    std::vector<std::string> faults;
    std::string factory;
    std::optional<double> most_missing;  ///< percent of the factory's cables
    bool reroute = false;
    bool one_virtual_channel = false;
};
/// An option that may stand several times on a command line, between other words too.
void add_repeated(CLI::App& app, const std::string& name, std::vector<std::string>& values,
                  const std::string& help, const std::string& value_name);
void define_fabric_options(CLI::App& app, FabricArguments& options);
/// Those that make sense without a config and a reliability mode of the user's.
void define_link_options(CLI::App& app, FabricArguments& options);

/// What a verb needs before it can ask a fabric. `system` is null after a reported error; `exit_code` says
/// what the verb then returns.
struct LoadedFabric {
    fabric::FabricSystemPtr system;
    fabric::LinkStates states;
    int exit_code = 0;
};

/// The Mesh Graph Descriptor at a word of the command line, on the cluster that is named or else on an ideal
/// one, with the faults injected and the factory's wiring compared.
LoadedFabric load_fabric(const CommandContext& context, const ParsedArguments& parsed, std::size_t mgd_word,
                         const FabricArguments& options, support::DiagnosticSink& sink);

/// Places a graph on the named cluster, or on an ideal one.
LoadedFabric place_graph(const CommandContext& context, const ParsedArguments& parsed,
                         topology::MeshGraph graph, const FabricArguments& options,
                         support::DiagnosticSink& sink);

/// The place of an option's n-th value, without the option's name if they share a word.
support::Span value_span(const ParsedArguments& parsed, const std::string& name, std::size_t n,
                         const std::string& value);

fabric::FabricOptions fabric_options(const FabricArguments& options);

}  // namespace tt_run::cli
