#include "topology/physical/cluster_file.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "topology/physical/cabling_descriptor.hpp"
#include "topology/physical/cluster_json.hpp"
#include "topology/physical/cluster_mapping.hpp"
#include "topology/physical/deployment_descriptor.hpp"
#include "topology/physical/diagnostic_kinds.hpp"
#include "topology/physical/saved_cluster.hpp"
#include "topology/physical/system_descriptor.hpp"
#include "topology/physical/umd_descriptor.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::DiagnosticSink;
using support::SourceTextPtr;
using support::Span;
using support::YamlNode;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view kKindNames[] = {
    "cluster descriptor",         "mapping of cluster descriptors",
    "physical system descriptor", "physical system descriptor",
    "factory system descriptor",  "cabling descriptor",
    "deployment descriptor",      "saved cluster",
};

/// Names that only the vendor's Protobuf texts begin with.
constexpr std::array<std::string_view, 15> kTextNames{
    "graph_templates",
    "root_instance",
    "node_descriptors",
    "rack_capacity",
    "hosts",
    "board_types",
    "eth_connections",
    "system_graph",
    "asic_descriptors",
    "host_to_mobo_name",
    "host_to_rank",
    "exit_node_connection_table",
    "target_device_type",
    "pcie_devices_per_tray",
    "pcie_id_to_asic_location",
};

/// What else may lie beside descriptions of hardware and be taken for one, by its first key.
struct OtherFile {
    std::string_view key;
    std::string_view what;
    std::string_view help;
};
constexpr OtherFile kOtherFiles[] = {
    {"asic_to_fabric_node_mapping", "a record of which chip of a mesh came to lie on which ASIC",
     "show the cluster descriptors that it was made from"},
    {"rank_bindings", "a file of rank bindings", "`tt-run check` reads it"},
    {"subcontext_id_to_rank_bindings", "a list of jobs' rank bindings", "`tt-run check` reads it"},
    {"subcontext_id_to_mesh_graph_descriptor", "a list of jobs' Mesh Graph Descriptors",
     "`tt-run check` reads it"},
    {"mesh_descriptors", "a Mesh Graph Descriptor", "`tt-run check` reads it"},
    {"groupings", "a physical grouping descriptor", ""},
};

/// Past blanks and comments, and a byte order mark.
std::size_t skip_blanks(std::string_view text, std::size_t at) {
    while (at < text.size()) {
        if (text[at] == '#') {
            at = std::min(text.find('\n', at), text.size());
        } else if (std::string_view(" \t\r\n\xEF\xBB\xBF").find(text[at]) != std::string_view::npos) {
            ++at;
        } else {
            break;
        }
    }
    return at;
}

std::string_view first_word(std::string_view text) {
    const std::size_t begin = skip_blanks(text, 0);
    std::size_t end = begin;
    while (end < text.size() && (text[end] == '_' || (text[end] >= 'a' && text[end] <= 'z'))) {
        ++end;
    }
    return text.substr(begin, end - begin);
}

bool begins_as_text_message(std::string_view text) {
    const std::string_view word = first_word(text);
    if (std::find(kTextNames.begin(), kTextNames.end(), word) == kTextNames.end()) {
        return false;
    }
    std::size_t at = skip_blanks(text, static_cast<std::size_t>(word.end() - text.begin()));
    const bool colon = at < text.size() && text[at] == ':';
    at += colon ? 1 : 0;
    const std::size_t value = text.find_first_not_of(" \t", at);
    const char next = value == std::string_view::npos ? '\n' : text[value];
    return next == '{' || next == '<' || (colon && next >= '0' && next <= '9');
}

/// Null if it is none of those.
const OtherFile* other_file(std::string_view first_key) {
    const auto* found = std::find_if(std::begin(kOtherFiles), std::end(kOtherFiles),
                                     [&](const OtherFile& one) { return one.key == first_key; });
    return found == std::end(kOtherFiles) ? nullptr : found;
}

std::optional<ClusterFileKind> kind_of(const TextMessage& message) {
    if (looks_like_cabling_descriptor(message)) {
        return ClusterFileKind::cabling_descriptor;
    }
    if (looks_like_physical_system_descriptor(message)) {
        return ClusterFileKind::physical_system_descriptor;
    }
    if (looks_like_factory_system_descriptor(message)) {
        return ClusterFileKind::factory_system_descriptor;
    }
    if (looks_like_deployment_descriptor(message)) {
        return ClusterFileKind::deployment_descriptor;
    }
    return std::nullopt;
}

std::optional<ClusterFileKind> kind_of(const YamlNode& root) {
    if (looks_like_saved_cluster(root)) {
        return ClusterFileKind::saved_cluster;
    }
    if (looks_like_mapping(root)) {
        return ClusterFileKind::mapping;
    }
    if (looks_like_physical_system_dump(root)) {
        return ClusterFileKind::physical_system_dump;
    }
    if (looks_like_umd_descriptor(root)) {
        return ClusterFileKind::umd_descriptor;
    }
    return std::nullopt;
}

Diagnostic unknown_kind(const Span& first_key) {
    const OtherFile* other = other_file(first_key.text());
    if (other == nullptr) {
        return Diagnostic(kClusterUnknownKind, first_key,
                          "this file does not describe hardware in a form that we know")
            .note(
                "known are cluster, physical and factory system, cabling and deployment descriptors, "
                "mappings of cluster descriptors, and clusters that tt-run saved");
    }
    Diagnostic made(kClusterUnknownKind, first_key,
                    fmt::format("this file describes no hardware; it is {}", other->what));
    if (!other->help.empty()) {
        made.help(std::string(other->help));
    }
    return made;
}

}  // namespace

std::string_view name_of(ClusterFileKind kind) {
    return kKindNames[static_cast<std::size_t>(kind)];
}

bool has_text_extension(const fs::path& path) {
    const std::string extension = path.extension().string();
    return extension == ".textproto" || extension == ".pbtxt" || extension == ".textpb" ||
           extension == ".prototxt" || extension == ".txtpb";
}

std::optional<ClusterFileKind> recognise_cluster_file(const SourceTextPtr& text) {
    DiagnosticSink ignored;
    if (other_file(first_word(text->text())) != nullptr) {
        return std::nullopt;
    }
    if (begins_as_text_message(text->text()) || has_text_extension(text->name())) {
        const auto message = parse_text_message(text, kClusterSyntax, ignored);
        return message ? kind_of(*message) : std::nullopt;
    }
    if (begins_as_saved_cluster(text)) {
        return ClusterFileKind::saved_cluster;
    }
    // The keys that tell are at the top level, at the beginning of their lines.
    const std::string_view body = text->text();
    constexpr std::pair<std::string_view, ClusterFileKind> kTelling[] = {
        {"schema: \"tt-run/cluster\"", ClusterFileKind::saved_cluster},
        {"schema: tt-run/cluster", ClusterFileKind::saved_cluster},
        {"rank_to_cluster_mock_cluster_desc:", ClusterFileKind::mapping},
        {"rank_to_filename:", ClusterFileKind::mapping},
        {"compute_node_specs:", ClusterFileKind::physical_system_dump},
        {"arch:", ClusterFileKind::umd_descriptor},
        {"ethernet_connections:", ClusterFileKind::umd_descriptor},
        {"chips_with_mmio:", ClusterFileKind::umd_descriptor},
    };
    for (const auto& [key, kind] : kTelling) {
        for (std::size_t at = body.find(key); at != std::string_view::npos; at = body.find(key, at + 1)) {
            if (at == 0 || body[at - 1] == '\n') {
                return kind;
            }
        }
    }
    return std::nullopt;
}

std::optional<ClusterFile> parse_cluster_file(const SourceTextPtr& source, const fs::path& path,
                                              DiagnosticSink& sink) {
    ClusterFile file{source, path, ClusterFileKind::umd_descriptor, {}, {}};
    std::optional<ClusterFileKind> kind;
    Span place{source, 0, 0};
    if (has_text_extension(path) || begins_as_text_message(source->text())) {
        std::optional<TextMessage> message = parse_text_message(source, kClusterSyntax, sink);
        if (!message) {
            return std::nullopt;
        }
        kind = kind_of(*message);
        place = message->fields.empty() ? place : message->fields.front().name.span;
        file.message = *std::move(message);
    } else if (begins_as_saved_cluster(source)) {
        kind = ClusterFileKind::saved_cluster;
    } else {
        std::optional<YamlNode> yaml = support::parse_yaml(source, sink);
        if (!yaml) {
            return std::nullopt;
        }
        kind = kind_of(*yaml);
        place = yaml->entries.empty() ? yaml->span : yaml->entries.front().key.span;
        file.yaml = *std::move(yaml);
    }
    if (!kind) {
        sink.report(unknown_kind(place));
        return std::nullopt;
    }
    file.kind = *kind;
    return file;
}

}  // namespace tt_run::topology
