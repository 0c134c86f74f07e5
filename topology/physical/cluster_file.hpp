#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "support/diagnostic.hpp"
#include "support/yaml_document.hpp"
#include "topology/mgd/text_message.hpp"

namespace tt_run::topology {

/// The kinds of files that describe hardware, told by their content; a file's name matters only for Protobuf
/// text.
enum class ClusterFileKind {
    umd_descriptor,
    mapping,
    physical_system_descriptor,
    physical_system_dump,
    factory_system_descriptor,
    cabling_descriptor,
    deployment_descriptor,
    saved_cluster,
};
std::string_view name_of(ClusterFileKind kind);

/// A text, read as what it is.
struct ClusterFile {
    support::SourceTextPtr source;
    std::filesystem::path path;
    ClusterFileKind kind = ClusterFileKind::umd_descriptor;
    support::YamlNode yaml;  ///< or
    TextMessage message;     ///< by the kind; neither of a saved cluster, which is read as it goes
};

/// Reports errors of syntax, and `cluster-unknown-kind` for what is none of the kinds; empty exactly then.
std::optional<ClusterFile> parse_cluster_file(const support::SourceTextPtr& source,
                                              const std::filesystem::path& path,
                                              support::DiagnosticSink& sink);

/// What a text describes; nothing if it is none of these. Reads only as much as it needs; reports nothing.
std::optional<ClusterFileKind> recognise_cluster_file(const support::SourceTextPtr& text);

/// Whether the file's name says that it is Protobuf text.
bool has_text_extension(const std::filesystem::path& path);

}  // namespace tt_run::topology
