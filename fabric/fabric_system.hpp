#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "topology/mapping/mapping.hpp"

namespace tt_run::fabric {

using topology::AsicIndex;
using topology::ChipId;
using topology::FabricNode;
using topology::Mesh;
using topology::MeshId;

/// `M2:17`, the name of a node in messages, on command lines and in reports.
std::string name_of(FabricNode node);
/// The inverse; nothing if `text` is no such name. Says nothing about whether the node exists.
std::optional<FabricNode> parse_node(std::string_view text);

/// A node by positions: its mesh's in `MeshGraph::meshes`, and its chip's number.
struct NodeAt {
    std::uint32_t mesh = 0;
    std::int32_t chip = 0;
    auto operator<=>(const NodeAt&) const = default;
};

/// The logical topology, the physical one, and who plays what: all that a fabric is built on. Immutable and
/// shared by those who need it; safe to read from many threads.
class FabricSystem {
  public:
    /// The mapping must be one of `graph` onto `cluster`.
    FabricSystem(topology::MeshGraph graph, topology::Cluster cluster, topology::Mapping mapping);

    const topology::MeshGraph& graph() const { return graph_; }
    const topology::Cluster& cluster() const { return cluster_; }
    const topology::Mapping& mapping() const { return mapping_; }

    std::size_t mesh_count() const { return graph_.meshes.size(); }
    std::uint32_t node_count() const { return first_node_.back(); }
    const Mesh& mesh(std::size_t position) const { return graph_.meshes[position]; }

    /// Nothing if there is no such mesh or chip.
    std::optional<NodeAt> find(FabricNode node) const;
    FabricNode node(NodeAt at) const { return {graph_.meshes[at.mesh].id, ChipId{at.chip}}; }
    AsicIndex asic(NodeAt at) const { return mapping_.chips[at.mesh][static_cast<std::size_t>(at.chip)]; }
    /// Nothing for an ASIC that plays no chip.
    std::optional<NodeAt> node_of(AsicIndex asic) const {
        const NodeAt at = played_[asic.value];
        return at.chip < 0 ? std::nullopt : std::optional(at);
    }

    /// Nodes numbered mesh by mesh, chip by chip.
    std::uint32_t number_of(NodeAt at) const {
        return first_node_[at.mesh] + static_cast<std::uint32_t>(at.chip);
    }

  private:
    topology::MeshGraph graph_;
    topology::Cluster cluster_;
    topology::Mapping mapping_;
    std::vector<std::uint32_t> first_node_;  ///< by mesh, and one more
    std::vector<NodeAt> played_;             ///< by ASIC; chip -1 for one that plays nobody
};

using FabricSystemPtr = std::shared_ptr<const FabricSystem>;

}  // namespace tt_run::fabric
