// Walks every real descriptor that lies beside the project, and skips loudly where there are none.
#include <algorithm>
#include <filesystem>
#include <iostream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "support/diagnostic_render.hpp"
#include "test/support/temporary_directory.hpp"
#include "test/walk/corpus.hpp"
#include "topology/physical/cluster_json.hpp"
#include "topology/physical/cluster_shape.hpp"
#include "topology/physical/load_cluster.hpp"
#include "topology/physical/umd_export.hpp"

using namespace tt_run;
using namespace tt_run::topology;
namespace fs = std::filesystem;

namespace {

support::HostEnvironment here() {
    support::HostEnvironment host;
    host.working_directory = "/";
    return host;
}

std::optional<Cluster> load(const std::string& argument, std::string* said = nullptr) {
    support::DiagnosticSink sink;
    std::optional<Cluster> cluster = load_cluster(argument, here(), sink);
    CHECK(cluster.has_value() == (sink.errors() == 0));
    if (said != nullptr) {
        *said = render_text(sink, support::Colour::off);
    }
    return cluster;
}

/// Both of our own forms, read back.
void check_saved_forms(const Cluster& cluster) {
    for (const std::string& saved : {render_cluster_json(cluster), render_cluster_yaml(cluster)}) {
        support::DiagnosticSink sink;
        const auto text = support::make_source_text("saved", saved);
        const auto again = parse_cluster(text, "/saved", here(), sink);
        INFO(render_text(sink, support::Colour::off));
        REQUIRE(again);
        CHECK(again->same_hardware(cluster));
        CHECK(render_cluster_json(*again).size() > 0);
    }
}

/// Per-host descriptors with their mapping, read back: the same places, channels and links.
void check_umd_form(const Cluster& cluster) {
    const test::TemporaryDirectory directory;
    const std::vector<ExportedFile> files = export_umd_descriptors(cluster, "c");
    for (const ExportedFile& file : files) {
        directory.write(file.name, file.content);
    }
    std::string said;
    const auto again = load((directory.path() / files[0].name).string(), &said);
    INFO(said);
    REQUIRE(again);
    CHECK(measure(*again) == measure(cluster));
    REQUIRE(again->asics().size() == cluster.asics().size());
    for (std::uint32_t k = 0; k < cluster.asics().size(); ++k) {
        CHECK(again->name_of(AsicIndex{k}) == cluster.name_of(AsicIndex{k}));
    }
    CHECK(std::equal(again->links().begin(), again->links().end(), cluster.links().begin(),
                     cluster.links().end()));
    // And once more: from here on nothing is filled in.
    const test::TemporaryDirectory second;
    for (const ExportedFile& file : export_umd_descriptors(*again, "c")) {
        second.write(file.name, file.content);
    }
    const auto third = load((second.path() / files[0].name).string());
    REQUIRE(third);
    CHECK(third->same_hardware(*again));
}

/// Mappings whose descriptors are not in the corpus; cluster_walk_test.cpp knows them by name.
bool is_incomplete(const std::string& said) {
    return said.find("[cluster-unreadable]") != std::string::npos;
}

bool is_out_of_scope(const fs::path& file) {
    return file.string().find("golden_mapping_files") != std::string::npos;
}

}  // namespace

TEST_CASE("every real description is the same hardware after each form and back") {
    const auto corpus = test::corpus_folder("cluster");
    if (!corpus) {
        return;
    }
    std::size_t loaded = 0;
    for (const fs::path& file : test::descriptions_below(*corpus)) {
        INFO(file.string());
        if (is_out_of_scope(file)) {
            continue;
        }
        std::string said;
        const auto cluster = load(file.string(), &said);
        INFO(said);
        if (!cluster && is_incomplete(said)) {
            continue;
        }
        REQUIRE(cluster);
        check_saved_forms(*cluster);
        if (cluster->links_known()) {  // the vendor's form cannot say that links are unknown
            check_umd_form(*cluster);
        }
        ++loaded;
    }
    CHECK(loaded >= 75);
}

TEST_CASE("a cabling descriptor with its deployment plans what was later discovered") {
    const auto corpus = test::corpus_folder("cluster");
    if (!corpus) {
        return;
    }
    const std::string root = (*corpus / "scaleout-sept2025").string();
    struct Pair {
        const char* cabling;
        const char* deployment;
        const char* discovered;
        std::size_t missing;
    };
    for (const Pair& pair : {Pair{"5_n300_lb_superpod", "5_lb_deployment", "5_lb_physical_desc", 0},
                             Pair{"16_n300_lb_cluster", "16_lb_deployment", "16_lb_physical_desc", 0},
                             Pair{"5_wh_galaxy_y_torus_superpod", "5_wh_galaxy_y_torus_deployment",
                                  "5_wh_galaxy_y_torus_physical_desc", 20}}) {
        INFO(pair.cabling);
        std::string said;
        const auto planned =
            load(fmt::format("{0}/cabling_descriptors/{1}.textproto,{0}/deployment_descriptors/{2}.textproto",
                             root, pair.cabling, pair.deployment),
                 &said);
        INFO(said);
        const auto found = load(fmt::format("{}/global_system_descriptors/{}.yaml", root, pair.discovered));
        REQUIRE(planned);
        REQUIRE(found);
        CHECK(planned->asics().size() == found->asics().size());
        CHECK(planned->links().size() == found->links().size() + pair.missing);
        std::vector<Link> common;
        std::set_intersection(planned->links().begin(), planned->links().end(), found->links().begin(),
                              found->links().end(), std::back_inserter(common));
        UNSCOPED_INFO(fmt::format("{} of {} links in common", common.size(), found->links().size()));
        CHECK(common.size() >= found->links().size() * 9 / 10);
    }
}
