#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/source_text.hpp"

namespace tt_run::topology {

using support::Span;
using support::Spanned;

// The numbers are those of the file format. A descriptor may hold a number without a name (the format lets
// enums be written as numbers); validation refuses it, so an expanded MeshGraph never does.
enum class Architecture : std::int32_t { wormhole_b0 = 1, blackhole = 2 };
enum class DimensionType : std::int32_t { line = 1, ring = 2 };
enum class ChannelPolicy : std::int32_t { strict = 1, relaxed = 2 };
enum class GraphLayout : std::int32_t { all_to_all = 1, ring = 2 };
enum class RoutingDirection : std::int32_t { north = 1, east = 2, south = 3, west = 4, centre = 5, none = 6 };
enum class MeshKind { mesh, network_switch };

/// As the file spells it, `WORMHOLE_B0`; a number without a name gives an empty text.
std::string_view spelling_of(Architecture value);
std::string_view spelling_of(DimensionType value);
std::string_view spelling_of(ChannelPolicy value);
std::string_view spelling_of(GraphLayout value);
std::string_view spelling_of(RoutingDirection value);

struct ChannelsDescriptor {
    std::optional<Spanned<std::int32_t>> count;
    std::optional<Spanned<ChannelPolicy>> policy;
    Span span;
};

struct ExpressConnectionDescriptor {
    Spanned<std::int32_t> source;
    Spanned<std::int32_t> destination;
    Span span;
};

/// Express links at every `step` devices along one dimension, the first block beginning at `start`.
struct ExpressPatternDescriptor {
    Spanned<std::int32_t> dimension;
    Spanned<std::int32_t> start;
    Spanned<std::int32_t> step;
    std::optional<Spanned<DimensionType>> wrap;
    Span span;
};

/// `mesh_descriptors { }` or `switch_descriptors { }`: a kind of grid of which a graph makes instances. A
/// switch has no host dims (one rank drives it) and no express patterns.
struct MeshDescriptor {
    MeshKind kind = MeshKind::mesh;
    std::optional<Spanned<std::string>> name;
    std::optional<Spanned<Architecture>> architecture;
    std::vector<Spanned<std::int32_t>> device_dims;
    std::vector<Spanned<DimensionType>> dim_types;
    std::vector<Spanned<std::int32_t>> host_dims;
    std::optional<ChannelsDescriptor> channels;
    std::vector<ExpressConnectionDescriptor> express_connections;
    std::vector<ExpressPatternDescriptor> express_patterns;
    Span device_topology_span;  ///< nowhere if the block is missing
    Span host_topology_span;    ///< nowhere if the block is missing
    Span span;
};

enum class ReferenceKind { none, mesh, network_switch, graph };

/// `mesh { mesh_descriptor: "M0" mesh_id: 3 device_id: 1 }` and its like for switches and graphs.
struct NodeRef {
    ReferenceKind kind = ReferenceKind::none;
    std::optional<Spanned<std::string>> descriptor;
    std::optional<Spanned<std::int32_t>> id;      ///< left out counts as 0
    std::optional<Spanned<std::int32_t>> device;  ///< of a mesh or switch
    std::vector<NodeRef> sub_ref;                 ///< of a graph: none, or one reference further down
    Span span;

    std::int32_t id_value() const { return id ? id->value : 0; }
    /// The id's place, or the whole reference where the id was left out.
    const Span& id_span() const { return id ? id->span : span; }
    const Span& descriptor_span() const { return descriptor ? descriptor->span : span; }
    std::string_view descriptor_name() const {
        return descriptor ? std::string_view(descriptor->value) : std::string_view();
    }
};

struct GraphTopologyDescriptor {
    std::optional<Spanned<GraphLayout>> layout;
    std::optional<ChannelsDescriptor> channels;
    std::optional<Spanned<bool>> assign_z;
    Span span;
};

struct ConnectionDescriptor {
    std::vector<NodeRef> nodes;
    std::optional<ChannelsDescriptor> channels;
    std::optional<Spanned<bool>> directional;
    std::optional<Spanned<bool>> assign_z;
    std::vector<Spanned<RoutingDirection>> routing_directions;  ///< left over from MGD 1.0; kept, never used
    Span span;
};

struct GraphDescriptor {
    std::optional<Spanned<std::string>> name;
    std::optional<Spanned<std::string>> type;
    std::vector<NodeRef> instances;
    std::optional<GraphTopologyDescriptor> topology;
    std::vector<ConnectionDescriptor> connections;
    Span span;
};

/// One number or a pattern of numbers; never both in a valid file. Neither counts as the number 0.
struct IdChoice {
    std::optional<Spanned<std::uint32_t>> number;
    std::optional<Spanned<std::string>> pattern;
};

struct PinnedNodeDescriptor {
    IdChoice mesh;
    IdChoice chip;
    Span span;
};

struct PinnedPositionDescriptor {
    IdChoice tray;
    IdChoice asic;
    Span span;
};

/// Any of the nodes may sit at any of the positions, no two at the same one.
struct PinningDescriptor {
    std::vector<PinnedNodeDescriptor> nodes;
    std::vector<PinnedPositionDescriptor> positions;
    Span span;
};

/// A Mesh Graph Descriptor as it was written: every value with its place, what was left out as an empty
/// optional, nothing checked and nothing defaulted. A plain value; it shares the source text.
struct MeshGraphDescriptor {
    support::SourceTextPtr source;
    std::vector<MeshDescriptor> meshes;
    std::vector<MeshDescriptor> switches;
    std::vector<GraphDescriptor> graphs;
    std::optional<NodeRef> top_level;
    std::vector<PinningDescriptor> pinnings;
};

}  // namespace tt_run::topology
