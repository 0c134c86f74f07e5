// The arrows between folders point one way.

#include <filesystem>
#include <map>
#include <regex>
#include <set>

#include <catch2/catch.hpp>

#include "support/file.hpp"
#include "test/support/places.hpp"

namespace fs = std::filesystem;

namespace {

/// Whose headers a folder may include, besides its own.
const std::map<std::string, std::set<std::string>> kMayUse{
    {"support", {}},
    {"topology", {"support"}},
    {"fabric", {"topology", "support"}},
    {"job", {"topology", "support"}},
    {"distributed", {"job", "topology", "support"}},
    {"device", {"distributed", "fabric", "topology", "job", "support"}},
    {"sockets", {"device", "distributed", "fabric", "topology", "job", "support"}},
    {"launcher", {"job", "topology", "support"}},
    {"cli", {"launcher", "job", "fabric", "topology", "support"}},
};

/// The rooms of the two largest folders: whose headers a room may include, besides its own and what lies in
/// no room.
const std::map<std::string, std::map<std::string, std::set<std::string>>> kRooms{
    {"topology",
     {{"mgd", {"proto"}},
      {"physical", {"mgd"}},
      {"mapping", {"mgd", "physical"}},
      {"draw", {"mgd", "physical", "mapping"}}}},
    {"launcher",
     {{"hosts", {}},
      {"bindings", {"hosts"}},
      {"plan", {"bindings", "hosts"}},
      {"agent", {}},
      {"run", {"agent", "plan", "bindings", "hosts"}},
      {"report", {"run", "plan", "bindings", "hosts"}},
      {"allocation", {"run", "plan", "bindings", "hosts"}},
      {"doctor", {"allocation", "run", "plan", "bindings", "hosts"}}}},
};

/// Third parties, and the folders in which they may show.
const std::map<std::string, std::set<std::string>> kThirdParties{
    {"CLI", {"cli"}},
    {"yaml.h", {"support"}},
    {"google", {"topology"}},
    {"nettle", {"launcher"}},
    {"nlohmann", {"support", "topology", "launcher"}},
    {"mpi.h", {"distributed"}},
    {"Eigen", {"device"}},
    {"pybind11", {"python"}},
};

/// A folder's own files and, where it has any, its public headers.
std::vector<fs::path> sources_of(const std::string& folder) {
    const fs::path top(tt_run::test::source_directory());
    std::vector<fs::path> files;
    for (const fs::path& root : {top / folder, top / "include" / "tt_run" / folder}) {
        if (!fs::is_directory(root)) {
            continue;
        }
        for (const auto& entry : fs::recursive_directory_iterator(root)) {
            if (entry.path().extension() == ".hpp" || entry.path().extension() == ".cpp") {
                files.push_back(entry.path());
            }
        }
    }
    return files;
}

}  // namespace

TEST_CASE("includes follow the arrows between folders") {
    // A public header, "tt_run/device/tensor.hpp", belongs to the folder that it is named for.
    const std::regex include("^\\s*#\\s*include\\s*[<\"](?:tt_run/)?([^>\"/]+)(/[^>\"]*)?[>\"]",
                             std::regex::multiline);
    std::size_t checked = 0;
    for (const auto& [folder, used] : kMayUse) {
        for (const fs::path& file : sources_of(folder)) {
            const std::string text = *tt_run::support::read_file(file);
            for (std::sregex_iterator found(text.begin(), text.end(), include), end; found != end; ++found) {
                const std::string first = (*found)[1];
                INFO(file.string() << " includes " << first << (*found)[2].str());
                ++checked;
                if (kMayUse.contains(first)) {
                    CHECK((first == folder || used.contains(first)));
                }
                if (const auto third = kThirdParties.find(first); third != kThirdParties.end()) {
                    CHECK(third->second.contains(folder));
                }
                CHECK(first != "..");
            }
        }
    }
    CHECK(checked > 300);
}

TEST_CASE("includes follow the arrows between the rooms of a folder") {
    std::size_t checked = 0;
    for (const auto& [folder, rooms] : kRooms) {
        const std::regex include("^\\s*#\\s*include\\s*\"" + folder + "/([^\"/]+)/[^\"]*\"",
                                 std::regex::multiline);
        for (const fs::path& file : sources_of(folder)) {
            const std::string room =
                fs::relative(file, fs::path(tt_run::test::source_directory()) / folder).begin()->string();
            const std::string text = *tt_run::support::read_file(file);
            for (std::sregex_iterator found(text.begin(), text.end(), include), end; found != end; ++found) {
                INFO(file.string() << " includes " << found->str());
                ++checked;
                // What lies in no room stands below all of them.
                REQUIRE(rooms.contains(room));
                CHECK(((*found)[1] == room || rooms.at(room).contains((*found)[1])));
            }
        }
    }
    CHECK(checked > 300);
}

TEST_CASE("the Python module sees public headers alone") {
    const std::regex include("^\\s*#\\s*include\\s*\"([^\"]+)\"", std::regex::multiline);
    std::size_t checked = 0;
    for (const fs::path& file : sources_of("python")) {
        const std::string text = *tt_run::support::read_file(file);
        for (std::sregex_iterator found(text.begin(), text.end(), include), end; found != end; ++found) {
            const std::string name = (*found)[1];
            INFO(file.string() << " includes " << name);
            ++checked;
            CHECK((name.starts_with("tt_run/") || name.starts_with("python/")));
        }
    }
    CHECK(checked > 20);
}

TEST_CASE("only cli exits or chooses a stream") {
    const std::regex forbidden(
        "\\b(std::exit\\b|::exit\\b|exit\\(|std::cout|std::cerr|std::puts|std::printf|\\(stdout\\b)");
    for (const auto& [folder, used] : kMayUse) {
        if (folder == "cli") {
            continue;
        }
        for (const fs::path& file : sources_of(folder)) {
            INFO(file.string());
            CHECK(!std::regex_search(*tt_run::support::read_file(file), forbidden));
        }
    }
}
