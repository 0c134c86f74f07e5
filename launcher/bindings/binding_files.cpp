#include "launcher/bindings/binding_files.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "support/file.hpp"

namespace tt_run::launcher {

support::Result<void> write_files(const std::filesystem::path& directory,
                                  const std::vector<OutputFile>& files) {
    for (const OutputFile& file : files) {
        if (auto written = support::write_file(directory / file.name, file.content); !written) {
            return written;
        }
    }
    return {};
}

std::string yaml_quoted(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            quoted += '\\';
            quoted += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            quoted += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        } else {
            quoted += c;
        }
    }
    return quoted + '"';
}

std::string render_rank_bindings(const GeneratedBindings& bindings, const std::string& comment) {
    std::string text = comment + "rank_bindings:\n";
    for (const GeneratedRank& rank : bindings.ranks) {
        text += fmt::format("  - rank: {}\n    mesh_id: {}\n    mesh_host_rank: {}\n", rank.rank.value,
                            rank.mesh_id.value, rank.mesh_host_rank.value);
        if (!rank.env_overrides.empty()) {
            text += "    env_overrides:\n";
        }
        for (const auto& [name, value] : rank.env_overrides) {
            text += fmt::format("      {}: {}\n", name, yaml_quoted(value));
        }
    }
    return text + fmt::format("mesh_graph_desc_path: {}\n", yaml_quoted(bindings.mesh_graph_desc_path));
}

std::string render_rankfile(const std::vector<GeneratedRank>& ranks) {
    std::string text;
    for (const GeneratedRank& rank : ranks) {
        text += fmt::format("rank {}={} slot={}\n", rank.rank.value, rank.host, rank.slot);
    }
    return text;
}

}  // namespace tt_run::launcher
