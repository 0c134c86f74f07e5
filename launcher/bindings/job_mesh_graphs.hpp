#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "support/diagnostic.hpp"
#include "support/host_environment.hpp"
#include "topology/mgd/mesh_graph.hpp"

namespace tt_run::launcher {

/// One of the Mesh Graph Descriptors of a job, and the sub-context that it is for (0 if it is the only one).
struct SubcontextGraph {
    int id = 0;
    std::filesystem::path path;  ///< absolute
    topology::MeshGraph graph;
};

/// What a job without a binding file asks for.
struct JobMeshGraphs {
    std::vector<SubcontextGraph> parts;  ///< ascending by id from 0; never empty
    /// The file that names them; null if there is one descriptor and no such file.
    support::SourceTextPtr mapping;
    std::filesystem::path mapping_path;

    bool by_subcontext() const { return mapping != nullptr; }
};

/// Reads the one descriptor (`-m`), or all those that a mapping names (`-M`; their paths are looked for
/// beside the mapping first). Exactly one of the two must be given. Empty exactly when it reported an error.
std::optional<JobMeshGraphs> load_job_mesh_graphs(
    const std::optional<support::Spanned<std::string>>& descriptor,
    const std::optional<support::Spanned<std::string>>& mapping, const support::HostEnvironment& host,
    support::DiagnosticSink& sink);

/// Several descriptors as one, so that they can be placed together: nothing joins them, and no two meshes
/// have one id.
struct MergedMeshGraph {
    topology::MeshGraph graph;
    /// By position in `graph.meshes`: which of the parts it is from, and its position there.
    struct Origin {
        std::size_t part = 0;
        std::size_t mesh = 0;
    };
    std::vector<Origin> origins;
};

/// The one part itself, or all of them with the ids of later parts raised behind those of the earlier ones.
MergedMeshGraph merge_mesh_graphs(const JobMeshGraphs& job);

}  // namespace tt_run::launcher
