#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tt_run::test {

/// A folder of real files from the field, which may lie beside the project: ../shared/corpus/NAME. Nothing if
/// it does not; the caller says so, loudly.
std::optional<std::filesystem::path> corpus_folder(const std::string& name);

/// All descriptions of hardware, `*.yaml` and `*.textproto`, in a folder and below it, sorted.
std::vector<std::filesystem::path> descriptions_below(const std::filesystem::path& folder);

/// The rows of a tab-separated file, each by its column's heading.
std::vector<std::map<std::string, std::string>> read_table(const std::filesystem::path& file);

}  // namespace tt_run::test
