#include "cli/file_kind.hpp"

#include <algorithm>
#include <array>

#include "support/text.hpp"

namespace tt_run::cli {

namespace {

struct Key {
    std::string_view word;
    FileKind kind;
};

struct Words {
    std::string_view name;
    std::string_view option;
};

Words words_of(FileKind kind) {
    switch (kind) {
        case FileKind::mesh_graph_descriptor:
            return {"Mesh Graph Descriptor", "--mesh-graph-descriptor"};
        case FileKind::rank_bindings:
            return {"rank bindings", "--rank-binding"};
        case FileKind::rank_bindings_mapping:
            return {"rank-bindings mapping", "--rank-bindings-mapping"};
        case FileKind::mesh_graph_descriptor_mapping:
            return {"mesh-graph-descriptor mapping", "--mesh-graph-descriptor-mapping"};
        case FileKind::mock_cluster_mapping:
            return {"mock cluster mapping", "--mock-cluster-rank-binding"};
    }
    return {};
}

/// Keys that stand in one kind of file alone. Longer ones first where one begins another.
constexpr std::array kKeys = std::to_array<Key>({
    {"subcontext_id_to_rank_bindings", FileKind::rank_bindings_mapping},
    {"subcontext_id_to_mesh_graph_descriptor", FileKind::mesh_graph_descriptor_mapping},
    {"rank_to_cluster_mock_cluster_desc", FileKind::mock_cluster_mapping},
    {"rank_to_filename", FileKind::mock_cluster_mapping},
    {"rank_bindings", FileKind::rank_bindings},
    {"mesh_graph_desc_path", FileKind::rank_bindings},
    {"mesh_descriptors", FileKind::mesh_graph_descriptor},
    {"switch_descriptors", FileKind::mesh_graph_descriptor},
    {"graph_descriptors", FileKind::mesh_graph_descriptor},
    {"top_level_instance", FileKind::mesh_graph_descriptor},
    {"ChipSpec", FileKind::mesh_graph_descriptor},
    {"RelaxedGraph", FileKind::mesh_graph_descriptor},
});

/// The first word of a line, quotes and an opening brace before it left out.
std::string_view first_word(std::string_view line) {
    const std::size_t begin = line.find_first_not_of(" \t\r{\"'");
    if (begin == std::string_view::npos) {
        return {};
    }
    line.remove_prefix(begin);
    return line.substr(0, line.find_first_of(" \t:{\"'["));
}

}  // namespace

std::string_view name_of(FileKind kind) {
    return words_of(kind).name;
}

std::string_view option_of(FileKind kind) {
    return words_of(kind).option;
}

std::optional<FileKind> recognise(const support::SourceText& source) {
    for (std::size_t line = 1; line <= source.line_count(); ++line) {
        const std::string_view word = first_word(source.line(line));
        const auto key =
            std::find_if(kKeys.begin(), kKeys.end(), [&](const Key& known) { return known.word == word; });
        if (key != kKeys.end()) {
            return key->kind;
        }
    }
    return std::nullopt;
}

}  // namespace tt_run::cli
