#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "launcher/bindings/binding_files.hpp"
#include "launcher/bindings/physical_model.hpp"
#include "support/diagnostic.hpp"
#include "support/host_environment.hpp"

namespace tt_run::launcher {

struct MeshShape {
    std::int32_t rows = 1;
    std::int32_t columns = 1;
};

/// "4x4"; empty if it is no such thing or has no chip.
std::optional<MeshShape> parse_mesh_shape(std::string_view text);

/// What is asked of a starter job; what is left out is chosen.
struct StarterRequest {
    std::optional<MeshShape> mesh;      ///< else one that is a whole host
    std::optional<std::size_t> meshes;  ///< else as many as there is room for
    std::string system;                 ///< as the user wrote it, for the comments
    support::Span place;                ///< where the system was named
};

/// A Mesh Graph Descriptor and a binding file for a machine, to begin with and to change.
struct StarterJob {
    std::vector<OutputFile> files;  ///< mgd.textproto, rank_bindings.yaml; with real hosts a rankfile too
    MeshShape mesh;
    std::size_t meshes = 0;
    std::size_t connections = 0;  ///< pairs of meshes that are cabled
};

/// Meshes of one shape, each within a host, that fit the machine, with every connection between them that its
/// cables make, at the channels that all of these have; and a rank for each. It fits by construction. Reports
/// why there is none; empty exactly then.
std::optional<StarterJob> build_starter_job(const PhysicalModel& model, const StarterRequest& request,
                                            const support::HostEnvironment& host,
                                            support::DiagnosticSink& sink);

}  // namespace tt_run::launcher
