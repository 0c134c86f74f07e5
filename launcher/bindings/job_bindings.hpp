#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "launcher/bindings/path_search.hpp"
#include "launcher/bindings/rank_binding.hpp"
#include "support/diagnostic.hpp"
#include "support/host_environment.hpp"

namespace tt_run::launcher {

/// A rank of the job with every path found: a row of a binding file after sub-contexts have been merged.
struct BoundRank {
    job::Rank rank;
    topology::MeshId mesh_id;
    std::optional<topology::MeshHostRank> mesh_host_rank;
    std::filesystem::path mesh_graph_descriptor;  ///< absolute
    std::optional<int> subcontext_id;
    std::vector<EnvironmentEntry> env_overrides;
    std::optional<std::filesystem::path> mock_cluster_descriptor;  ///< absolute
    support::Span span;                                            ///< the row
};

/// All ranks of a job, ascending from 0, and what they share.
struct JobBindings {
    std::vector<BoundRank> ranks;
    std::vector<EnvironmentEntry> global_env;
    /// Ranks in each sub-context; empty unless several binding files were merged.
    std::vector<int> subcontext_sizes;
    std::optional<std::filesystem::path> factory_system_descriptor;  ///< absolute
};

/// Which files make up the job, as the user named them (spans point into the command line).
struct BindingSources {
    std::optional<support::Spanned<std::string>> rank_binding;
    std::optional<support::Spanned<std::string>> rank_bindings_mapping;
    std::optional<support::Spanned<std::string>> mock_cluster_mapping;
    std::optional<support::Spanned<std::string>> factory_system_descriptor;
    /// Do not require the Mesh Graph Descriptor to be here; it is taken to lie below the launch directory.
    bool skip_mgd_check = false;
};

/// Reads the files, merges sub-contexts (global rank = ranks of the earlier ones + local rank), finds every
/// path, and checks each file's rows against its Mesh Graph Descriptor. One of `rank_binding` and
/// `rank_bindings_mapping` must be there. Empty exactly when it reported an error.
std::optional<JobBindings> load_job_bindings(const BindingSources& sources,
                                             const support::HostEnvironment& host,
                                             support::DiagnosticSink& sink);

/// One binding file by itself, as `tt-run check` reads it: its MGD is found and its rows are checked against
/// it. Gives back the number of ranks.
std::size_t check_rank_bindings(const support::SourceTextPtr& source, const std::filesystem::path& file,
                                const support::HostEnvironment& host, support::DiagnosticSink& sink);

/// One sub-context mapping by itself: its overlays are read and checked in turn. Gives back the number of
/// ranks of all together.
std::size_t check_rank_bindings_mapping(const support::SourceTextPtr& source,
                                        const std::filesystem::path& file,
                                        const support::HostEnvironment& host, support::DiagnosticSink& sink);

}  // namespace tt_run::launcher
