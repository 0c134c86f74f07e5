#include "topology/mgd_export.hpp"

#include <fmt/format.h>

namespace tt_run::topology {

namespace {

/// A string in double quotes, with what the format escapes escaped.
std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            result += '\\';
            result += c;
        } else if (byte < 0x20 || byte >= 0x7F) {
            result += fmt::format("\\{:03o}", byte);
        } else {
            result += c;
        }
    }
    return result + "\"";
}

/// The enum's name, or its number where it has none.
template <class Enum>
std::string enumerator(Enum value) {
    const std::string_view name = spelling_of(value);
    return name.empty() ? fmt::format("{}", static_cast<std::int32_t>(value)) : std::string(name);
}

template <class Value, class Render>
std::string list(const std::vector<Spanned<Value>>& values, const Render& render) {
    std::string text = "[ ";
    for (const Spanned<Value>& value : values) {
        text += (&value == values.data() ? "" : ", ") + render(value.value);
    }
    return text + " ]";
}

std::string list(const std::vector<Spanned<std::int32_t>>& values) {
    return list(values, [](std::int32_t value) { return fmt::format("{}", value); });
}

std::string render(const ChannelsDescriptor& channels) {
    std::string text = "channels {";
    if (channels.count) {
        text += fmt::format(" count: {}", channels.count->value);
    }
    if (channels.policy) {
        text += " policy: " + enumerator(channels.policy->value);
    }
    return text + " }";
}

std::string render(const NodeRef& node) {
    static constexpr std::string_view kWords[] = {"", "mesh", "switch", "graph"};
    if (node.kind == ReferenceKind::none) {
        return "";
    }
    const std::string_view word = kWords[static_cast<std::size_t>(node.kind)];
    std::string text = fmt::format("{} {{", word);
    if (node.descriptor) {
        text += fmt::format(" {}_descriptor: {}", word, quoted(node.descriptor->value));
    }
    if (node.id) {
        text += fmt::format(" {}_id: {}", word, node.id->value);
    }
    if (node.device) {
        text += fmt::format(" device_id: {}", node.device->value);
    }
    for (const NodeRef& inner : node.sub_ref) {
        text += fmt::format(" sub_ref {{ {} }}", render(inner));
    }
    return text + " }";
}

std::string render(const MeshDescriptor& mesh) {
    std::string text = mesh.kind == MeshKind::mesh ? "mesh_descriptors {\n" : "switch_descriptors {\n";
    if (mesh.name) {
        text += fmt::format("  name: {}\n", quoted(mesh.name->value));
    }
    if (mesh.architecture) {
        text += fmt::format("  arch: {}\n", enumerator(mesh.architecture->value));
    }
    if (mesh.device_topology_span || !mesh.device_dims.empty()) {
        text += fmt::format("  device_topology {{ dims: {}", list(mesh.device_dims));
        if (!mesh.dim_types.empty()) {
            text += " dim_types: " + list(mesh.dim_types, [](DimensionType type) { return enumerator(type); });
        }
        text += " }\n";
    }
    if (mesh.host_topology_span || !mesh.host_dims.empty()) {
        text += fmt::format("  host_topology {{ dims: {} }}\n", list(mesh.host_dims));
    }
    if (mesh.channels) {
        text += fmt::format("  {}\n", render(*mesh.channels));
    }
    for (const ExpressConnectionDescriptor& express : mesh.express_connections) {
        text += fmt::format("  express_connections {{ src: {} dst: {} }}\n", express.source.value, express.destination.value);
    }
    for (const ExpressPatternDescriptor& express : mesh.express_patterns) {
        text += fmt::format("  express_links {{ dim_idx: {} pattern {{ start: {} step: {} }}{} }}\n", express.dimension.value,
                            express.start.value, express.step.value,
                            express.wrap ? " wrap: " + enumerator(express.wrap->value) : "");
    }
    return text + "}\n";
}

std::string assign_z(const std::optional<Spanned<bool>>& value) {
    return value ? fmt::format("assign_z_direction: {}", value->value) : "";
}

std::string render(const ConnectionDescriptor& connection) {
    std::string text = "  connections {\n";
    for (const NodeRef& node : connection.nodes) {
        text += fmt::format("    nodes {{ {} }}\n", render(node));
    }
    if (connection.channels) {
        text += fmt::format("    {}\n", render(*connection.channels));
    }
    if (connection.directional) {
        text += fmt::format("    directional: {}\n", connection.directional->value);
    }
    if (connection.assign_z) {
        text += fmt::format("    {}\n", assign_z(connection.assign_z));
    }
    if (!connection.routing_directions.empty()) {
        text += "    routing_direction: " +
                list(connection.routing_directions, [](RoutingDirection direction) { return enumerator(direction); }) + "\n";
    }
    return text + "  }\n";
}

std::string render(const GraphDescriptor& graph) {
    std::string text = "graph_descriptors {\n";
    if (graph.name) {
        text += fmt::format("  name: {}\n", quoted(graph.name->value));
    }
    if (graph.type) {
        text += fmt::format("  type: {}\n", quoted(graph.type->value));
    }
    for (const NodeRef& instance : graph.instances) {
        text += fmt::format("  instances {{ {} }}\n", render(instance));
    }
    if (graph.topology) {
        text += "  graph_topology {";
        if (graph.topology->layout) {
            text += " layout_type: " + enumerator(graph.topology->layout->value);
        }
        if (graph.topology->channels) {
            text += " " + render(*graph.topology->channels);
        }
        if (graph.topology->assign_z) {
            text += " " + assign_z(graph.topology->assign_z);
        }
        text += " }\n";
    }
    for (const ConnectionDescriptor& connection : graph.connections) {
        text += render(connection);
    }
    return text + "}\n";
}

void append(std::string& text, const char* name, const IdChoice& choice) {
    if (choice.number) {
        text += fmt::format(" {}: {}", name, choice.number->value);
    }
    if (choice.pattern) {
        text += fmt::format(" {}_regex: {}", name, quoted(choice.pattern->value));
    }
}

std::string render(const PinningDescriptor& pinning) {
    std::string text = "pinnings {\n";
    for (const PinnedNodeDescriptor& node : pinning.nodes) {
        text += "  logical_fabric_node_id {";
        append(text, "mesh_id", node.mesh);
        append(text, "chip_id", node.chip);
        text += " }\n";
    }
    for (const PinnedPositionDescriptor& position : pinning.positions) {
        text += "  physical_asic_position {";
        append(text, "tray_id", position.tray);
        append(text, "asic_location", position.asic);
        text += " }\n";
    }
    return text + "}\n";
}

}  // namespace

std::string render_mgd_textproto(const MeshGraphDescriptor& mgd) {
    std::vector<std::string> blocks;
    for (const MeshDescriptor& mesh : mgd.meshes) {
        blocks.push_back(render(mesh));
    }
    for (const MeshDescriptor& network_switch : mgd.switches) {
        blocks.push_back(render(network_switch));
    }
    for (const GraphDescriptor& graph : mgd.graphs) {
        blocks.push_back(render(graph));
    }
    for (const PinningDescriptor& pinning : mgd.pinnings) {
        blocks.push_back(render(pinning));
    }
    if (mgd.top_level) {
        blocks.push_back(fmt::format("top_level_instance {{ {} }}\n", render(*mgd.top_level)));
    }
    return fmt::format("{}", fmt::join(blocks, "\n"));
}

}  // namespace tt_run::topology
