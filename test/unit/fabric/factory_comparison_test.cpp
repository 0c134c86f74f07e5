#include "fabric/factory_comparison.hpp"

#include <catch2/catch.hpp>

#include "support/diagnostic_render.hpp"
#include "test/unit/fabric/fabric_fixture.hpp"
#include "topology/physical/cluster_subset.hpp"

using namespace tt_run;
using namespace tt_run::fabric;
using namespace tt_run::test;

namespace {

std::string said(const FactoryComparison& found, bool strict,
                 std::optional<double> most_missing = std::nullopt) {
    support::DiagnosticSink sink;
    report_factory_comparison(found, strict, sink, most_missing);
    return render_text(sink, support::Colour::off);
}

bool says(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// Two chips that ask for so many links; the factory cabled some of them, and some of those live.
FabricSystemPtr pair_of_chips(int asked) {
    return system_of(mgd_of({.chip_rows = 1, .chip_columns = 2, .channels = asked}));
}

topology::Cluster with_links(const topology::Cluster& cluster, std::size_t count) {
    topology::Removal removal(cluster);
    for (std::size_t link = count; link < cluster.links().size(); ++link) {
        removal.links[link] = true;
    }
    return topology::without(cluster, removal).value();
}

}  // namespace

TEST_CASE("links within a mesh: planes, down and unused, as upstream's table has them") {
    struct Row {
        LinkTally links;
        std::uint32_t planes, downed, unused;
    };
    for (const Row& row : {Row{{2, 2, 1}, 2, 1, 0}, Row{{2, 4, 3}, 2, 0, 1}, Row{{4, 2, 1}, 2, 1, 0}}) {
        INFO(row.links.asked << " " << row.links.cabled << " " << row.links.live);
        CHECK(row.links.planes() == row.planes);
        CHECK(row.links.downed() == row.downed);
        CHECK(row.links.unused() == row.unused);
    }
}

TEST_CASE("links between meshes: registered, down, unused and never cabled, as upstream's table has them") {
    struct Row {
        LinkTally links;
        std::uint32_t registered, downed, unused, never;
    };
    for (const Row& row : {Row{{2, 2, 1}, 1, 1, 0, 0}, Row{{2, 4, 3}, 2, 0, 1, 0}, Row{{4, 2, 1}, 1, 1, 0, 2},
                           Row{{8, 4, 1}, 1, 3, 0, 4}}) {
        INFO(row.links.asked << " " << row.links.cabled << " " << row.links.live);
        CHECK(row.links.registered() == row.registered);
        CHECK(row.links.downed() == row.downed);
        CHECK(row.links.unused() == row.unused);
        CHECK(row.links.never_cabled() == row.never);
    }
}

TEST_CASE("tallies are taken from the three descriptions") {
    // The factory cabled four links, of which one is down; the mesh asks for two of them.
    const FabricSystemPtr four = pair_of_chips(4);
    const FabricSystemPtr asks_two = [&] {
        const FabricSystemPtr two = pair_of_chips(2);
        topology::Mapping mapping;
        mapping.chips = {{AsicIndex{0}, AsicIndex{1}}};
        return std::make_shared<const FabricSystem>(two->graph(), four->cluster(), mapping);
    }();
    const FactoryComparison found =
        compare_with_factory(*asks_two, faults(*asks_two, {"M0:0/3"}), four->cluster());
    REQUIRE(found.pairs.size() == 1);
    CHECK(found.pairs[0].links == LinkTally{2, 4, 3});
    REQUIRE(found.missing.size() == 1);
    CHECK(found.missing[0].a == "mesh-0-host-0/1/0/3");
    CHECK(found.missing[0].b == "mesh-0-host-0/1/1/3");
    CHECK(found.missing[0].used);
    CHECK(!found.missing[0].between_meshes);
    CHECK(found.factory_cables == 4);
}

TEST_CASE("a missing cable is an error under STRICT_INIT and a warning under RELAXED_INIT") {
    const FabricSystemPtr system = pair_of_chips(4);
    const FactoryComparison found =
        compare_with_factory(*system, faults(*system, {"M0:0/0"}), system->cluster());
    CHECK(says(said(found, true),
               "error: 1 of 4 cables of the factory system descriptor are not live: 1 within "
               "meshes, 0 between them"));
    CHECK(says(said(found, false), "warning: 1 of 4 cables"));
    CHECK(says(said(found, false, 25.0), "warning: 1 of 4 cables"));
    CHECK(says(said(found, false, 24.0), "error: 1 of 4 cables"));
    CHECK(says(said(found, false, 24.0), "25 % are missing, and at most 24 % may be"));
    CHECK(said(found, false)
              .find("M0:0 and M0:1: 4 asked, 4 cabled, 3 live: 1 down, 0 unused, 0 never cabled") !=
          std::string::npos);
    CHECK(said(compare_with_factory(*system, {}, system->cluster()), true).empty());
    // What the factory never heard of is no mistake.
    CHECK(said(compare_with_factory(*system, {}, with_links(system->cluster(), 2)), true).empty());
}

TEST_CASE("a chip that is gone, or a system of other hosts, opens in no mode") {
    const FabricSystemPtr small = pair_of_chips(1);
    const FabricSystemPtr large = system_of(mgd_of({.chip_rows = 1, .chip_columns = 3, .channels = 1}));
    const std::string gone = said(compare_with_factory(*small, {}, large->cluster()), false);
    CHECK(gone.find("error: chip `mesh-0-host-0/1/2` of the factory system descriptor is gone") !=
          std::string::npos);
    const FabricSystemPtr meshes = system_of(mgd_of({.columns = 2, .chip_rows = 1, .chip_columns = 1}));
    topology::Removal first(meshes->cluster());
    first.asics[0] = true;
    const auto other = topology::without(meshes->cluster(), first);  // host mesh-1-host-0 alone
    CHECK(said(compare_with_factory(*small, {}, *other), false).find("no host in common") !=
          std::string::npos);
}
