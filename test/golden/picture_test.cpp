// What every system in configs/ looks like: recorded beside this file, in pictures/.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "support/file.hpp"
#include "test/support/child.hpp"
#include "test/support/places.hpp"

namespace fs = std::filesystem;
using namespace tt_run;

namespace {

const fs::path kConfigs = fs::path(test::source_directory()) / "configs";
const fs::path kPictures = fs::path(test::source_directory()) / "test" / "golden" / "pictures";
const fs::path kMatrices = fs::path(test::source_directory()) / "test" / "golden" / "matrices";

/// The hardware of a folder that is not named after it.
std::string system_of(const std::string& folder) {
    const std::map<std::string, std::string> known{{"5-galaxy", "wh-galaxy*5@all-to-all:4"},
                                                   {"bh-pipeline", "bh-galaxy*4@torus4x1"},
                                                   {"dual-galaxy", "wh-galaxy*2@mesh1x2"},
                                                   {"quad-galaxy", "wh-galaxy*4@torus4x1"},
                                                   {"p150-x4", "p150-qb"},
                                                   {"p150-x8", "p150-lb"}};
    const auto found = known.find(folder);
    return found != known.end()                    ? found->second
           : folder.starts_with("split-galaxy")    ? "wh-galaxy"
           : folder.starts_with("bh-split-galaxy") ? "bh-galaxy"
                                                   : folder;
}

std::string shown(const fs::path& directory, std::vector<std::string> words) {
    words.insert(words.begin(), {"tt-run", "show"});
    const test::ChildOutcome outcome = test::run_child({words, directory, test::test_environment(), ""});
    INFO(outcome.standard_error);
    REQUIRE(outcome.exit_code == 0);
    return outcome.standard_output;
}

/// The style sheet is one file for all pictures, and is not recorded with each.
std::string without_style(std::string svg) {
    const std::size_t begin = svg.find("<style>");
    const std::size_t end = svg.find("</style>");
    REQUIRE(begin < end);
    return svg.replace(begin, end - begin, "<style>");
}

void compare_with_recorded(const fs::path& file, const std::string& drawn) {
    if (std::getenv("TT_RUN_UPDATE_GOLDEN") != nullptr) {
        REQUIRE(support::write_file(file, drawn));
        return;
    }
    INFO(file.string() << " (scripts/update-golden records what is drawn now)");
    const auto recorded = support::read_file(file);
    REQUIRE(recorded);
    CHECK(*recorded == drawn);
}

}  // namespace

TEST_CASE("every system's pictures are the recorded ones") {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(kConfigs)) {
        const std::string folder = entry.path().filename().string();
        const std::string system = system_of(folder);
        INFO(folder << " on " << system);
        const std::string text = shown(entry.path(), {"rank_bindings.yaml", "--look", "boxes"}) + "\n" +
                                 shown(entry.path(), {"rank_bindings.yaml", system});
        compare_with_recorded(kPictures / (folder + ".txt"), text);
        compare_with_recorded(
            kPictures / (folder + ".svg"),
            without_style(shown(entry.path(), {"rank_bindings.yaml", system, "--format", "svg"})));
        names.insert(folder + ".txt");
        names.insert(folder + ".svg");
        for (std::size_t begin = 0; begin < text.size();) {
            const std::size_t end = text.find('\n', begin);
            const auto columns =
                std::count_if(text.begin() + static_cast<std::ptrdiff_t>(begin),
                              text.begin() + static_cast<std::ptrdiff_t>(end),
                              [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; });
            CHECK(columns <= 80);
            begin = end + 1;
        }
    }
    for (const auto& entry : fs::directory_iterator(kPictures)) {
        INFO(entry.path().filename().string() << " is of no system any more");
        CHECK(names.contains(entry.path().filename().string()));
    }
}

TEST_CASE("matrices of links are the recorded ones") {
    // chips of one machine, with what is amiss; hosts as wholes, wide numbers, too wide for a grid; a host
    // that is not there
    const std::map<std::string, std::vector<std::string>> recorded{
        {"t3k", {"t3k"}},
        {"t3k-amiss", {"t3k-link:0/1/0/14-chip:0/4/1"}},
        {"closetbox", {"configs/closetbox/mgd.textproto", "closetbox"}},
        {"galaxies", {"wh-galaxy*20@ring"}},
        {"many", {"t3k*50@ring"}},
        {"absent-host", {"t3k*3@ring", "--expected", "t3k*4@ring"}}};
    for (const auto& [name, words] : recorded) {
        INFO(name);
        std::vector<std::string> text{"links"};
        text.insert(text.end(), words.begin(), words.end());
        std::vector<std::string> svg = text;
        svg.insert(svg.end(), {"--format", "svg"});
        compare_with_recorded(kMatrices / (name + ".txt"), shown(test::source_directory(), text));
        compare_with_recorded(kMatrices / (name + ".svg"),
                              without_style(shown(test::source_directory(), svg)));
    }
}

TEST_CASE("pictures do not depend on when or how often they are drawn") {
    for (const char* const format : {"text", "svg", "html", "dot", "json"}) {
        INFO(format);
        CHECK(shown(kConfigs / "closetbox", {"mgd.textproto", "closetbox", "--format", format}) ==
              shown(kConfigs / "closetbox", {"mgd.textproto", "closetbox", "--format", format}));
    }
}
