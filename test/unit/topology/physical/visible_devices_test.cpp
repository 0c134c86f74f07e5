#include "topology/physical/visible_devices.hpp"

#include <catch2/catch.hpp>

#include "support/diagnostic_render.hpp"
#include "topology/physical/device_numbering.hpp"
#include "topology/physical/load_cluster.hpp"
#include "topology/physical/synthetic_system.hpp"

using namespace tt_run;
using namespace tt_run::topology;

namespace {

Cluster cluster_of(const std::string& text) {
    support::DiagnosticSink sink;
    return build_synthetic(text, sink).value();
}

std::optional<VisibleDevices> see(const Cluster& cluster, std::optional<std::string> value,
                                  VisibleDevicesRule rule, std::string* said = nullptr) {
    support::DiagnosticSink sink;
    std::optional<support::Span> span;
    if (value) {
        const auto source = support::make_source_text("<TT_VISIBLE_DEVICES>", *value);
        span = support::Span{source, 0, value->size()};
    }
    auto visible = resolve_visible_devices(cluster, HostIndex{0}, span, rule, sink);
    CHECK(visible.has_value() == (sink.errors() == 0));
    if (said != nullptr) {
        *said = render_text(sink, support::Colour::off);
    }
    return visible;
}

constexpr auto kLive = VisibleDevicesRule::live;
constexpr auto kMock = VisibleDevicesRule::mock;

}  // namespace

TEST_CASE("unset shows everything, empty nothing on hardware and everything on a descriptor") {
    const Cluster t3k = cluster_of("t3k");
    CHECK(see(t3k, std::nullopt, kLive)->chips.size() == 8);
    CHECK(see(t3k, "", kLive)->chips.empty());
    CHECK(see(t3k, "", kMock)->chips.size() == 8);
    CHECK(see(t3k, " , ", kLive)->chips.empty());
}

TEST_CASE("integers count by PCI address on hardware and are chip numbers on a descriptor") {
    const Cluster t3k = cluster_of("t3k");
    const auto live = see(t3k, "0", kLive);
    CHECK(t3k.asic(live->devices.at(0)).pci->text() == "0000:31:00.0");
    const auto mock = see(t3k, " 3 ,0", kMock);
    CHECK(mock->devices.size() == 2);
    CHECK(t3k.asic(mock->devices[0]).chip == 0);
}

TEST_CASE("a whole board is seen as soon as one of its chips is, but not a Galaxy's tray") {
    CHECK(see(cluster_of("t3k"), "1", kLive)->chips.size() == 2);
    CHECK(see(cluster_of("wh-galaxy"), "1", kLive)->chips.size() == 1);
    CHECK(see(cluster_of("p300*2"), "0", kLive)->chips.size() == 2);
}

TEST_CASE("part of an address selects on hardware, the whole one on a descriptor") {
    const Cluster galaxy = cluster_of("wh-galaxy");
    CHECK(see(galaxy, "0000:c", kLive)->chips.size() == 8);
    std::string said;
    CHECK(!see(galaxy, "0000:c", kMock, &said));
    CHECK(said.find("the whole address") != std::string::npos);
    CHECK(see(galaxy, "0000:c1:00.0,0000:c1:00.0", kMock)->chips.size() == 1);
    CHECK(!see(galaxy, "0000:C1:00.0", kLive, &said));
    CHECK(said.find("lower case") != std::string::npos);
}

TEST_CASE("what does not exist is an error that lists what does") {
    const Cluster t3k = cluster_of("t3k");
    std::string said;
    CHECK(!see(t3k, "4", kLive, &said));
    CHECK(said.find("devices 0 to 3") != std::string::npos);
    CHECK(!see(t3k, "5", kMock, &said));
    CHECK(said.find("cannot be chosen by itself") != std::string::npos);
    CHECK(!see(t3k, "9", kMock, &said));
    CHECK(said.find("chips with PCIe are 0, 1, 2, 3") != std::string::npos);
    CHECK(!see(t3k, "-1", kLive, &said));
    CHECK(said.find("[visible-devices-syntax]") != std::string::npos);
}

TEST_CASE("ranks that share a chip, or leave links without an end, are told") {
    const Cluster t3k = cluster_of("t3k");
    const auto view = [&](const char* rank, const char* value) {
        return RankView{rank, HostIndex{0}, {}, *see(t3k, value, kMock)};
    };
    support::DiagnosticSink overlap;
    check_visible_devices(t3k, {view("rank 0", "0,1"), view("rank 1", "1,2")}, overlap);
    CHECK(overlap.errors() == 1);
    support::DiagnosticSink lost;
    check_visible_devices(t3k, {view("rank 0", "0"), view("rank 1", "1")}, lost);
    CHECK(lost.errors() == 0);
    CHECK(lost.reported() == 1);
    support::DiagnosticSink fine;
    check_visible_devices(t3k, {view("rank 0", "0,1"), view("rank 1", "2,3")}, fine);
    CHECK(fine.reported() == 0);
}

TEST_CASE("a masked cluster keeps its trays, and links out of it become open ends") {
    const Cluster t3k = cluster_of("t3k");
    const auto visible = see(t3k, "2,3", kMock);
    const auto masked = visible_cluster(t3k, visible->chips);
    REQUIRE(masked);
    CHECK(masked->asics().size() == 4);
    CHECK(masked->boards()[0].tray == 1);
    CHECK(!masked->open_ends().empty());
    CHECK(!visible_cluster(t3k, {}));
}

TEST_CASE("a rendered list selects the same devices again") {
    const Cluster galaxy = cluster_of("wh-galaxy");
    const auto visible = see(galaxy, "4,17,9", kLive);
    const std::string text = render_visible_devices(galaxy, HostIndex{0}, visible->devices, kLive);
    CHECK(see(galaxy, text, kLive)->devices == visible->devices);
    CHECK(see(galaxy, text, kMock)->chips == visible->chips);
}

TEST_CASE("a description of wiring names devices by the slots of its trays, where those are known") {
    const auto read = [](const char* node) {
        const auto text = support::make_source_text(
            "cabling.textproto",
            std::string("graph_templates { key: \"g\" value { children { name: \"h\" node_ref { "
                        "node_descriptor: \"") +
                node +
                "\" } } } } root_instance { template_name: \"g\" child_mappings { key: \"h\" value { "
                "host_id: 0 } } }");
        support::DiagnosticSink sink;
        auto cluster = parse_cluster(text, "cabling.textproto", support::HostEnvironment{}, sink);
        REQUIRE(cluster);
        return *std::move(cluster);
    };
    const auto address = [](const Cluster& cluster, std::uint32_t tray) {
        const auto at = cluster.find_asic(HostIndex{0}, tray, cluster.boards()[0].asic_count == 8 ? 1 : 0);
        const auto found = address_of(cluster, at.value());
        return found ? found->text() : "";
    };
    const Cluster galaxy = read("WH_GALAXY");
    CHECK(numbering_of(galaxy) == DeviceNumbering::slot_address);
    CHECK(rule_of(galaxy) == kLive);
    CHECK(address(galaxy, 1) == "0000:c1:00.0");
    CHECK(address(galaxy, 3) == "0000:01:00.0");
    CHECK(galaxy.name_of(see(galaxy, "0", kLive)->devices.at(0)) == "host-0/3/1");
    // Its third and fourth slot are not on the same buses in every QuietBox.
    const Cluster quiet_box = read("P150_QB_GLOBAL");
    CHECK(address(quiet_box, 1) == "0000:c1:00.0");
    CHECK(address(quiet_box, 3).empty());
    CHECK(numbering_of(quiet_box) == DeviceNumbering::position);
    const auto visible = see(quiet_box, "1,3", kLive);
    CHECK(render_visible_devices(quiet_box, HostIndex{0}, visible->devices, kLive) == "1,3");
}
