// What `tt-run check --cluster` says of real machines once a link, a chip, a board or a mask is not as it
// was.
//
// Each case in test/walk/damaged is a golden case with two more kinds of lines in its head:
//
//   take: FILE [as NAME]     a real descriptor, or one of our own files, copied beside the inputs
//   damage: NAME: WHAT       how that copy, or an input, is broken (descriptor_damage.hpp)
//
// Without its damage each case exits 0. scripts/update-golden records these as well.

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <sstream>

#include <catch2/catch.hpp>

#include "support/file.hpp"
#include "test/golden/golden_case.hpp"
#include "test/support/places.hpp"
#include "test/walk/corpus.hpp"
#include "test/walk/descriptor_damage.hpp"

namespace fs = std::filesystem;
using namespace tt_run;
using test::GoldenCase;
using test::GoldenFile;

namespace {

const fs::path kCases = fs::path(test::source_directory()) / "test" / "walk" / "damaged";

std::vector<fs::path> case_files() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(kCases)) {
        files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

/// The lines of a head that begin with `word`, without it.
std::vector<std::string> lines_of(const std::string& head, const std::string& word) {
    std::vector<std::string> found;
    std::istringstream lines(head);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(word + ": ")) {
            found.push_back(line.substr(word.size() + 2));
        }
    }
    return found;
}

/// Copies what the case takes behind its own inputs; a folder with all its files.
void take(GoldenCase& golden, const std::string& line, const fs::path& corpus) {
    const std::size_t as = line.find(" as ");
    const fs::path name = line.substr(0, as);
    const fs::path near = fs::path(test::source_directory()) / name;
    const fs::path from = fs::exists(near) ? near : corpus / name;
    const fs::path to = as == std::string::npos ? name.filename() : fs::path(line.substr(as + 4));
    std::vector<fs::path> files{from};
    if (fs::is_directory(from)) {
        files.assign(fs::directory_iterator(from), {});
        std::sort(files.begin(), files.end());
    }
    for (const fs::path& file : files) {
        const fs::path shown = files[0] == from ? to : to / file.filename();
        golden.inputs.push_back({shown.string(), support::read_file(file).value()});
    }
}

void damage(GoldenCase& golden, const std::string& line) {
    const std::size_t colon = line.find(": ");
    const std::string name = line.substr(0, colon);
    const auto file = std::find_if(golden.inputs.begin(), golden.inputs.end(),
                                   [&](const GoldenFile& input) { return input.name == name; });
    INFO(line);
    REQUIRE(file != golden.inputs.end());
    file->content = test::damaged(file->content, line.substr(colon + 2));
}

}  // namespace

TEST_CASE("damage to a real machine is told with need, have and place, and without it all is well") {
    const auto corpus = test::corpus_folder("cluster");
    if (!corpus) {
        return;
    }
    const bool update = std::getenv("TT_RUN_UPDATE_GOLDEN") != nullptr;
    const char* only = std::getenv("TT_RUN_GOLDEN_ONLY");
    std::size_t cases = 0;
    for (const fs::path& file : case_files()) {
        if (only != nullptr && file.string().find(only) == std::string::npos) {
            continue;
        }
        INFO(file.filename().string() << " (scripts/update-golden records what is printed now)");
        const GoldenCase wanted = GoldenCase::parse(*support::read_file(file));
        GoldenCase whole = wanted;
        for (const std::string& line : lines_of(wanted.head, "take")) {
            take(whole, line, *corpus);
        }
        const GoldenCase sound = whole.run();
        INFO(sound.standard_error);
        CHECK(sound.exit_code == 0);

        const std::vector<std::string> damages = lines_of(wanted.head, "damage");
        CHECK(!damages.empty());
        for (const std::string& line : damages) {
            damage(whole, line);
        }
        GoldenCase real = whole.run();
        real.inputs = wanted.inputs;
        if (update) {
            REQUIRE(support::write_file(file, real.render()));
        } else {
            CHECK(real.render() == wanted.render());
        }
        CHECK(real.standard_error != sound.standard_error);
        ++cases;
    }
    std::cout << cases << " damages to real machines told as recorded\n";
    CHECK((only != nullptr || cases >= 15));
}
