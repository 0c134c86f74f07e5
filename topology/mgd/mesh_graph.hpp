#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "topology/ids.hpp"
#include "topology/mgd/mesh_graph_descriptor.hpp"

namespace tt_run::topology {

/// How many ethernet links, and whether fewer are a failure (strict) or tolerated down to one (relaxed).
struct Channels {
    std::int32_t count = 0;
    ChannelPolicy policy = ChannelPolicy::strict;
};

/// One instance of a mesh or switch descriptor: a grid of chips numbered row-major from the north-west
/// corner.
struct Mesh {
    MeshId id;
    std::int32_t written_id = 0;  ///< in the file; differs from `id` where a nested file repeats numbers
    MeshKind kind = MeshKind::mesh;
    std::string descriptor;
    std::optional<std::size_t> graph;  ///< the owner, in MeshGraph::graphs; nothing if this is the top level
    Architecture architecture = Architecture::wormhole_b0;
    std::array<std::int32_t, 2> device_dims{1, 1};  ///< rows (north to south), columns (west to east)
    std::array<DimensionType, 2> dim_types{DimensionType::line, DimensionType::line};  ///< as declared
    std::array<std::int32_t, 2> host_dims{1, 1};  ///< the grid of host ranks; 1x1 for a switch
    Channels channels;                            ///< between every two neighbouring chips
    /// Patterns written out: two-way links, ascending by pattern as written, then block, then line.
    std::vector<std::pair<ChipId, ChipId>> express_links;
    /// `express_connections` as written; the runtime of the reference stores and ignores them.
    std::vector<std::pair<ChipId, ChipId>> express_connections;
    Span span;  ///< of the instance, in the graph that lists it

    std::int32_t rows() const { return device_dims[0]; }
    std::int32_t columns() const { return device_dims[1]; }
    std::int32_t chip_count() const { return device_dims[0] * device_dims[1]; }
    std::int32_t host_rank_count() const { return host_dims[0] * host_dims[1]; }
    bool contains(ChipId chip) const { return chip.value >= 0 && chip.value < chip_count(); }
    ChipId chip_at(std::int32_t row, std::int32_t column) const { return {row * columns() + column}; }

    /// Whether a dimension has a wrap link of its own: a RING needs three chips for that.
    bool wraps(std::size_t dimension) const {
        return dim_types[dimension] == DimensionType::ring && device_dims[dimension] > 2;
    }

    /// Every two chips that must be neighbours: in the grid, round its wraps, by express links. The lesser
    /// first, sorted, each pair once.
    std::vector<std::pair<ChipId, ChipId>> neighbours() const;

    /// The host rank that drives a chip. The chip must be one of this mesh.
    MeshHostRank host_rank_of(ChipId chip) const;
    /// The chips that a host rank drives, ascending. The rank must be one of this mesh.
    std::vector<ChipId> chips_of(MeshHostRank rank) const;
};

/// An instance of a graph descriptor. Its meshes, nested ones included, are those whose depth-first numbers
/// are [first_mesh, first_mesh + mesh_count), in MeshGraph::depth_first.
struct GraphInstance {
    std::string descriptor;
    std::string type;
    std::int32_t id = 0;                ///< as written; unique among its siblings only
    std::optional<std::size_t> parent;  ///< in MeshGraph::graphs; nothing for the top level
    std::size_t first_mesh = 0;
    std::size_t mesh_count = 0;
    Span span;
};

/// `channels.count` links between two meshes in total when no chips are named, else between those two chips.
/// The order of the ends is that of the file; the links go both ways.
struct MeshConnection {
    MeshId from;
    MeshId to;
    std::optional<ChipId> from_chip;  ///< both ends name a chip, or none does
    std::optional<ChipId> to_chip;
    Channels channels;
    bool assign_z = false;
    Span span;

    bool is_device_level() const { return from_chip.has_value(); }
};

/// `channels.count` links between two graph instances in total, anywhere between their meshes: which meshes
/// carry them is for the cabling to say, so this is never written out into mesh connections.
struct GraphConnection {
    std::size_t from = 0;  ///< in MeshGraph::graphs
    std::size_t to = 0;
    Channels channels;
    bool assign_z = false;
    Span span;
};

struct FabricNode {
    MeshId mesh;
    ChipId chip;
    auto operator<=>(const FabricNode&) const = default;
};

struct AsicPosition {
    std::uint32_t tray = 0;
    std::uint32_t asic = 0;
    auto operator<=>(const AsicPosition&) const = default;
};

/// Each chip of the group sits at one of the positions, no two at the same one. A chip in several groups
/// obeys all of them.
struct PinningGroup {
    MeshId mesh;
    std::vector<ChipId> chips;            ///< in the order written, none twice
    std::vector<AsicPosition> positions;  ///< in the order written, none twice
    Span span;
};

/// A Mesh Graph Descriptor expanded into instances: what a job asks of the hardware. Immutable, independent
/// of the order of anything but the file, always valid (it is only built from a descriptor without errors).
///
/// Mesh ids are those of the file when they differ over the whole tree of graphs; where a nested file repeats
/// them, meshes and switches are numbered depth-first in listing order from 0, so that mesh m of pod p of
/// four is 4p + m.
struct MeshGraph {
    std::string source_name;
    support::SourceTextPtr source;
    std::vector<Mesh> meshes;                 ///< meshes and switches, ascending by id
    std::vector<std::size_t> depth_first;     ///< indices into `meshes`, in listing order of the tree
    std::vector<GraphInstance> graphs;        ///< depth-first; empty when the top level is a mesh
    std::vector<MeshConnection> connections;  ///< graphs depth-first; explicit ones, then the topology's
    std::vector<GraphConnection> graph_connections;
    std::vector<PinningGroup> pinnings;  ///< in the order written, ascending by mesh within an entry
    bool renumbered = false;             ///< some `id` differs from its `written_id`

    /// Null if there is no such mesh. Lives as long as this graph.
    const Mesh* find(MeshId id) const;
    std::int64_t chip_count() const;
    /// Where an instance stands: `G1 0 / G0 2 / M0 3`, outermost first.
    std::string path_of(const Mesh& mesh) const;
    std::string path_of_graph(std::size_t graph) const;
};

}  // namespace tt_run::topology
