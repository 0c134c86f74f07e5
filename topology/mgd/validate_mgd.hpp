#pragma once

#include "support/diagnostic.hpp"
#include "topology/mgd/mesh_graph_descriptor.hpp"

namespace tt_run::topology {

/// Who is going to use the file.
enum class MgdProfile {
    library,  ///< tools that read and convert: everything that has a meaning is accepted
    runtime,  ///< a job about to start: what the runtime of tt-metal refuses or mishandles is an error as
              ///< well
};

/// Limits on what a file may expand to, so that a few hostile lines cannot fill memory. A million chips fit.
inline constexpr std::int64_t kMostChips = 4'194'304;
inline constexpr std::int64_t kMostInstances = 100'000;      ///< meshes, switches and graphs together
inline constexpr std::int64_t kMostConnections = 2'000'000;  ///< between instances, plus express links
inline constexpr std::int64_t kDeepestGraphs = 64;
inline constexpr std::size_t kLongestName = 255;

/// Checks every rule and reports every violation, those that stand in the file first. A descriptor without
/// errors can be expanded by build_mesh_graph.
void validate_mgd(const MeshGraphDescriptor& mgd, MgdProfile profile, support::DiagnosticSink& sink);

}  // namespace tt_run::topology
