#include "topology/physical/synthetic_system.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "support/diagnostic_render.hpp"
#include "test/support/temporary_directory.hpp"
#include "topology/physical/cluster_diff.hpp"
#include "topology/physical/cluster_json.hpp"
#include "topology/physical/cluster_shape.hpp"
#include "topology/physical/load_cluster.hpp"
#include "topology/physical/umd_export.hpp"

using namespace tt_run;
using namespace tt_run::topology;

namespace {

Cluster build(const std::string& text) {
    support::DiagnosticSink sink;
    auto cluster = build_synthetic(text, sink);
    INFO(render_text(sink, support::Colour::off));
    REQUIRE(cluster);
    CHECK(sink.reported() == 0);
    return *std::move(cluster);
}

std::string complaint(const std::string& text) {
    support::DiagnosticSink sink;
    CHECK(!build_synthetic(text, sink));
    CHECK(sink.errors() > 0);
    return render_text(sink, support::Colour::off);
}

support::HostEnvironment here() {
    support::HostEnvironment host;
    host.working_directory = "/";
    return host;
}

}  // namespace

TEST_CASE("synthetic systems have the shapes of captured ones") {
    using Counts = std::map<std::uint32_t, std::size_t>;
    struct Row {
        const char* text;
        std::size_t hosts, chips, links;
        Counts multiplicities, degrees;
    };
    for (const Row& row : {
             Row{"n150", 1, 1, 0, {}, {}},
             Row{"n300", 1, 2, 2, {{2, 1}}, {{1, 2}}},
             Row{"n300*3", 1, 6, 6, {{2, 3}}, {{1, 6}}},
             Row{"n300*4", 1, 8, 20, {{2, 10}}, {{2, 4}, {3, 4}}},
             Row{"t3k", 1, 8, 20, {{2, 10}}, {{2, 4}, {3, 4}}},
             Row{"t3k*2", 2, 16, 48, {{2, 24}}, {{2, 8}, {4, 8}}},
             Row{"p150*4", 1, 4, 16, {{4, 4}}, {{2, 4}}},
             Row{"p150*8", 1, 8, 24, {{2, 12}}, {{3, 8}}},
             Row{"p300", 1, 2, 2, {{2, 1}}, {{1, 2}}},
             Row{"wh-galaxy", 1, 32, 208, {{4, 52}}, {{2, 4}, {3, 16}, {4, 12}}},
             Row{"wh-galaxy-y-torus", 1, 32, 224, {{4, 56}}, {{3, 16}, {4, 16}}},
             Row{"bh-galaxy", 1, 32, 104, {{2, 52}}, {{2, 4}, {3, 16}, {4, 12}}},
             Row{"bh-galaxy-xy-torus", 1, 32, 128, {{2, 64}}, {{4, 32}}},
             Row{"bh-galaxy-rev-c", 1, 32, 104, {{2, 52}}, {{2, 4}, {3, 16}, {4, 12}}},
             Row{"bh-galaxy-rev-c-xy-torus", 1, 32, 128, {{2, 64}}, {{4, 32}}},
             Row{"bh-galaxy@torus", 1, 32, 128, {{2, 64}}, {{4, 32}}},
             Row{"bh-galaxy*36@torus6x6", 36, 1152, 4608, {{2, 2304}}, {{4, 1152}}},
             Row{"closetbox", 16, 128, 380, {{2, 190}}, {{2, 64}, {3, 4}, {4, 60}}},
             Row{"bh-qb-4x4", 4, 16, 64, {{2, 32}}, {{4, 16}}},
         }) {
        INFO(row.text);
        const ClusterShape shape = measure(build(row.text));
        CHECK(shape.hosts == row.hosts);
        CHECK(shape.chips == row.chips);
        CHECK(shape.links == row.links);
        CHECK(shape.multiplicities == row.multiplicities);
        CHECK(shape.degrees == row.degrees);
    }
}

TEST_CASE("five Galaxies all to all have ten pairs of four links") {
    const ClusterShape shape = measure(build("wh-galaxy*5@all-to-all:4"));
    CHECK(shape.chips == 160);
    CHECK(shape.host_pairs == 10);
    CHECK(shape.host_links == std::map<std::uint32_t, std::size_t>{{4, 10}});
}

TEST_CASE("the closetbox is four pods of four T3K") {
    const Cluster cluster = build("closetbox");
    CHECK(cluster.hosts().size() == 16);
    CHECK(cluster.boards().size() == 64);
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> between;
    for (const Link& link : cluster.links()) {
        const std::uint32_t a = cluster.board_of(link.a.asic).host.value / 4;
        const std::uint32_t b = cluster.board_of(link.b.asic).host.value / 4;
        between[std::minmax(a, b)] +=
            cluster.board_of(link.a.asic).host != cluster.board_of(link.b.asic).host;
    }
    for (std::uint32_t pod = 0; pod < 4; ++pod) {
        CHECK(between[{pod, pod}] == 12);
    }
    CHECK(between.size() == 10);  // and every pod is joined to every other
}

TEST_CASE("faults take away what they name") {
    CHECK(measure(build("t3k-link:0/1/0/14")).links == 19);
    CHECK(measure(build("t3k-link:0/1/0~0/2/0")).links == 18);
    CHECK(measure(build("t3k-chip:0/1/1")).chips == 7);
    CHECK(measure(build("t3k -board:0/2 -link:0/1/0/6")).boards == 3);
    CHECK(build("t3k*3-host:host-1").hosts()[1].name == "host-2");
}

TEST_CASE("what cannot be imagined is said with a caret") {
    CHECK(complaint("t4k").find("did you mean `t3k`?") != std::string::npos);
    CHECK(complaint("t3k*0").find("expected a number from 1") != std::string::npos);
    CHECK(complaint("t3k*2@circle").find("is no wiring") != std::string::npos);
    CHECK(complaint("bh-galaxy*36@torus6x7").find("42 hosts") != std::string::npos);
    CHECK(complaint("wh-galaxy*100000").find("2000000 are imagined") != std::string::npos);
    CHECK(complaint("n300*20").find("do not fit into one host") != std::string::npos);
    CHECK(complaint("t3k-chip:0/9/0").find("`9` is no tray") != std::string::npos);
    CHECK(complaint("t3k-link:0/1/0/13").find("has no link") != std::string::npos);
    CHECK(complaint("t3k-host:0").find("no chip at all") != std::string::npos);
    CHECK(complaint("wh-galaxy*30@all-to-all").find("no free port") != std::string::npos);
    CHECK(complaint("t3k*4@mesh2x2").find("line or a ring") != std::string::npos);
    CHECK(complaint("bh-galaxy-x-torus*2@line").find("is in use") != std::string::npos);
}

TEST_CASE("every system goes through every form and back") {
    std::vector<std::string> systems;
    for (const SyntheticWord& word : synthetic_words()) {
        systems.emplace_back(word.word);
    }
    for (const char* more : {"t3k*2", "t3k*4@ring", "p150*3", "wh-galaxy*2", "bh-galaxy*4@torus2x2",
                             "wh-galaxy*5@all-to-all:4", "t3k-board:0/1-board:0/3", "n150*2-board:0/1"}) {
        systems.emplace_back(more);
    }
    for (const std::string& system : systems) {
        INFO(system);
        const Cluster cluster = build(system);
        for (const std::string& saved : {render_cluster_json(cluster), render_cluster_yaml(cluster)}) {
            support::DiagnosticSink sink;
            const auto again =
                parse_cluster(support::make_source_text("saved", saved), "/saved", here(), sink);
            REQUIRE(again);
            CHECK(again->same_hardware(cluster));
        }
        const test::TemporaryDirectory directory;
        const std::vector<ExportedFile> files = export_umd_descriptors(cluster, "c");
        for (const ExportedFile& file : files) {
            directory.write(file.name, file.content);
        }
        support::DiagnosticSink sink;
        const auto again = load_cluster((directory.path() / files[0].name).string(), here(), sink);
        INFO(render_text(sink, support::Colour::off));
        REQUIRE(again);
        const ClusterDiff diff = compare(cluster, *again);
        CHECK(diff.differences.empty());
        for (std::uint32_t k = 0; k < cluster.asics().size(); ++k) {
            CHECK(again->asics()[k] == cluster.asics()[k]);
        }
    }
}

TEST_CASE("a difference is named by its place") {
    const Cluster whole = build("t3k");
    const ClusterDiff link = compare(whole, build("t3k-link:0/1/0/14"));
    REQUIRE(link.differences.size() == 1);
    CHECK(link.differences[0].kind == ClusterDifference::Kind::link_missing);
    CHECK(link.differences[0].place == "host-0/1/0/14");
    CHECK(link.differences[0].detail == "host-0/2/0/14");
    const ClusterDiff board = compare(build("t3k-board:0/2"), whole);
    CHECK(board.count(ClusterDifference::Kind::board_extra) == 1);
    CHECK(board.count(ClusterDifference::Kind::link_extra) == 8);
    CHECK(compare(whole, build("t3k-chip:0/2/1")).count(ClusterDifference::Kind::chip_missing) == 1);
    CHECK(compare(build("t3k*2"), build("t3k*3")).count(ClusterDifference::Kind::host_extra) == 1);
    CHECK(compare(whole, whole).differences.empty());
}

TEST_CASE("sixteen thousand chips are imagined without trouble") {
    CHECK(measure(build("bh-galaxy*512@torus16x32")).chips == 16384);
}
