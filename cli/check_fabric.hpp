#pragma once

#include <string>

#include "cli/fabric_arguments.hpp"

namespace tt_run::cli {

/// Opens every fabric config that a Mesh Graph Descriptor permits, on the named cluster or an ideal one, and
/// proves for each that no packet can wait in a circle, or reports `fabric-deadlock` with the circle. Gives
/// back a line for each proof. Links that are missing are told as under RELAXED_INIT.
struct FabricCheck {
    std::string found;
    int exit_code = 0;
};
FabricCheck check_fabric(const CommandContext& context, const ParsedArguments& parsed,
                         const topology::MeshGraph& graph, const FabricArguments& options,
                         support::DiagnosticSink& sink);

}  // namespace tt_run::cli
