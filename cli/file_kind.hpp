#pragma once

#include <optional>
#include <string_view>

#include "support/source_text.hpp"

namespace tt_run::cli {

/// What a file is, told by its content: by the keys that stand in it, not by its name and not by whether it
/// is valid, so that a broken file is still read as what it was meant to be.
enum class FileKind {
    mesh_graph_descriptor,
    rank_bindings,
    rank_bindings_mapping,
    mesh_graph_descriptor_mapping,
    mock_cluster_mapping,
};

/// "rank bindings", "Mesh Graph Descriptor", ...
std::string_view name_of(FileKind kind);
/// The option of a launch that takes such a file: "--rank-binding", ...
std::string_view option_of(FileKind kind);

/// Nothing if no key tells.
std::optional<FileKind> recognise(const support::SourceText& source);

}  // namespace tt_run::cli
