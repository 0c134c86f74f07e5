#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "support/diagnostic.hpp"
#include "support/host_environment.hpp"
#include "support/yaml_document.hpp"

namespace tt_run::topology {

/// One line of a mapping file: which descriptor a rank's host has.
struct MappedDescriptor {
    std::uint32_t rank = 0;
    support::Spanned<std::string> path;  ///< as written
};

bool looks_like_mapping(const support::YamlNode& root);

/// All spellings in use: `rank_to_cluster_mock_cluster_desc` as a map or as a list of {rank, filename}, and
/// the older `rank_to_filename`. By rank. Empty exactly when it reported an error.
std::optional<std::vector<MappedDescriptor>> read_mapping(const support::YamlNode& root,
                                                          support::DiagnosticSink& sink);

/// Where the descriptor lies; reports `cluster-unreadable` with the places that were tried if nowhere.
std::optional<std::filesystem::path> find_mapped_file(const MappedDescriptor& mapped,
                                                      const std::filesystem::path& mapping_directory,
                                                      const support::HostEnvironment& host,
                                                      support::DiagnosticSink& sink);

}  // namespace tt_run::topology
