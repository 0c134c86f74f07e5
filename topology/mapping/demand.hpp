#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "topology/mapping/adjacency.hpp"
#include "topology/mapping/mapping.hpp"

namespace tt_run::topology {

/// How many links something must have, and how many it asks for. They differ where channels are relaxed.
struct LinkNeed {
    std::uint32_t least = 1;
    std::uint32_t wanted = 1;
    auto operator<=>(const LinkNeed&) const = default;
};

/// Two chips of one mesh that must be neighbours.
struct ChipEdge {
    std::int32_t a = 0;  ///< the lesser ChipId
    std::int32_t b = 0;
    LinkNeed need;
    auto operator<=>(const ChipEdge&) const = default;
};

/// What one mesh (or switch) asks of the ASICs that are to play its chips.
struct MeshDemand {
    const Mesh* mesh = nullptr;
    std::vector<ChipEdge> edges;      ///< neighbours, wraps, express links; sorted, each pair once
    std::vector<std::int32_t> parts;  ///< per chip: its host rank
    std::vector<std::vector<std::size_t>> pinnings;  ///< per chip: positions in MeshGraph::pinnings
    /// Per chip: which ASICs may play it, as a position in `Demand::domains`.
    std::vector<std::uint32_t> domains;
    /// Meshes of one kind are interchangeable as far as they themselves go.
    std::size_t kind = 0;
    /// Chips that connections between chips name, sorted: they tell apart two ways to lie on the same ASICs.
    std::vector<std::int32_t> named_chips;

    std::size_t chip_count() const { return parts.size(); }
};

/// Links that two sets of meshes need between them; or, with chips, two chips of two meshes.
struct ConnectionDemand {
    std::vector<std::size_t> from;          ///< positions in Demand::meshes, sorted
    std::vector<std::size_t> to;            ///< likewise; shares none with `from`
    std::optional<std::int32_t> from_chip;  ///< with these, each side is one mesh
    std::optional<std::int32_t> to_chip;
    LinkNeed need;
    support::Span span;

    bool joins_two_meshes() const { return from.size() == 1 && to.size() == 1; }
};

/// A Mesh Graph Descriptor as one list of wants, with the options of the search worked in.
struct Demand {
    std::vector<MeshDemand> meshes;  ///< as MeshGraph::meshes
    std::vector<ConnectionDemand> connections;
    std::vector<std::vector<bool>> domains;  ///< per ASIC
    HostSharing sharing = HostSharing::distinct;
    bool share_boards = false;
    std::size_t kinds = 0;
};

/// Channels of several connections between the same two chips add up; of several between the same two meshes
/// the last counts, as in the runtime (the validation warns of both).
Demand build_demand(const MeshGraph& graph, const Adjacency& adjacency, const MappingOptions& options);

}  // namespace tt_run::topology
