#include "topology/mgd/mgd_export.hpp"

#include <fmt/format.h>

#include "support/text.hpp"

namespace tt_run::topology {

namespace {

/// In double quotes; bytes that a reader could not see, or that would end the text, as escapes.
std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            result += '\\';
            result += c;
        } else if (c == '\n') {
            result += "\\n";
        } else if (byte < 0x20 || byte == 0x7f) {
            result += fmt::format("\\{:03o}", byte);
        } else {
            result += c;
        }
    }
    return result + '"';
}

/// The name of an enum's value, or its number where it has none.
template <class Enum>
std::string word(Enum value) {
    const std::string_view name = spelling_of(value);
    return name.empty() ? fmt::format("{}", static_cast<std::int32_t>(value)) : std::string(name);
}

std::string_view word(bool value) {
    return value ? "true" : "false";
}

std::string list(const std::vector<Spanned<std::int32_t>>& values) {
    std::vector<std::string> words;
    for (const auto& value : values) {
        words.push_back(fmt::format("{}", value.value));
    }
    return "[" + support::join(words, ", ") + "]";
}

template <class Enum>
std::string list(const std::vector<Spanned<Enum>>& values) {
    std::vector<std::string> words;
    for (const auto& value : values) {
        words.push_back(word(value.value));
    }
    return "[" + support::join(words, ", ") + "]";
}

/// Fields on one line, in braces.
std::string block(const std::vector<std::string>& fields) {
    return fields.empty() ? "{ }" : "{ " + support::join(fields, " ") + " }";
}

std::string channels(const ChannelsDescriptor& channels) {
    std::vector<std::string> fields;
    if (channels.count) {
        fields.push_back(fmt::format("count: {}", channels.count->value));
    }
    if (channels.policy) {
        fields.push_back("policy: " + word(channels.policy->value));
    }
    return "channels " + block(fields);
}

std::string reference(const NodeRef& ref) {
    if (ref.kind == ReferenceKind::none) {
        return "{ }";
    }
    const std::string_view kind = ref.kind == ReferenceKind::mesh             ? "mesh"
                                  : ref.kind == ReferenceKind::network_switch ? "switch"
                                                                              : "graph";
    std::vector<std::string> fields;
    if (ref.descriptor) {
        fields.push_back(fmt::format("{}_descriptor: {}", kind, quoted(ref.descriptor->value)));
    }
    if (ref.id) {
        fields.push_back(fmt::format("{}_id: {}", kind, ref.id->value));
    }
    if (ref.device) {
        fields.push_back(fmt::format("device_id: {}", ref.device->value));
    }
    for (const NodeRef& inner : ref.sub_ref) {
        fields.push_back("sub_ref " + reference(inner));
    }
    return fmt::format("{{ {} {} }}", kind, block(fields));
}

/// A text of indented lines within `name { }`.
class Block {
  public:
    explicit Block(std::string_view name) : text_(fmt::format("{} {{\n", name)) {}
    void line(const std::string& line) { text_ += "  " + line + "\n"; }
    void inner(const std::string& line) { text_ += "    " + line + "\n"; }
    std::string end() && { return std::move(text_) + "}\n"; }

  private:
    std::string text_;
};

std::string express_pattern(const ExpressPatternDescriptor& pattern) {
    std::vector<std::string> fields{
        fmt::format("dim_idx: {}", pattern.dimension.value),
        fmt::format("pattern {{ start: {} step: {} }}", pattern.start.value, pattern.step.value)};
    if (pattern.wrap) {
        fields.push_back("wrap: " + word(pattern.wrap->value));
    }
    return "express_links " + block(fields);
}

std::string mesh(const MeshDescriptor& mesh) {
    Block text(mesh.kind == MeshKind::mesh ? "mesh_descriptors" : "switch_descriptors");
    if (mesh.name) {
        text.line("name: " + quoted(mesh.name->value));
    }
    if (mesh.architecture) {
        text.line("arch: " + word(mesh.architecture->value));
    }
    if (mesh.device_topology_span || !mesh.device_dims.empty()) {
        std::vector<std::string> fields{"dims: " + list(mesh.device_dims)};
        if (!mesh.dim_types.empty()) {
            fields.push_back("dim_types: " + list(mesh.dim_types));
        }
        text.line("device_topology " + block(fields));
    }
    if (mesh.host_topology_span || !mesh.host_dims.empty()) {
        text.line("host_topology { dims: " + list(mesh.host_dims) + " }");
    }
    if (mesh.channels) {
        text.line(channels(*mesh.channels));
    }
    for (const ExpressConnectionDescriptor& express : mesh.express_connections) {
        text.line(fmt::format("express_connections {{ src: {} dst: {} }}", express.source.value,
                              express.destination.value));
    }
    for (const ExpressPatternDescriptor& pattern : mesh.express_patterns) {
        text.line(express_pattern(pattern));
    }
    return std::move(text).end();
}

std::string topology(const GraphTopologyDescriptor& topology) {
    std::vector<std::string> fields;
    if (topology.layout) {
        fields.push_back("layout_type: " + word(topology.layout->value));
    }
    if (topology.channels) {
        fields.push_back(channels(*topology.channels));
    }
    if (topology.assign_z) {
        fields.push_back(fmt::format("assign_z_direction: {}", word(topology.assign_z->value)));
    }
    return "graph_topology " + block(fields);
}

void add_connection(Block& text, const ConnectionDescriptor& connection) {
    text.line("connections {");
    for (const NodeRef& node : connection.nodes) {
        text.inner("nodes " + reference(node));
    }
    if (connection.channels) {
        text.inner(channels(*connection.channels));
    }
    if (connection.directional) {
        text.inner(fmt::format("directional: {}", word(connection.directional->value)));
    }
    if (connection.assign_z) {
        text.inner(fmt::format("assign_z_direction: {}", word(connection.assign_z->value)));
    }
    if (!connection.routing_directions.empty()) {
        text.inner("routing_direction: " + list(connection.routing_directions));
    }
    text.line("}");
}

std::string graph(const GraphDescriptor& graph) {
    Block text("graph_descriptors");
    if (graph.name) {
        text.line("name: " + quoted(graph.name->value));
    }
    if (graph.type) {
        text.line("type: " + quoted(graph.type->value));
    }
    for (const NodeRef& instance : graph.instances) {
        text.line("instances " + reference(instance));
    }
    if (graph.topology) {
        text.line(topology(*graph.topology));
    }
    for (const ConnectionDescriptor& connection : graph.connections) {
        add_connection(text, connection);
    }
    return std::move(text).end();
}

void add_choice(std::vector<std::string>& fields, std::string_view name, const IdChoice& choice) {
    if (choice.number) {
        fields.push_back(fmt::format("{}: {}", name, choice.number->value));
    }
    if (choice.pattern) {
        fields.push_back(fmt::format("{}_regex: {}", name, quoted(choice.pattern->value)));
    }
}

std::string pinning(const PinningDescriptor& pinning) {
    Block text("pinnings");
    for (const PinnedNodeDescriptor& node : pinning.nodes) {
        std::vector<std::string> fields;
        add_choice(fields, "mesh_id", node.mesh);
        add_choice(fields, "chip_id", node.chip);
        text.line("logical_fabric_node_id " + block(fields));
    }
    for (const PinnedPositionDescriptor& position : pinning.positions) {
        std::vector<std::string> fields;
        add_choice(fields, "tray_id", position.tray);
        add_choice(fields, "asic_location", position.asic);
        text.line("physical_asic_position " + block(fields));
    }
    return std::move(text).end();
}

}  // namespace

std::string render_mgd_textproto(const MeshGraphDescriptor& mgd) {
    std::vector<std::string> parts;
    for (const MeshDescriptor& descriptor : mgd.meshes) {
        parts.push_back(mesh(descriptor));
    }
    for (const MeshDescriptor& descriptor : mgd.switches) {
        parts.push_back(mesh(descriptor));
    }
    for (const GraphDescriptor& descriptor : mgd.graphs) {
        parts.push_back(graph(descriptor));
    }
    if (mgd.top_level) {
        parts.push_back("top_level_instance " + reference(*mgd.top_level) + "\n");
    }
    for (const PinningDescriptor& descriptor : mgd.pinnings) {
        parts.push_back(pinning(descriptor));
    }
    return support::join(parts, "\n");
}

}  // namespace tt_run::topology
