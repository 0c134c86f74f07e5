// Opening a fabric with links that are missing, and the questions that sockets and pictures ask. Whole routes
// are golden_route_test.

#include "fabric/control_plane.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "fabric/deadlock_check.hpp"
#include "support/diagnostic_render.hpp"
#include "test/unit/fabric/fabric_fixture.hpp"

using namespace tt_run;
using namespace tt_run::fabric;
using namespace tt_run::test;

namespace {

std::string said_when_opening(const FabricSystemPtr& system, const FabricOptions& options,
                              const LinkStates& states, bool& opened) {
    support::DiagnosticSink sink;
    opened = ControlPlane::open(system, states, options, sink).has_value();
    return render_text(sink, support::Colour::off);
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("one cable less: STRICT_INIT names it and stays shut, RELAXED_INIT says planes before and now") {
    const FabricSystemPtr system = config_system("t3k");
    const LinkStates states = faults(*system, {"M0:1/1"});
    bool opened = true;
    const std::string strict = said_when_opening(system, with(FabricConfig::mesh), states, opened);
    CHECK(!opened);
    CHECK(has(
        strict,
        "error: M0:0 (`mesh-0-host-0/1/0`) and M0:1 (`mesh-0-host-0/1/1`) need 2 links, 1 carries traffic"));
    CHECK(has(strict, "`mesh-0-host-0/1/0/1` ~ `mesh-0-host-0/1/1/1` is down"));
    const std::string relaxed =
        said_when_opening(system, with(FabricConfig::mesh, FabricReliability::relaxed), states, opened);
    CHECK(opened);
    CHECK(has(relaxed, "row 0: 2 planes before, 1 now"));
    const ControlPlane plane = open(system, with(FabricConfig::mesh, FabricReliability::relaxed), states);
    CHECK(plane.live_planes(node(*system, "M0:2"), RoutingDirection::east) == 1);
    CHECK(plane.live_planes(node(*system, "M0:6"), RoutingDirection::east) == 2);
    CHECK(plane.plane_losses().size() == 1);
}

TEST_CASE("num_planes caps every way") {
    FabricOptions options = with(FabricConfig::mesh);
    options.settings.num_planes = 1;
    const ControlPlane plane = open(config_system("wh-galaxy"), options);
    CHECK(plane.forwarding_links(node(plane.system(), "M0:0"), node(plane.system(), "M0:1")).size() == 1);
    CHECK(plane.live_planes(node(plane.system(), "M0:0"), RoutingDirection::east) == 1);
}

TEST_CASE("a plane keeps its number and folds where there are fewer") {
    const FabricSystemPtr system = config_system("wh-galaxy");
    const ControlPlane plane =
        open(system, with(FabricConfig::mesh, FabricReliability::relaxed), faults(*system, {"M0:4/5"}));
    const auto route = plane.route(node(*system, "M0:0"), node(*system, "M0:6"));
    REQUIRE(route);
    REQUIRE(plane.planes((*route)[0]) == 4);  // down column 0
    REQUIRE(plane.planes((*route)[1]) == 3);  // along row 1, where a link is down
    const auto links = plane.links((*route)[1]);
    CHECK(plane.link((*route)[1], 2) == links[2]);
    CHECK(plane.link((*route)[1], 3) == links[0]);
}

TEST_CASE("nodes and physical chips name each other, and ranks have their part") {
    const ControlPlane plane = open(config_system("split-galaxy-big-mesh"), with(FabricConfig::mesh));
    const FabricSystem& system = plane.system();
    for (std::uint32_t asic = 0; asic < system.cluster().asics().size(); ++asic) {
        const auto at = system.node_of(AsicIndex{asic});
        REQUIRE(at);
        CHECK(system.asic(*at).value == asic);
        CHECK(system.find(system.node(*at)) == at);
    }
    CHECK(!system.find({MeshId{2}, ChipId{0}}));
    CHECK(!system.find({MeshId{0}, ChipId{16}}));
    CHECK(plane.global_range(0) == CoordinateRange{0, 0, 3, 3});
    CHECK(plane.local_range(1, {1}) == CoordinateRange{0, 2, 3, 3});
}

TEST_CASE("a config may leave wraps out, not add them") {
    bool opened = true;
    const std::string said =
        said_when_opening(config_system("wh-galaxy"), with(FabricConfig::torus_x), {}, opened);
    CHECK(!opened);
    CHECK(has(said, "[fabric-wraps]"));
    CHECK(has(said_when_opening(config_system("t3k"), with(FabricConfig::custom), {}, opened),
              "[fabric-no-topology]"));
    CHECK(!opened);
}

TEST_CASE("on one virtual channel rings stop, and the circle is shown") {
    FabricOptions options = with(FabricConfig::torus_y);
    options.one_virtual_channel = true;
    const ControlPlane chips =
        open(system_of(mgd_of({.chip_rows = 4, .chip_columns = 1, .rings = true})), options);
    const auto report = check_deadlock(chips);
    REQUIRE(report);
    CHECK(render_cycle(chips, *report) ==
          std::vector<std::string>{"M0:0 -N-> M0:3, channel 0", "M0:3 -N-> M0:2, channel 0",
                                   "M0:2 -N-> M0:1, channel 0", "M0:1 -N-> M0:0, channel 0"});
    // A ring of meshes, none of which is one itself.
    options.settings.config = FabricConfig::mesh;
    const auto meshes = system_of(mgd_of({.columns = 5, .wraps = true, .chip_rows = 2, .chip_columns = 2}));
    const auto between = check_deadlock(open(meshes, options));
    REQUIRE(between);
    CHECK(!between->acyclic());
    options.one_virtual_channel = false;
    CHECK(check_deadlock(open(meshes, options))->acyclic());
}
