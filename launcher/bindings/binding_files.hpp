#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "job/rank.hpp"
#include "support/error.hpp"
#include "topology/ids.hpp"

namespace tt_run::launcher {

/// A file to be: its name, relative to the directory of them all, and its content.
struct OutputFile {
    std::string name;
    std::string content;
};

/// Writes all files below `directory`, each under a temporary name that is then renamed: whoever looks sees
/// an old file or a whole new one. Stops at the first that cannot be written.
support::Result<void> write_files(const std::filesystem::path& directory,
                                  const std::vector<OutputFile>& files);

/// One row of a binding file that we write, and where its rank runs.
struct GeneratedRank {
    job::Rank rank;
    topology::MeshId mesh_id;
    topology::MeshHostRank mesh_host_rank;
    std::string host;
    int slot = 0;  ///< its number among the ranks of its host
    /// NAME, value; in the order in which they are written.
    std::vector<std::pair<std::string, std::string>> env_overrides;
};

/// The rows of one binding file, ascending by rank from 0.
struct GeneratedBindings {
    std::vector<GeneratedRank> ranks;
    std::string mesh_graph_desc_path;
};

/// A text in YAML's double quotes.
std::string yaml_quoted(std::string_view text);

/// A binding file as tt-run, ours and the existing one, reads it; `comment` is its first lines.
std::string render_rank_bindings(const GeneratedBindings& bindings, const std::string& comment);

/// `rank N=HOST slot=S`, a line for each rank.
std::string render_rankfile(const std::vector<GeneratedRank>& ranks);

}  // namespace tt_run::launcher
