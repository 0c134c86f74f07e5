#include "cli/check_fabric.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/exit_code.hpp"
#include "fabric/deadlock_check.hpp"
#include "fabric/diagnostic_kinds.hpp"

namespace tt_run::cli {

using fabric::FabricConfig;
using support::Diagnostic;
using support::DiagnosticSink;

namespace {

std::vector<FabricConfig> permitted_configs(const topology::MeshGraph& graph) {
    const auto closes = [&](std::size_t dimension) {
        return std::any_of(graph.meshes.begin(), graph.meshes.end(), [&](const topology::Mesh& mesh) {
            return mesh.dim_types[dimension] == topology::DimensionType::ring;
        });
    };
    std::vector<FabricConfig> configs{FabricConfig::line, FabricConfig::ring, FabricConfig::mesh};
    for (const FabricConfig torus : {FabricConfig::torus_x, FabricConfig::torus_y, FabricConfig::torus_xy}) {
        if ((closes(0) || !fabric::uses_wraps(torus, 0)) && (closes(1) || !fabric::uses_wraps(torus, 1))) {
            configs.push_back(torus);
        }
    }
    return configs;
}

void report_cycle(const fabric::ControlPlane& plane, const fabric::DeadlockReport& report,
                  DiagnosticSink& sink) {
    Diagnostic diagnostic(fabric::kFabricDeadlock, plane.system().graph().meshes.front().span,
                          fmt::format("{}: packets can wait for each other in a circle of {} channels",
                                      name_of(plane.options().settings.config), report.cycle.size()));
    for (const std::string& line : fabric::render_cycle(plane, report)) {
        diagnostic.note(line);
    }
    sink.report(std::move(diagnostic));
}

}  // namespace

FabricCheck check_fabric(const CommandContext& context, const ParsedArguments& parsed,
                         const topology::MeshGraph& graph, const FabricArguments& options,
                         DiagnosticSink& sink) {
    FabricCheck check;
    const LoadedFabric loaded = place_graph(context, parsed, graph, options, sink);
    if (!loaded.system) {
        check.exit_code = loaded.exit_code;
        return check;
    }
    fabric::FabricOptions wanted = fabric_options(options);
    wanted.settings.reliability = fabric::FabricReliability::relaxed;
    bool told = false;
    for (const FabricConfig config : permitted_configs(graph)) {
        wanted.settings.config = config;
        DiagnosticSink again;  // the same links are missing whatever the config
        const auto plane =
            fabric::ControlPlane::open(loaded.system, loaded.states, wanted, told ? again : sink);
        told = true;
        if (!plane) {
            check.exit_code = kNo;
            return check;
        }
        const auto report = fabric::check_deadlock(*plane);
        if (!report) {
            check.exit_code = kCannotTell;
            check.found += fmt::format("{}: not checked: {}\n", name_of(config), report.error().message());
        } else if (report->acyclic()) {
            check.found += fmt::format("{}: {} channels, {} dependencies, none in a circle\n",
                                       name_of(config), report->channels, report->dependencies);
        } else {
            check.exit_code = kNo;
            report_cycle(*plane, *report, sink);
        }
    }
    return check;
}

}  // namespace tt_run::cli
