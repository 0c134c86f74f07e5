#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "job/rank.hpp"
#include "support/diagnostic.hpp"
#include "topology/ids.hpp"

namespace tt_run::launcher {

/// A variable that a binding file sets: NAME: value, not yet expanded.
struct EnvironmentEntry {
    support::Spanned<std::string> name;
    support::Spanned<std::string> value;
};

/// Which sub-context of a merged job a rank belongs to (`--rank-bindings-mapping`).
struct Subcontext {
    int id = 0;
    std::optional<int> size;
};

/// One row of `rank_bindings`: which rank owns which mesh, or which host's part of it.
struct RankBinding {
    support::Spanned<job::Rank> rank;
    support::Spanned<topology::MeshId> mesh_id;
    std::optional<support::Spanned<topology::MeshHostRank>> mesh_host_rank;
    std::vector<EnvironmentEntry> env_overrides;
    std::optional<support::Spanned<std::string>> mesh_graph_desc_path;
    std::optional<Subcontext> subcontext;
    support::Span span;
};

/// A rank-binding file as written: rows in the file's order, paths unresolved, variables unexpanded. Facts:
/// the existing tt-run's keys; anything else warns.
struct RankBindings {
    std::vector<RankBinding> rows;
    support::Spanned<std::string> mesh_graph_desc_path;
    std::vector<EnvironmentEntry> global_env;
    std::optional<support::Spanned<std::string>> mock_cluster_rank_binding;
    std::optional<support::Spanned<std::string>> factory_system_descriptor_path;
};

/// Reads a rank-binding YAML. Reports everything that is wrong with it by itself: unknown keys (a warning),
/// missing ones, wrong types, ranks that are not 0..N-1, two ranks with one (mesh id, host rank). Empty
/// exactly when it reported an error.
std::optional<RankBindings> parse_rank_bindings(const support::SourceTextPtr& source,
                                                support::DiagnosticSink& sink);

}  // namespace tt_run::launcher
