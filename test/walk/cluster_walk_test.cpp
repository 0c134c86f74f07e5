// Every real description of hardware is shown, converted and compared by the real tt-run; what cannot be is
// known by name and reason.

#include <algorithm>
#include <iostream>
#include <set>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "support/file.hpp"
#include "support/text.hpp"
#include "support/yaml_document.hpp"
#include "test/support/child.hpp"
#include "test/support/temporary_directory.hpp"
#include "test/walk/corpus.hpp"

namespace fs = std::filesystem;
using namespace tt_run;

namespace {

test::ChildOutcome tt_run_says(std::vector<std::string> arguments) {
    test::ChildCommand command;
    command.arguments = std::move(arguments);
    command.arguments.insert(command.arguments.begin(), "tt-run");
    command.environment = test::test_environment();
    return test::run_child(command);
}

std::size_t occurrences(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) {
        ++count;
    }
    return count;
}

/// Mappings of which the corpus lacks descriptors, and how many of how many.
struct Incomplete {
    const char* mapping;
    std::size_t lacks;
    std::size_t lists;
};
constexpr Incomplete kIncomplete[] = {
    {"110c_single_pod_cluster_desc_mapping.yaml", 4, 4},
    {"32x4_quad_galaxy_cluster_desc_mapping.yaml", 4, 4},
    {"3_pod_16x8_bh_galaxy_cluster_desc_mapping.yaml", 12, 12},
    {"6u_dual_host_cluster_desc_mapping.yaml", 2, 2},
    {"6u_quad_host_cluster_desc_mapping.yaml", 4, 4},
    {"wh_closetbox_cluster_desc_mapping.yaml", 12, 16},
};

const Incomplete* incomplete(const fs::path& file) {
    const auto* found = std::find_if(std::begin(kIncomplete), std::end(kIncomplete),
                                     [&](const Incomplete& one) { return file.filename() == one.mapping; });
    return found == std::end(kIncomplete) ? nullptr : found;
}

/// What the mapping lists and the corpus does not have, by the descriptors' base names.
std::pair<std::size_t, std::size_t> lacks_and_lists(const fs::path& mapping, const fs::path& corpus) {
    std::set<std::string> names;
    for (const fs::path& file : test::descriptions_below(corpus)) {
        names.insert(file.filename().string());
    }
    support::DiagnosticSink sink;
    const auto root = support::parse_yaml(*support::load_source_text(mapping, "mapping"), sink);
    REQUIRE(root);
    std::size_t lacks = 0;
    const std::vector<support::YamlEntry>& rows = root->entries.at(0).value.entries;
    for (const support::YamlEntry& row : rows) {
        lacks += names.contains(fs::path(row.value.text).filename().string()) ? 0 : 1;
    }
    return {lacks, rows.size()};
}

/// Shown, converted into every form, and each form compared with the original.
void check_every_form(const std::string& system) {
    const test::ChildOutcome shown = tt_run_says({"show", system});
    INFO(system << "\n" << shown.standard_error);
    REQUIRE(shown.exit_code == 0);
    CHECK(!shown.standard_output.empty());
    const bool links_known = shown.standard_output.find("links unknown") == std::string::npos;
    const test::TemporaryDirectory directory;
    for (const char* form : {"cluster.json", "cluster.yaml", "descriptors"}) {
        const std::string saved = directory.path() / form;
        const bool is_vendors = std::string(form) == "descriptors";
        const test::ChildOutcome converted =
            tt_run_says({"convert", system, "-o", saved, "--format",
                         is_vendors ? "umd" : fs::path(form).extension().string().substr(1)});
        INFO(form << "\n" << converted.standard_error);
        if (is_vendors && !links_known) {
            CHECK(converted.exit_code == 3);  // that form cannot say that links are unknown
            continue;
        }
        REQUIRE(converted.exit_code == 0);
        const test::ChildOutcome compared = tt_run_says({"diff", system, saved});
        INFO(compared.standard_output << compared.standard_error);
        CHECK(compared.exit_code == (links_known ? 0 : 3));
    }
}

}  // namespace

TEST_CASE("every real description is shown, converted and the same as what it was converted to") {
    const auto corpus = test::corpus_folder("cluster");
    if (!corpus) {
        return;
    }
    std::size_t whole = 0;
    std::size_t lacking = 0;
    std::size_t other = 0;
    for (const fs::path& file : test::descriptions_below(*corpus)) {
        INFO(file.string());
        if (file.parent_path().filename() == "golden_mapping_files") {
            const test::ChildOutcome said = tt_run_says({"show", file});
            CHECK(said.exit_code == 2);
            CHECK(said.standard_error.starts_with(file.string() +
                                                  ":1:1: error: this file describes no hardware; it is a "
                                                  "record of which chip of a mesh came to "
                                                  "lie on which ASIC [cluster-unknown-kind]\n"));
            ++other;
        } else if (const Incomplete* known = incomplete(file)) {
            const auto [lacks, lists] = lacks_and_lists(file, *corpus);
            CHECK(lacks == known->lacks);
            CHECK(lists == known->lists);
            const test::ChildOutcome said = tt_run_says({"show", file});
            CHECK(said.exit_code == 2);
            CHECK(occurrences(said.standard_error, "error: there is no file `") == lacks);
            CHECK(occurrences(said.standard_error, "[cluster-unreadable]") == lacks);
            CHECK(occurrences(said.standard_error, ": error: ") == lacks);
            std::cout << fmt::format("{}: {} of the {} descriptors that it lists are not in the corpus\n",
                                     known->mapping, lacks, lists);
            ++lacking;
        } else {
            check_every_form(file);
            ++whole;
        }
    }
    std::cout << fmt::format(
        "{} real descriptions shown, converted and compared; {} mappings lack descriptors; {} record "
        "mappings of chips and describe no hardware\n",
        whole, lacking, other);
    CHECK(whole >= 75);
    CHECK(lacking == std::size(kIncomplete));
    CHECK(other == 3);
}

TEST_CASE("every system known by name is shown, converted and the same as what it was converted to") {
    const test::ChildOutcome list = tt_run_says({"show", "--list"});
    REQUIRE(list.exit_code == 0);
    std::size_t systems = 0;
    for (const std::string_view line : support::split(list.standard_output, '\n')) {
        if (!line.empty()) {
            check_every_form(std::string(line.substr(0, line.find(' '))));
            ++systems;
        }
    }
    CHECK(systems >= 20);
}

TEST_CASE("the shapes that `show --format json` gives are the measured ones") {
    const auto corpus = test::corpus_folder("cluster");
    if (!corpus) {
        return;
    }
    struct Row {
        const char* system;
        const char* counts;
        const char* links_per_pair;
        const char* degrees;
    };
    // Degrees of the TG are measured here: 32 chips as 8 x 4, eight of them with one link to a gateway each
    // of which has two. No capture of a Blackhole Galaxy without closed rings is at hand; ours stands for it.
    const Row rows[] = {
        {"tt-umd/wormhole_N150.yaml", "1 1 0 0", "{}", "{}"},
        {"tt-umd/wormhole_N300.yaml", "2 1 2 1", "{\"2\": 1}", "{\"1\": 2}"},
        {"tt-umd/t3k_cluster_desc.yaml", "8 4 20 10", "{\"2\": 10}", "{\"2\": 4, \"3\": 4}"},
        {"tt-umd/6u_cluster_desc.yaml", "32 32 208 52", "{\"4\": 52}", "{\"2\": 4, \"3\": 16, \"4\": 12}"},
        {"tt-metal-sept2025/tg_cluster_desc.yaml", "36 4 216 60", "{\"1\": 8, \"4\": 52}",
         "{\"2\": 6, \"3\": 12, \"4\": 18}"},
        {"tt-umd/blackhole_P150.yaml", "1 1 0 0", "{}", "{}"},
        {"tt-umd/blackhole_4xP150.yaml", "4 4 16 4", "{\"4\": 4}", "{\"2\": 4}"},
        {"tt-umd/blackhole_8xP150.yaml", "8 8 24 12", "{\"2\": 12}", "{\"3\": 8}"},
        {"tt-umd/blackhole_P300_first_mmio.yaml", "2 1 2 1", "{\"2\": 1}", "{\"1\": 2}"},
        {"tt-umd/blackhole_P300_both_mmio.yaml", "2 2 2 1", "{\"2\": 1}", "{\"1\": 2}"},
        {"bh-galaxy", "32 32 104 52", "{\"2\": 52}", "{\"2\": 4, \"3\": 16, \"4\": 12}"},
        {"tt-umd/blackhole_galaxy.yaml", "32 32 140 68", "{\"2\": 66, \"4\": 2}", "{\"4\": 24, \"5\": 8}"},
    };
    for (const Row& row : rows) {
        INFO(row.system);
        const fs::path file = *corpus / row.system;
        const test::ChildOutcome shown =
            tt_run_says({"show", fs::exists(file) ? file.string() : row.system, "--format", "json"});
        INFO(shown.standard_output);
        REQUIRE(shown.exit_code == 0);
        support::DiagnosticSink sink;
        const auto shape =
            support::parse_yaml(support::make_source_text("shape", shown.standard_output), sink);
        REQUIRE(shape);
        const auto* counts = shape->find("shape");
        REQUIRE(counts != nullptr);
        CHECK(fmt::format("{} {} {} {}", counts->find("chips")->text, counts->find("mmio_chips")->text,
                          counts->find("links")->text, counts->find("adjacent_pairs")->text) == row.counts);
        for (const auto& [key, expected] :
             {std::pair{"links_per_pair", row.links_per_pair}, std::pair{"degrees", row.degrees}}) {
            CHECK(shown.standard_output.find(fmt::format("\"{}\": {}", key, expected)) != std::string::npos);
        }
    }
}
