#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "launcher/bindings/physical_model.hpp"
#include "launcher/bindings/rank_binding.hpp"
#include "support/diagnostic.hpp"
#include "topology/mgd/mesh_graph.hpp"

namespace tt_run::launcher {

/// An entry of a rank pinning file: which host a rank, or a part of a mesh, is to run on, and with which
/// variables.
struct RankPinning {
    std::optional<support::Spanned<std::int32_t>> rank;
    std::optional<support::Spanned<std::int32_t>> mesh_id;  ///< either this and the next, or `rank`
    std::optional<support::Spanned<std::int32_t>> mesh_host_rank;
    support::Spanned<std::string> host;
    std::vector<EnvironmentEntry> env_overrides;
    support::Span span;
};

/// `rank_pinnings: [{rank: 0, host: a, env_overrides: {...}}, {mesh_id: 1, mesh_host_rank: 0, host: b}]`.
/// Unknown keys are errors here: a pinning that is not read is worse than none. Empty exactly when it
/// reported an error.
std::optional<std::vector<RankPinning>> parse_rank_pinnings(const support::SourceTextPtr& source,
                                                            support::DiagnosticSink& sink);

/// A pinning that is good for a descriptor and a cluster.
struct ResolvedRankPinning {
    topology::MeshId mesh;
    topology::MeshHostRank host_rank;
    std::vector<topology::AsicIndex> chips;                          ///< that it leaves to the part, sorted
    std::vector<std::pair<std::string, std::string>> env_overrides;  ///< but for TT_VISIBLE_DEVICES
    std::string claimant;                                            ///< "rank 2"
    support::Span place;
};

/// Rank N is the N-th part when the parts of all meshes are sorted by mesh and host rank. TT_VISIBLE_DEVICES
/// of a pinning says which devices of the host it may use. Reports unknown ranks, meshes, hosts and devices,
/// parts pinned twice, hosts or devices too few for their part, and a TT_RUN_EMULATED_HOST that is not the
/// pinned host. Empty exactly when it reported an error.
std::optional<std::vector<ResolvedRankPinning>> resolve_rank_pinnings(
    const std::vector<RankPinning>& pinnings, const topology::MeshGraph& graph, const PhysicalModel& model,
    const support::HostEnvironment& host, support::DiagnosticSink& sink);

}  // namespace tt_run::launcher
