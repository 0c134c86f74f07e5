// Every configuration of ours fits the system that it is for; every preset is one of them, and runs.

#include <filesystem>
#include <map>
#include <set>
#include <string_view>

#include <catch2/catch.hpp>

#include "support/file.hpp"
#include "test/support/child.hpp"
#include "test/support/places.hpp"
#include "test/support/temporary_directory.hpp"
#include "test/walk/corpus.hpp"

namespace fs = std::filesystem;
using namespace tt_run;

namespace {

const fs::path kConfigs = fs::path(test::source_directory()) / "configs";

/// Folder of configs/ -> a system that it fits, for folders that are not named after it.
const std::map<std::string, std::string> kSystems{
    {"5-galaxy", "wh-galaxy*5@all-to-all:4"},
    {"bh-pipeline", "bh-galaxy*4@torus4x1"},
    {"dual-galaxy", "wh-galaxy*2@mesh1x2"},
    {"quad-galaxy", "wh-galaxy*4@torus4x1"},
    {"p150-x4", "p150-qb"},
    {"p150-x8", "p150-lb"},
    {"split-galaxy-2x4-cyclic", "wh-galaxy"},
    {"split-galaxy-2x8-2x4", "wh-galaxy"},
    {"split-galaxy-4x2", "wh-galaxy"},
    {"split-galaxy-4x4", "wh-galaxy"},
    {"split-galaxy-4x4-2x4", "wh-galaxy"},
    {"split-galaxy-big-mesh", "wh-galaxy"},
    {"bh-split-galaxy-2x4-cyclic", "bh-galaxy"},
    {"bh-split-galaxy-2x8-2x4", "bh-galaxy"},
    {"bh-split-galaxy-4x2", "bh-galaxy"},
    {"bh-split-galaxy-4x4", "bh-galaxy"},
    {"bh-split-galaxy-4x4-2x4", "bh-galaxy"},
    {"bh-split-galaxy-big-mesh", "bh-galaxy"},
};

test::ChildOutcome tt_run_in(const fs::path& directory, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "tt-run");
    return test::run_child({std::move(arguments), directory, test::test_environment(), ""});
}

std::vector<fs::path> preset_files(const fs::path& directory) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(directory)) {
        if (entry.path().filename().string().ends_with("_rank_binding.yaml")) {
            files.push_back(entry.path());
        }
    }
    return files;
}

}  // namespace

TEST_CASE("every configuration fits the system that it is for") {
    std::size_t walked = 0;
    for (const auto& entry : fs::directory_iterator(kConfigs)) {
        const std::string name = entry.path().filename().string();
        const auto system = kSystems.find(name);
        const auto outcome =
            tt_run_in(entry.path(), {"check", "mgd.textproto", "rank_bindings.yaml", "--cluster",
                                     system == kSystems.end() ? name : system->second});
        INFO(name << "\n" << outcome.standard_output << outcome.standard_error);
        CHECK(outcome.exit_code == 0);
        ++walked;
    }
    CHECK(walked >= 26);
}

TEST_CASE("the presets for real Galaxies run in the folder that they are written to") {
    const auto corpus = test::corpus_folder("cluster");
    if (!corpus) {
        return;
    }
    for (const char* file : {"tt-umd/6u_cluster_desc.yaml", "tt-umd/blackhole_galaxy.yaml",
                             "tt-metal-sept2025/6u_cluster_desc.yaml",
                             "derived-from-psd/5_wh_galaxy_y_torus/5_wh_galaxy_y_torus_wh-glx-a03u02.yaml"}) {
        INFO(file);
        const test::TemporaryDirectory directory;
        const auto generated =
            tt_run_in(directory.path(), {"generate-rank-bindings", "--cluster", *corpus / file});
        INFO(generated.standard_error);
        REQUIRE(generated.exit_code == 0);
        const std::vector<fs::path> presets = preset_files(directory.path());
        CHECK(presets.size() == 6);
        for (const fs::path& preset : presets) {
            INFO(preset.filename().string());
            CHECK(tt_run_in(directory.path(), {"--rank-binding", preset.filename(), "true"}).exit_code == 0);
            // That one's links are not where its buses put the trays, and it is warned of.
            if (std::string_view(file) != "tt-umd/6u_cluster_desc.yaml") {
                const auto checked =
                    tt_run_in(directory.path(), {"check", preset.filename(), "--cluster", *corpus / file});
                INFO(checked.standard_error);
                CHECK(checked.exit_code == 0);
            }
        }
    }
}
