// Routes worked out by hand, on whole systems and on systems that lost links.

#include <catch2/catch.hpp>

#include "test/unit/fabric/fabric_fixture.hpp"

using namespace tt_run;
using namespace tt_run::fabric;
using namespace tt_run::test;

namespace {

/// A Blackhole Galaxy whose rows and columns close.
const GridOfMeshes kTorus{.chip_rows = 8, .chip_columns = 4, .rings = true};

/// With these links down, and other ways found where no link is left.
ControlPlane rerouted(const FabricSystemPtr& system, FabricConfig config,
                      const std::vector<std::string>& down) {
    FabricOptions options = with(config, FabricReliability::relaxed);
    options.reroute = true;
    return open(system, options, faults(*system, down));
}

/// With these links down, and ways over them given up.
ControlPlane reduced(const FabricSystemPtr& system, FabricConfig config,
                     const std::vector<std::string>& down) {
    return open(system, with(config, FabricReliability::relaxed), faults(*system, down));
}

/// The meshes that a route enters, by id.
std::vector<int> meshes_of(const ControlPlane& plane, const std::string& from, const std::string& to) {
    const auto route = plane.route(node(plane.system(), from), node(plane.system(), to));
    REQUIRE(route);
    std::vector<int> meshes;
    for (const Hop& hop : *route) {
        if (hop.leaves_mesh()) {
            meshes.push_back(plane.system().node(hop.to).mesh.value);
        }
    }
    return meshes;
}

}  // namespace

TEST_CASE("on a T3K packets take their row first, then their column") {
    // 0 1 2 3
    // 4 5 6 7
    const ControlPlane plane = open(config_system("t3k"), with(FabricConfig::mesh));
    CHECK(path(plane, "M0:0", "M0:7") == "M0:0 S M0:4 E M0:5 E M0:6 E M0:7");
    CHECK(path(plane, "M0:7", "M0:0") == "M0:7 N M0:3 W M0:2 W M0:1 W M0:0");
    CHECK(path(plane, "M0:2", "M0:5") == "M0:2 S M0:6 W M0:5");
    CHECK(path(plane, "M0:5", "M0:5") == "M0:5");
    CHECK(plane.live_planes(node(plane.system(), "M0:1"), RoutingDirection::east) == 2);
    CHECK(plane.live_planes(node(plane.system(), "M0:1"), RoutingDirection::north) == 0);
    CHECK(plane.virtual_channels(0) == 1);
}

TEST_CASE("1D configs reach along lines, rings also round the edge, neighbours next door") {
    const FabricSystemPtr t3k = config_system("t3k");
    const ControlPlane line = open(t3k, with(FabricConfig::line));
    CHECK(path(line, "M0:4", "M0:7") == "M0:4 E M0:5 E M0:6 E M0:7");
    CHECK(path(line, "M0:0", "M0:5") ==
          "no route from M0:0 to M0:5: a 1D fabric reaches along a row or a column only");
    const ControlPlane ring = open(t3k, with(FabricConfig::ring));
    CHECK(path(ring, "M0:0", "M0:6") == "M0:0 S M0:4 E M0:5 E M0:6");
    CHECK(path(ring, "M0:1", "M0:7") == "M0:1 E M0:2 E M0:3 S M0:7");
    CHECK(path(ring, "M0:1", "M0:5") == "M0:1 S M0:5");                       // straight through
    CHECK(path(ring, "M0:0", "M0:7") == "M0:0 E M0:1 E M0:2 E M0:3 S M0:7");  // four either way: clockwise
    const ControlPlane next = open(t3k, with(FabricConfig::neighbor_exchange));
    CHECK(path(next, "M0:1", "M0:5") == "M0:1 S M0:5");
    CHECK(path(next, "M0:0", "M0:2") ==
          "no route from M0:0 to M0:2: a neighbour exchange fabric reaches adjacent chips only");
    const ControlPlane off = open(t3k, with(FabricConfig::disabled));
    CHECK(path(off, "M0:0", "M0:0") == "M0:0");
    CHECK(path(off, "M0:0", "M0:1") ==
          "no route from M0:0 to M0:1: the fabric is DISABLED; a chip reaches itself only");
}

TEST_CASE("on a Galaxy ways have rows and columns to go") {
    const ControlPlane plane = open(config_system("wh-galaxy"), with(FabricConfig::mesh));
    CHECK(path(plane, "M0:1", "M0:14") == "M0:1 S M0:5 S M0:9 S M0:13 E M0:14");
    CHECK(path(plane, "M0:31", "M0:0") ==
          "M0:31 N M0:27 N M0:23 N M0:19 N M0:15 N M0:11 N M0:7 N M0:3 W M0:2 W M0:1 W M0:0");
    CHECK(plane.forwarding_channels(node(plane.system(), "M0:0"), node(plane.system(), "M0:31")).size() == 4);
}

TEST_CASE("on a torus packets go round the shorter way, north and east where both are equal") {
    const ControlPlane plane = open(system_of(mgd_of(kTorus)), with(FabricConfig::torus_xy));
    CHECK(path(plane, "M0:0", "M0:28") == "M0:0 N M0:28");
    CHECK(path(plane, "M0:0", "M0:3") == "M0:0 W M0:3");
    CHECK(path(plane, "M0:0", "M0:18") ==  // four rows and two columns off, either way
          "M0:0 N M0:28 N M0:24 N M0:20 N M0:16 E M0:17 E M0:18");
    // Along columns over the wrap: lane 0 up to it and over it, lane 1 behind.
    const auto route = plane.route(node(plane.system(), "M0:4"), node(plane.system(), "M0:28"));
    REQUIRE(route);
    REQUIRE(route->size() == 2);
    CHECK((*route)[0].virtual_channel == 0);
    CHECK((*route)[1].virtual_channel == 0);
    const auto beyond = plane.route(node(plane.system(), "M0:4"), node(plane.system(), "M0:24"));
    CHECK(beyond->back().virtual_channel == 1);
    CHECK(plane.virtual_channels(0) == 2);
    const ControlPlane rows_only = open(system_of(mgd_of(kTorus)), with(FabricConfig::torus_x));
    CHECK(path(rows_only, "M0:0", "M0:12") == "M0:0 S M0:4 S M0:8 S M0:12");
    CHECK(path(rows_only, "M0:24", "M0:3") == "M0:24 N M0:20 N M0:16 N M0:12 N M0:8 N M0:4 N M0:0 W M0:3");
    const ControlPlane plain = open(system_of(mgd_of(kTorus)), with(FabricConfig::mesh));
    CHECK(path(plain, "M0:0", "M0:3") == "M0:0 E M0:1 E M0:2 E M0:3");
}

TEST_CASE("halves of a Galaxy meet at the nearest exit") {
    // Two links, on chips 0 and 1 of both halves (the lowest of the edge).
    const ControlPlane plane = open(config_system("split-galaxy-4x4"), with(FabricConfig::mesh));
    CHECK(path(plane, "M0:0", "M1:0") == "M0:0 N M1:0");
    CHECK(path(plane, "M0:0", "M1:5") == "M0:0 N M1:0 S M1:4 E M1:5");
    CHECK(path(plane, "M0:7", "M1:2") == "M0:7 N M0:3 W M0:2 W M0:1 N M1:1 E M1:2");
    CHECK(plane.exit_chips(0, 1) == std::vector<ChipId>{{0}, {1}});
    CHECK(plane.stages() == 2);
    // Two links within the first half's mesh, one out of it.
    CHECK(plane.forwarding_links(node(plane.system(), "M0:7"), node(plane.system(), "M1:2")).size() == 4);
    CHECK(plane.forwarding_links(node(plane.system(), "M0:1"), node(plane.system(), "M1:2")).size() == 1);
    const ControlPlane line = open(config_system("split-galaxy-4x4"), with(FabricConfig::line));
    CHECK(path(line, "M0:0", "M1:0") ==
          "no route from M0:0 to M1:0: FABRIC_1D stays within one mesh; FABRIC_2D crosses meshes");
}

TEST_CASE("the Closetbox crosses pods by the meshes that are joined") {
    // Pods of four: mesh 1 (pod 0) and mesh 8 (pod 2) are joined on chips 6 and 7; mesh 0 has mesh 1 on 0
    // and 1.
    const ControlPlane plane = open(config_system("closetbox"), with(FabricConfig::mesh));
    CHECK(path(plane, "M0:0", "M8:6") == "M0:0 N M1:0 S M1:4 E M1:5 E M1:6 S M8:6");
    CHECK(path(plane, "M1:7", "M8:7") == "M1:7 S M8:7");
    CHECK(meshes_of(plane, "M0:3", "M10:4") == std::vector<int>{1, 8, 10});
}

TEST_CASE("five Galaxies reach each other at once") {
    const ControlPlane plane = open(config_system("5-galaxy"), with(FabricConfig::mesh));
    // Links of 0: to 1 on chips 0-3, to 2 on 4, 7, 8, 11 (the next of the edge), and so on.
    CHECK(plane.exit_chips(0, 2) == std::vector<ChipId>{{4}, {7}, {8}, {11}});
    CHECK(path(plane, "M0:5", "M2:0") == "M0:5 W M0:4 W M2:0");
    CHECK(path(plane, "M0:6", "M2:4").starts_with("M0:6 E M0:7 E M2:1 "));
    CHECK(plane.stages() == 2);
}

TEST_CASE("express links shorten the way without passing the target") {
    std::string mgd = mgd_of({.chip_rows = 8, .chip_columns = 2, .rings = true});
    mgd.replace(mgd.find("host_topology"), 0,
                "express_links { dim_idx: 0 wrap: LINE pattern { start: 2 step: 4 } } ");
    const ControlPlane plane = open(system_of(mgd), with(FabricConfig::torus_y));
    // Rows 2 and 5 are joined: chips 4 and 10.
    CHECK(path(plane, "M0:2", "M0:8") == "M0:2 S M0:4 S M0:6 S M0:8");
    CHECK(path(plane, "M0:2", "M0:10") ==
          "M0:2 N M0:0 N M0:14 N M0:12 N M0:10");  // four rows either way: north
    CHECK(path(plane, "M0:4", "M0:10") == "M0:4 Z M0:10");
    CHECK(path(plane, "M0:10", "M0:5") == "M0:10 Z M0:4 E M0:5");
}

TEST_CASE("no link left between neighbours: no way that way, or one round it if asked for") {
    const FabricSystemPtr system = config_system("t3k");
    const LinkStates states = faults(*system, {"M0:1~M0:2"});
    FabricOptions options = with(FabricConfig::mesh, FabricReliability::relaxed);
    const ControlPlane stuck = open(system, options, states);
    CHECK(path(stuck, "M0:0", "M0:2") ==
          "no route from M0:0 to M0:2: the way from chip 1 to chip 2 has no link left; other ways are only "
          "taken when rerouting is asked for");
    CHECK(path(stuck, "M0:5", "M0:6") == "M0:5 E M0:6");
    CHECK(!stuck.forwarding_direction(node(*system, "M0:1"), node(*system, "M0:2")));
    CHECK(stuck.forwarding_links(node(*system, "M0:1"), node(*system, "M0:2")).empty());
    options.reroute = true;
    const ControlPlane rerouted = open(system, options, states);
    CHECK(path(rerouted, "M0:1", "M0:2") == "M0:1 S M0:5 E M0:6 N M0:2");
}

TEST_CASE("exits without a link left are passed over, and meshes without any are gone round") {
    const FabricSystemPtr system = config_system("split-galaxy-4x2");
    const FabricOptions relaxed = with(FabricConfig::mesh, FabricReliability::relaxed);
    const ControlPlane whole = open(system, relaxed);
    CHECK(path(whole, "M0:0", "M1:0") == "M0:0 N M1:0");
    const ControlPlane one_left = open(system, relaxed, faults(*system, {"M0:0~M1:0"}));
    CHECK(path(one_left, "M0:0", "M1:0") == "M0:0 E M0:1 N M1:1 W M1:0");
    const ControlPlane none_left = open(system, relaxed, faults(*system, {"M0:0~M1:0", "M0:1~M1:1"}));
    CHECK(meshes_of(none_left, "M0:0", "M1:0") == std::vector<int>{2, 3, 1});  // through two others
}

TEST_CASE("on a Galaxy that lost cables ways go on with what is left, round the gap, or say why not") {
    const FabricSystemPtr galaxy = config_system("wh-galaxy");
    const ControlPlane fewer = reduced(galaxy, FabricConfig::mesh, {"M0:5/8"});
    CHECK(path(fewer, "M0:1", "M0:14") == "M0:1 S M0:5 S M0:9 S M0:13 E M0:14");
    const std::vector<std::string> gap{"M0:5~M0:9"};
    CHECK(path(reduced(galaxy, FabricConfig::mesh, gap), "M0:1", "M0:14") ==
          "no route from M0:1 to M0:14: the way from chip 5 to chip 9 has no link left; other ways are only "
          "taken when rerouting is asked for");
    // Numbered from chip 0, east before south: chips 1, 2, 6, 10, 14 have the numbers 1, 3, 7, 11, 15.
    CHECK(path(rerouted(galaxy, FabricConfig::mesh, gap), "M0:1", "M0:14") ==
          "M0:1 E M0:2 S M0:6 S M0:10 S M0:14");
}

TEST_CASE("on a torus that lost a wrap packets go round it") {
    const FabricSystemPtr torus = system_of(mgd_of(kTorus));
    const std::vector<std::string> gap{"M0:0~M0:28"};
    CHECK(path(reduced(torus, FabricConfig::torus_xy, gap), "M0:0", "M0:28") ==
          "no route from M0:0 to M0:28: the way from chip 0 to chip 28 has no link left; other ways are only "
          "taken when rerouting is asked for");
    CHECK(path(rerouted(torus, FabricConfig::torus_xy, gap), "M0:0", "M0:28") ==
          "M0:0 E M0:1 N M0:29 W M0:28");
}

TEST_CASE("halves of a Galaxy that lost a cable meet at the other one") {
    const FabricSystemPtr halves = config_system("split-galaxy-4x4");
    const ControlPlane one_left = reduced(halves, FabricConfig::mesh, {"M0:0~M1:0"});
    CHECK(path(one_left, "M0:0", "M1:0") == "M0:0 E M0:1 N M1:1 W M1:0");
    CHECK(one_left.exit_chips(0, 1) == std::vector<ChipId>{{1}});
    CHECK(path(reduced(halves, FabricConfig::mesh, {"M0:0~M1:0", "M0:1~M1:1"}), "M0:0", "M1:0") ==
          "no route from M0:0 to M1:0: no connection in use leads from mesh 0 to mesh 1");
}

TEST_CASE("in a Closetbox that lost cables packets take the other cable, or other pods") {
    const FabricSystemPtr closetbox = config_system("closetbox");
    // With chip 7 in its corner the only exit, the side is the first free one: east, not south.
    CHECK(path(reduced(closetbox, FabricConfig::mesh, {"M1:6~M8:6"}), "M0:0", "M8:6") ==
          "M0:0 N M1:0 S M1:4 E M1:5 E M1:6 E M1:7 E M8:7 W M8:6");
    // Pods 0 and 1 are joined by meshes 0 and 4, pods 1 and 2 by meshes 5 and 9.
    CHECK(meshes_of(reduced(closetbox, FabricConfig::mesh, {"M1:6~M8:6", "M1:7~M8:7"}), "M0:0", "M8:6") ==
          std::vector<int>{4, 5, 9, 8});
}

TEST_CASE("of five Galaxies that lost cables packets take the next exit, or a third Galaxy") {
    const FabricSystemPtr five = config_system("5-galaxy");
    CHECK(path(reduced(five, FabricConfig::mesh, {"M0:4~M2:0"}), "M0:5", "M2:0") ==
          "M0:5 E M0:6 E M0:7 E M2:1 W M2:0");
    const ControlPlane apart =
        reduced(five, FabricConfig::mesh, {"M0:4~M2:0", "M0:7~M2:1", "M0:8~M2:2", "M0:11~M2:3"});
    CHECK(apart.exit_chips(0, 2).empty());
    CHECK(meshes_of(apart, "M0:5", "M2:0") == std::vector<int>{1, 2});
}
