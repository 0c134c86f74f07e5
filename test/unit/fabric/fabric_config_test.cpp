#include "fabric/fabric_config.hpp"

#include <catch2/catch.hpp>

using namespace tt_run::fabric;

namespace {

FabricSettings settings(FabricConfig config) {
    FabricSettings made;
    made.config = config;
    return made;
}

std::string refusal(FabricSwitch& fabric, const FabricSettings& wanted, bool device_open = false) {
    const auto answer = fabric.set(wanted, device_open);
    return answer ? "" : answer.error().message();
}

}  // namespace

TEST_CASE("every name of a setting is read back, and upstream's other names too") {
    for (const std::string_view name : fabric_config_names()) {
        CHECK(name_of(parse_fabric_config(name).value()) == name);
    }
    CHECK(parse_fabric_config("FABRIC_2D_DYNAMIC") == FabricConfig::mesh);
    CHECK(parse_fabric_config("FABRIC_2D_DYNAMIC_TORUS_XY") == FabricConfig::torus_xy);
    CHECK(!parse_fabric_config("4"));
    CHECK(!parse_fabric_config("fabric_2d"));
    CHECK(parse_fabric_reliability("STRICT_INIT") == FabricReliability::strict);
    CHECK(parse_fabric_reliability("RELAXED_SYSTEM_HEALTH_SETUP_MODE") == FabricReliability::relaxed);
    CHECK(parse_fabric_reliability("DYNAMIC_RECONFIGURATION_SETUP_MODE") ==
          FabricReliability::dynamic_reconfigure);
    CHECK(parse_fabric_tensix_config("MUX") == FabricTensixConfig::mux);
    CHECK(parse_fabric_manager_mode("TERMINATE_FABRIC") == FabricManagerMode::terminate_fabric);
    CHECK(parse_fabric_udm_mode("ENABLED") == FabricUdmMode::enabled);
}

TEST_CASE("topologies go by config, and DISABLED and CUSTOM have none") {
    CHECK(topology_name(FabricConfig::neighbor_exchange).value() == "NeighborExchange");
    CHECK(topology_name(FabricConfig::line).value() == "Linear");
    CHECK(topology_name(FabricConfig::ring).value() == "Ring");
    CHECK(topology_name(FabricConfig::mesh).value() == "Mesh");
    CHECK(topology_name(FabricConfig::torus_x).value() == "Torus");
    CHECK(!topology_name(FabricConfig::disabled));
    CHECK(!topology_name(FabricConfig::custom));
}

TEST_CASE("one config gives way to another through DISABLED only") {
    FabricSwitch fabric;
    CHECK(refusal(fabric, settings(FabricConfig::mesh)).empty());
    CHECK(refusal(fabric, settings(FabricConfig::line)) ==
          "fabric config FABRIC_1D would override FABRIC_2D; set DISABLED first");
    CHECK(fabric.settings().config == FabricConfig::mesh);
    FabricSettings again = settings(FabricConfig::mesh);
    again.num_planes = 2;
    CHECK(refusal(fabric, again).empty());
    CHECK(fabric.settings().num_planes == 2U);
    FabricSettings off;
    off.num_planes = 1;
    CHECK(fabric.set(off, false).value() == "num_planes is ignored when the fabric is DISABLED");
    CHECK(fabric.settings() == FabricSettings{});
    CHECK(refusal(fabric, settings(FabricConfig::line)).empty());
}

TEST_CASE("nothing is set once a device is open") {
    FabricSwitch fabric;
    CHECK(refusal(fabric, settings(FabricConfig::mesh), true) ==
          "the fabric config can only be set before any device is opened");
    CHECK(refusal(fabric, settings(FabricConfig::disabled), true) ==
          "the fabric config can only be set before any device is opened");
}

TEST_CASE("what no fabric can do is refused by name") {
    FabricSwitch fabric;
    CHECK(refusal(fabric, settings(FabricConfig::custom)) ==
          "fabric config CUSTOM is for tests of routers; it has no topology to route by");
    FabricSettings wanted = settings(FabricConfig::mesh);
    wanted.reliability = FabricReliability::dynamic_reconfigure;
    CHECK(refusal(fabric, wanted) == "fabric reliability mode DYNAMIC_RECONFIG is not supported");
    wanted = settings(FabricConfig::mesh);
    wanted.num_planes = 0;
    CHECK(refusal(fabric, wanted) == "num_planes is 0; a fabric has at least one routing plane");
    wanted = settings(FabricConfig::line);
    wanted.udm = FabricUdmMode::enabled;
    CHECK(refusal(fabric, wanted) == "UDM mode needs a 2D fabric config, not FABRIC_1D");
    CHECK(fabric.settings() == FabricSettings{});
}
