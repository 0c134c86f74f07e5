#include "test/fuzz/samples.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "support/file.hpp"
#include "test/golden/golden_case.hpp"
#include "test/support/places.hpp"

namespace tt_run::fuzz {

namespace fs = std::filesystem;

namespace {

/// All files below a folder, by their path relative to `top`; none if there is no such folder.
std::vector<Sample> files_below(const fs::path& folder, const fs::path& top) {
    std::vector<Sample> files;
    if (!fs::is_directory(folder)) {
        return files;
    }
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) {
            if (auto bytes = support::read_file(entry.path())) {
                files.push_back({entry.path().lexically_relative(top).string(), *std::move(bytes)});
            }
        }
    }
    std::sort(files.begin(), files.end(), [](const Sample& a, const Sample& b) { return a.name < b.name; });
    return files;
}

/// What the project has of every kind, read once.
const std::vector<Sample>& files_of_the_project() {
    static const std::vector<Sample> all = [] {
        const fs::path top = test::source_directory();
        std::vector<Sample> found = files_below(top / "configs", top);
        for (const Sample& golden : files_below(top / "test" / "golden", top)) {
            if (golden.name.ends_with(".txtar")) {
                for (const test::GoldenFile& input : test::GoldenCase::parse(golden.bytes).inputs) {
                    found.push_back({golden.name + "/" + input.name, input.content});
                }
            }
        }
        for (Sample& field : files_below(top.parent_path() / "shared" / "corpus", top)) {
            found.push_back(std::move(field));
        }
        return found;
    }();
    return all;
}

}  // namespace

std::vector<Sample> samples_of(const Target& target) {
    const fs::path top = test::source_directory();
    std::vector<Sample> samples;
    for (const char* folder : {"regressions", "seeds"}) {
        for (Sample& file : files_below(top / "test" / "fuzz" / folder / target.name, top)) {
            samples.push_back(std::move(file));
        }
    }
    if (target.made != nullptr) {
        for (std::string& bytes : target.made()) {
            samples.push_back({fmt::format("made/{}", samples.size()), std::move(bytes)});
        }
    }
    for (const Sample& file : files_of_the_project()) {
        if (std::any_of(target.endings.begin(), target.endings.end(),
                        [&](std::string_view ending) { return file.name.ends_with(ending); })) {
            samples.push_back(file);
        }
    }
    return samples;
}

}  // namespace tt_run::fuzz
