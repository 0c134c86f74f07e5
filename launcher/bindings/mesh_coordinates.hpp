#pragma once

#include <optional>
#include <vector>

#include "launcher/bindings/job_bindings.hpp"
#include "launcher/bindings/physical_model.hpp"
#include "support/diagnostic.hpp"
#include "support/host_environment.hpp"
#include "topology/mgd/mesh_graph.hpp"

namespace tt_run::launcher {

/// Whether a value of TT_VISIBLE_DEVICES names chips by where they are in the rank's mesh: `(0,0),(0,1)`, or
/// a rectangle by two corners, `(0,0)-(1,3)`; rows and columns from 0. No device list looks like that.
bool is_mesh_coordinates(std::string_view value);

/// The chips, ascending. Reports what is no coordinate and what lies outside the mesh. Empty exactly when it
/// reported an error.
std::optional<std::vector<topology::ChipId>> parse_mesh_coordinates(const support::Span& value,
                                                                    const topology::Mesh& mesh,
                                                                    support::DiagnosticSink& sink);

/// Replaces every such value in the rows of `job` by the devices on which a mapping of its descriptor puts
/// these chips, and leaves all else as it is. Ranks that name devices keep them. Reports values that cannot
/// be resolved, and that there is no hardware to resolve them on (`model` is null).
void resolve_mesh_coordinates(JobBindings& job, const PhysicalModel* model,
                              const support::HostEnvironment& host, support::DiagnosticSink& sink);

}  // namespace tt_run::launcher
