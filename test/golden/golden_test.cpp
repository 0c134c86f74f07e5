#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <regex>
#include <set>

#include <catch2/catch.hpp>

#include "support/file.hpp"
#include "test/golden/golden_case.hpp"
#include "test/support/places.hpp"

namespace fs = std::filesystem;
using namespace tt_run;

namespace {

const fs::path kCases = fs::path(test::source_directory()) / "test" / "golden";

std::vector<fs::path> case_files() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(kCases)) {
        if (entry.path().extension() == ".txtar") {
            files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

/// The names of all diagnostic kinds, read from the headers that list them.
std::set<std::string> all_kinds() {
    std::set<std::string> kinds;
    const std::regex definition("DiagnosticKind\\s+k\\w+\\{\\s*\"([a-z0-9-]+)\"");
    for (const char* folder : {"support", "topology", "fabric", "job", "launcher", "cli"}) {
        const fs::path directory = fs::path(test::source_directory()) / folder;
        if (!fs::is_directory(directory)) {
            continue;
        }
        for (const auto& entry : fs::recursive_directory_iterator(directory)) {
            if (entry.path().filename() != "diagnostic_kinds.hpp") {
                continue;
            }
            const std::string text = *support::read_file(entry.path());
            for (std::sregex_iterator found(text.begin(), text.end(), definition), end; found != end;
                 ++found) {
                kinds.insert((*found)[1]);
            }
        }
    }
    return kinds;
}

}  // namespace

TEST_CASE("every golden case prints what it is recorded to print") {
    const bool update = std::getenv("TT_RUN_UPDATE_GOLDEN") != nullptr;
    const char* only = std::getenv("TT_RUN_GOLDEN_ONLY");
    std::size_t cases = 0;
    for (const fs::path& file : case_files()) {
        if (only != nullptr && file.string().find(only) == std::string::npos) {
            continue;
        }
        ++cases;
        const test::GoldenCase wanted = test::GoldenCase::parse(*support::read_file(file));
        const test::GoldenCase real = wanted.run();
        if (update) {
            REQUIRE(support::write_file(file, real.render()));
            continue;
        }
        INFO(file.lexically_relative(kCases).string()
             << " (scripts/update-golden records what is printed now)");
        CHECK(real.render() == wanted.render());
    }
    CHECK((only != nullptr || cases > 0));
}

TEST_CASE("every diagnostic kind has a golden case that prints it") {
    std::string printed;
    for (const fs::path& file : case_files()) {
        const test::GoldenCase golden = test::GoldenCase::parse(*support::read_file(file));
        printed += golden.standard_error + golden.standard_output;
    }
    const std::set<std::string> kinds = all_kinds();
    CHECK(kinds.size() >= 30);
    for (const std::string& kind : kinds) {
        INFO("no case in test/golden prints [" << kind << "]");
        CHECK(printed.find("[" + kind + "]") != std::string::npos);
    }
}
