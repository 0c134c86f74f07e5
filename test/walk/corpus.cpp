#include "test/walk/corpus.hpp"

#include <algorithm>
#include <iostream>
#include <sstream>

#include "support/file.hpp"
#include "support/text.hpp"
#include "test/support/places.hpp"

namespace tt_run::test {

namespace fs = std::filesystem;

std::optional<fs::path> corpus_folder(const std::string& name) {
    const fs::path folder = fs::path(test::source_directory()).parent_path() / "shared" / "corpus" / name;
    if (!fs::is_directory(folder)) {
        std::cout << "SKIPPED: there is no corpus of real files at " << folder << "\n";
        return std::nullopt;
    }
    return folder;
}

std::vector<fs::path> descriptions_below(const fs::path& folder) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        const std::string extension = entry.path().extension().string();
        if (entry.is_regular_file() && (extension == ".yaml" || extension == ".textproto")) {
            files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::vector<std::map<std::string, std::string>> read_table(const fs::path& file) {
    std::vector<std::map<std::string, std::string>> rows;
    std::istringstream lines(support::read_file(file).value_or(""));
    std::string line;
    std::getline(lines, line);
    const std::string head_line = line;
    const std::vector<std::string_view> head = support::split(head_line, '\t');
    while (std::getline(lines, line)) {
        const std::vector<std::string_view> cells = support::split(line, '\t');
        std::map<std::string, std::string> row;
        for (std::size_t k = 0; k < std::min(head.size(), cells.size()); ++k) {
            row.emplace(head[k], cells[k]);
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace tt_run::test
