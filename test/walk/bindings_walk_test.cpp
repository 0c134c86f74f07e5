// Every real rank-binding file plans, where the Mesh Graph Descriptor that it names can be had.

#include <iostream>

#include <catch2/catch.hpp>

#include "support/file.hpp"
#include "test/support/child.hpp"
#include "test/support/places.hpp"
#include "test/support/temporary_directory.hpp"
#include "test/walk/corpus.hpp"

namespace fs = std::filesystem;
using namespace tt_run;

namespace {

/// The part of "tenstorrent/tt-metal:tests/x/y.yaml" behind the repository.
std::string path_in_repository(const std::string& source) {
    const std::size_t colon = source.find(':');
    return colon == std::string::npos ? source : source.substr(colon + 1);
}

/// Copies a folder's files to where their index says that they came from; of two versions of one, the first.
void lay_out(const fs::path& folder, const std::string& column, const fs::path& home) {
    for (const auto& row : test::read_table(folder / "INDEX.tsv")) {
        const fs::path to = home / path_in_repository(row.at(column));
        fs::create_directories(to.parent_path());
        fs::copy_file(folder / row.at("file"), to, fs::copy_options::skip_existing);
    }
}

}  // namespace

TEST_CASE("every real rank-binding file plans") {
    const auto bindings = test::corpus_folder("rank_bindings");
    const auto mgds = test::corpus_folder("mgd");
    if (!bindings || !mgds) {
        return;
    }
    const test::TemporaryDirectory home;
    lay_out(*mgds, "source_path", home.path());
    lay_out(*bindings, "source path", home.path());
    std::size_t planned = 0;
    std::size_t without_mgd = 0;
    std::size_t with_other_mgd = 0;
    for (const auto& row : test::read_table(*bindings / "INDEX.tsv")) {
        const std::string file = path_in_repository(row.at("source path"));
        const bool is_overlay_mapping =
            row.at("notes").find("subcontext_id_to_rank_bindings") != std::string::npos;
        if (row.at("notes").find("subcontext_id_to_mesh_graph_descriptor") != std::string::npos) {
            continue;  // for another tool; `tt-run check` reads it
        }
        test::ChildCommand plan;
        plan.arguments = {"tt-run", is_overlay_mapping ? "--rank-bindings-mapping" : "--rank-binding", file,
                          "--dry-run", "true"};
        plan.environment = test::test_environment();
        plan.environment["TT_METAL_HOME"] = home.path();
        const test::ChildOutcome outcome = test::run_child(plan);
        INFO(file << "\n" << outcome.standard_error);
        if (outcome.exit_code == 0) {
            ++planned;
            continue;
        }
        CHECK(outcome.exit_code == 2);
        if (file.ends_with("4galaxy_16partition_rank_bindings.yaml")) {
            // The file says itself that the MGD it names stands in for one with sixteen meshes.
            CHECK(outcome.standard_error.find(
                      "owns mesh `15`, which the Mesh Graph Descriptor does not have") != std::string::npos);
            ++with_other_mgd;
            continue;
        }
        CHECK(outcome.standard_error.find("there is no Mesh Graph Descriptor `") != std::string::npos);
        ++without_mgd;
        // Without its MGD it still plans when that check is waived: nothing else is wrong with it.
        plan.arguments.insert(plan.arguments.begin() + 1, "--skip-mgd-check");
        CHECK(test::run_child(plan).exit_code == 0);
    }
    std::cout << planned << " real rank-binding files planned, " << without_mgd
              << " lacked their MGD (and plan with --skip-mgd-check), " << with_other_mgd
              << " names an MGD that its own comment says is another's\n";
    CHECK(planned >= 4);
    CHECK(planned + without_mgd + with_other_mgd >= 33);
}

TEST_CASE("every rank-binding file of our own plans without a warning") {
    std::size_t planned = 0;
    for (const auto& entry : fs::directory_iterator(fs::path(test::source_directory()) / "configs")) {
        test::ChildCommand plan;
        plan.arguments = {"tt-run",        "--rank-binding", entry.path() / "rank_bindings.yaml",
                          "--no-validate", "--dry-run",      "true"};
        plan.environment = test::test_environment();
        const test::ChildOutcome outcome = test::run_child(plan);
        INFO(entry.path().string() << "\n" << outcome.standard_error);
        CHECK(outcome.exit_code == 0);
        CHECK((outcome.standard_error.empty() || entry.path().filename() == "closetbox"));
        ++planned;
    }
    CHECK(planned >= 14);
}
