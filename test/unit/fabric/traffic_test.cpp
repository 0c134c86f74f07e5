#include "fabric/traffic.hpp"

#include <algorithm>
#include <map>

#include <catch2/catch.hpp>

#include "fabric/time_model.hpp"
#include "test/unit/fabric/fabric_fixture.hpp"

using namespace tt_run;
using namespace tt_run::fabric;
using namespace tt_run::test;

TEST_CASE("bytes and packets are counted on every link of a way") {
    const ControlPlane plane = open(config_system("t3k"), with(FabricConfig::mesh));
    const auto node_at = [&](const std::string& name) { return node(plane.system(), name); };
    const auto traffic = count_traffic(plane, {{node_at("M0:0"), node_at("M0:2"), 10'000, 0}},
                                       packet_format(FabricConfig::mesh));
    REQUIRE(traffic);
    REQUIRE(traffic->size() == 2);
    for (const LinkTraffic& one : *traffic) {
        CHECK(one.payload_bytes == 10'000);
        CHECK(one.packets == 3);  // of at most 4,352 bytes
        CHECK(one.direction == RoutingDirection::east);
        CHECK(one.plane == 0);
    }
}

TEST_CASE("connection i uses link i mod links, so equal flows differ by at most one") {
    const ControlPlane plane = open(config_system("wh-galaxy"), with(FabricConfig::mesh));
    const NodeAt from = node(plane.system(), "M0:0");
    const NodeAt to = node(plane.system(), "M0:3");
    for (const std::uint32_t connections : {1U, 4U, 6U, 15U}) {
        std::vector<Transfer> transfers;
        for (std::uint32_t k = 0; k < connections; ++k) {
            transfers.push_back({from, to, 1000, k});
        }
        const auto traffic = count_traffic(plane, transfers, packet_format(FabricConfig::mesh));
        REQUIRE(traffic);
        CHECK(traffic->size() == 3 * std::min(connections, 4U));
        std::uint64_t least = ~0ULL;
        std::uint64_t most = 0;
        for (const LinkTraffic& one : *traffic) {
            least = std::min(least, one.flows);
            most = std::max(most, one.flows);
        }
        CHECK(most - least <= 1);
    }
}

TEST_CASE("a transfer without a route is named") {
    const ControlPlane plane = open(config_system("t3k"), with(FabricConfig::line));
    const auto traffic = count_traffic(
        plane, {{node(plane.system(), "M0:0"), node(plane.system(), "M0:5"), 1, 0}}, PacketFormat{});
    REQUIRE(!traffic);
    CHECK(traffic.error().message().starts_with("no route from M0:0 to M0:5"));
}

TEST_CASE("predicted time is latency along the way plus what the busiest link has to send") {
    const FabricSystemPtr system = config_system("wh-galaxy");
    const ControlPlane plane = open(system, with(FabricConfig::mesh));
    const std::vector<Transfer> transfers{{node(*system, "M0:0"), node(*system, "M0:2"), 9'600'000, 0}};
    const auto time = predict_time(plane, transfers);
    REQUIRE(time);
    CHECK(time->latency.count() == Approx(2 * 0.90));
    CHECK(time->busiest.count() == Approx(1000.0));  // 9.6 MB at 9.6 GB/s
    CHECK(time->total.count() == Approx(1001.8));
    const ControlPlane slow = open(system, with(FabricConfig::mesh), faults(*system, {"M0:1~M0:2=slow:0.5"}));
    CHECK(predict_time(slow, transfers)->busiest.count() == Approx(2000.0));
    for (const auto architecture : {topology::Architecture::wormhole_b0, topology::Architecture::blackhole}) {
        for (const FabricConfig config : {FabricConfig::line, FabricConfig::mesh, FabricConfig::torus_xy}) {
            const TimeModel model = time_model(architecture, config);
            CHECK(!model.hop_latency.source.empty());
            CHECK(!model.link_rate.source.empty());
            CHECK(model.label == "predicted by a model of published numbers, not measured");
        }
    }
}
