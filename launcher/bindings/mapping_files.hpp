#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "launcher/bindings/rank_binding.hpp"
#include "support/diagnostic.hpp"
#include "support/host_environment.hpp"

namespace tt_run::launcher {

/// One overlay of `--rank-bindings-mapping`: a whole binding file with ranks of its own.
struct SubcontextOverlay {
    int id = 0;
    support::Spanned<std::string> path;
};

/// `subcontext_id_to_rank_bindings: {0: a.yaml, 1: b.yaml}`: ids exactly 0, 1, 2 ... in the file's order.
std::optional<std::vector<SubcontextOverlay>> parse_rank_bindings_mapping(
    const support::SourceTextPtr& source, support::DiagnosticSink& sink);

/// `subcontext_id_to_mesh_graph_descriptor: {0: a.textproto}`: ids dense from 0, in any order; ascending
/// here.
std::optional<std::vector<SubcontextOverlay>> parse_mesh_graph_descriptor_mapping(
    const support::SourceTextPtr& source, support::DiagnosticSink& sink);

/// Which cluster descriptor stands in for each rank's chips. Paths as written.
struct MockClusterMapping {
    std::map<job::Rank, support::Spanned<std::string>> descriptors;
    /// The file had no mapping key: it is itself the descriptor of rank 0 (CI relies on that).
    bool is_bare_descriptor = false;
};

/// All three spellings: `rank_to_cluster_mock_cluster_desc` as a map or as a list of {rank, filename}, and
/// the older `rank_to_filename`; a file with none of them is a bare descriptor.
std::optional<MockClusterMapping> parse_mock_cluster_mapping(const support::SourceTextPtr& source,
                                                             support::DiagnosticSink& sink);

}  // namespace tt_run::launcher
