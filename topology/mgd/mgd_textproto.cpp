#include "topology/mgd/mgd_textproto.hpp"

#include <fmt/format.h>

#include "topology/diagnostic_kinds.hpp"
#include "topology/mgd/textproto_message.hpp"
#include "topology/proto/mesh_graph_descriptor.pb.h"

namespace tt_run::topology {

using support::Diagnostic;
using support::DiagnosticSink;
using support::SourceTextPtr;

namespace {

template <class Enum>
std::optional<Spanned<Enum>> as(const std::optional<Spanned<int>>& number) {
    return number ? std::optional(Spanned<Enum>{static_cast<Enum>(number->value), number->span})
                  : std::nullopt;
}

template <class Enum>
std::vector<Spanned<Enum>> as(const std::vector<Spanned<int>>& numbers) {
    std::vector<Spanned<Enum>> values;
    for (const Spanned<int>& number : numbers) {
        values.push_back({static_cast<Enum>(number.value), number.span});
    }
    return values;
}

/// A number left out is 0, as in the format, and stands where its block does.
Spanned<std::int32_t> integer_or_zero(const TextprotoMessage& message, const char* name) {
    return message.integer(name).value_or(Spanned<std::int32_t>{0, message.span()});
}

std::optional<ChannelsDescriptor> channels_of(const TextprotoMessage& owner) {
    const auto message = owner.message("channels");
    if (!message) {
        return std::nullopt;
    }
    return ChannelsDescriptor{message->integer("count"), as<ChannelPolicy>(message->enumeration("policy")),
                              message->span()};
}

ExpressPatternDescriptor express_pattern_of(const TextprotoMessage& message) {
    ExpressPatternDescriptor pattern;
    pattern.span = message.span();
    pattern.dimension = integer_or_zero(message, "dim_idx");
    const auto inner = message.message("pattern");
    pattern.start = integer_or_zero(inner.value_or(message), inner ? "start" : "dim_idx");
    pattern.step = integer_or_zero(inner.value_or(message), inner ? "step" : "dim_idx");
    if (!inner) {
        pattern.start.value = pattern.step.value = 0;
    }
    pattern.wrap = as<DimensionType>(message.enumeration("wrap"));
    return pattern;
}

MeshDescriptor mesh_of(const TextprotoMessage& message, MeshKind kind) {
    MeshDescriptor mesh;
    mesh.kind = kind;
    mesh.span = message.span();
    mesh.name = message.text("name");
    mesh.architecture = as<Architecture>(message.enumeration("arch"));
    if (const auto topology = message.message("device_topology")) {
        mesh.device_topology_span = topology->span();
        mesh.device_dims = topology->integers("dims");
        mesh.dim_types = as<DimensionType>(topology->enumerations("dim_types"));
    }
    mesh.channels = channels_of(message);
    for (const TextprotoMessage& express : message.messages("express_connections")) {
        mesh.express_connections.push_back(
            {integer_or_zero(express, "src"), integer_or_zero(express, "dst"), express.span()});
    }
    if (kind == MeshKind::network_switch) {
        return mesh;
    }
    if (const auto hosts = message.message("host_topology")) {
        mesh.host_topology_span = hosts->span();
        mesh.host_dims = hosts->integers("dims");
    }
    for (const TextprotoMessage& express : message.messages("express_links")) {
        mesh.express_patterns.push_back(express_pattern_of(express));
    }
    return mesh;
}

NodeRef reference_of(const TextprotoMessage& message) {
    NodeRef node;
    node.span = message.span();
    if (const auto mesh = message.message("mesh")) {
        node.kind = ReferenceKind::mesh;
        node.descriptor = mesh->text("mesh_descriptor");
        node.id = mesh->integer("mesh_id");
        node.device = mesh->integer("device_id");
    } else if (const auto network_switch = message.message("switch")) {
        node.kind = ReferenceKind::network_switch;
        node.descriptor = network_switch->text("switch_descriptor");
        node.id = network_switch->integer("switch_id");
        node.device = network_switch->integer("device_id");
    } else if (const auto graph = message.message("graph")) {
        node.kind = ReferenceKind::graph;
        node.descriptor = graph->text("graph_descriptor");
        node.id = graph->integer("graph_id");
        if (const auto inner = graph->message("sub_ref")) {
            node.sub_ref.push_back(reference_of(*inner));
        }
    }
    return node;
}

std::vector<NodeRef> references_of(const std::vector<TextprotoMessage>& messages) {
    std::vector<NodeRef> nodes;
    for (const TextprotoMessage& message : messages) {
        nodes.push_back(reference_of(message));
    }
    return nodes;
}

GraphDescriptor graph_of(const TextprotoMessage& message) {
    GraphDescriptor graph;
    graph.span = message.span();
    graph.name = message.text("name");
    graph.type = message.text("type");
    graph.instances = references_of(message.messages("instances"));
    if (const auto topology = message.message("graph_topology")) {
        graph.topology = GraphTopologyDescriptor{as<GraphLayout>(topology->enumeration("layout_type")),
                                                 channels_of(*topology),
                                                 topology->truth("assign_z_direction"), topology->span()};
    }
    for (const TextprotoMessage& connection : message.messages("connections")) {
        graph.connections.push_back({references_of(connection.messages("nodes")), channels_of(connection),
                                     connection.truth("directional"), connection.truth("assign_z_direction"),
                                     as<RoutingDirection>(connection.enumerations("routing_direction")),
                                     connection.span()});
    }
    return graph;
}

PinningDescriptor pinning_of(const TextprotoMessage& message) {
    PinningDescriptor pinning;
    pinning.span = message.span();
    const auto choice = [](const TextprotoMessage& from, const char* number, const char* pattern) {
        return IdChoice{from.unsigned_integer(number), from.text(pattern)};
    };
    for (const TextprotoMessage& node : message.messages("logical_fabric_node_id")) {
        pinning.nodes.push_back({choice(node, "mesh_id", "mesh_id_regex"),
                                 choice(node, "chip_id", "chip_id_regex"), node.span()});
    }
    for (const TextprotoMessage& position : message.messages("physical_asic_position")) {
        pinning.positions.push_back({choice(position, "tray_id", "tray_id_regex"),
                                     choice(position, "asic_location", "asic_location_regex"),
                                     position.span()});
    }
    return pinning;
}

}  // namespace

std::optional<MeshGraphDescriptor> parse_mgd_textproto(const SourceTextPtr& source, DiagnosticSink& sink) {
    if (source->text().size() > kLargestMgdBytes) {
        sink.report(Diagnostic(kMgdTooLarge, Span{source, 0, 0},
                               fmt::format("this Mesh Graph Descriptor has {} bytes; at most {} are read",
                                           source->text().size(), kLargestMgdBytes)));
        return std::nullopt;
    }
    const std::optional<TextMessage> message = parse_text_message(source, kMgdSyntax, sink);
    const auto& type = *mgd::MeshGraphDescriptor::descriptor();
    if (!message || !check_schema(*message, type, {kMgdSyntax, kMgdUnknownField}, sink)) {
        return std::nullopt;
    }
    const TextprotoMessage root(*message, type, Span{source, 0, 0});
    MeshGraphDescriptor descriptor;
    descriptor.source = source;
    for (const TextprotoMessage& mesh : root.messages("mesh_descriptors")) {
        descriptor.meshes.push_back(mesh_of(mesh, MeshKind::mesh));
    }
    for (const TextprotoMessage& network_switch : root.messages("switch_descriptors")) {
        descriptor.switches.push_back(mesh_of(network_switch, MeshKind::network_switch));
    }
    for (const TextprotoMessage& graph : root.messages("graph_descriptors")) {
        descriptor.graphs.push_back(graph_of(graph));
    }
    if (const auto top = root.message("top_level_instance")) {
        descriptor.top_level = reference_of(*top);
    }
    for (const TextprotoMessage& pinning : root.messages("pinnings")) {
        descriptor.pinnings.push_back(pinning_of(pinning));
    }
    return descriptor;
}

}  // namespace tt_run::topology
