#include "topology/physical/discover_cluster.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>

#include <catch2/catch.hpp>

#include "test/unit/topology/physical/fake_host.hpp"
#include "topology/physical/cluster_json.hpp"
#include "topology/physical/load_cluster.hpp"
#include "topology/physical/synthetic_system.hpp"
#include "topology/physical/umd_export.hpp"
#include "topology/physical/visible_devices.hpp"

using namespace tt_run;
using namespace tt_run::topology;

namespace {

Discovery discover(const test::FakeHost& host, bool ask_tool = false) {
    support::DiagnosticSink sink;
    Discovery discovery = discover_cluster(host.environment(), ask_tool, sink);
    CHECK(sink.errors() == 0);
    return discovery;
}

bool notes_say(const Discovery& discovery, const std::string& words) {
    return std::any_of(discovery.notes.begin(), discovery.notes.end(),
                       [&](const std::string& note) { return note.find(words) != std::string::npos; });
}

}  // namespace

TEST_CASE("four N300 on a T3K's motherboard have its trays, and a second chip each") {
    const test::FakeHost host("X12DPG-QT6", test::FakeHost::t3k());
    const Discovery found = discover(host);
    REQUIRE(found.cluster);
    const Cluster& cluster = *found.cluster;
    CHECK(cluster.origin() == Origin::real);
    CHECK(!cluster.links_known());
    CHECK(cluster.links().empty());
    CHECK(cluster.boards().size() == 4);
    CHECK(cluster.asics().size() == 8);
    support::DiagnosticSink sink;
    // Visible devices count by PCI address: 31, 4b, b1, ca, which are trays 3, 4, 1, 2.
    const auto all =
        resolve_visible_devices(cluster, HostIndex{0}, std::nullopt, VisibleDevicesRule::live, sink);
    REQUIRE(all);
    std::vector<std::uint32_t> trays;
    for (const AsicIndex device : all->devices) {
        trays.push_back(cluster.board_of(device).tray);
        CHECK(cluster.asic(device).location == 0);
    }
    CHECK(trays == std::vector<std::uint32_t>{3, 4, 1, 2});
    CHECK(found.inventory.devices[2].holders == std::vector<std::int32_t>{4242, 4711});
    CHECK(found.inventory.devices[2].number == 3);
    CHECK(found.inventory.driver_version == "2.4.0");
    CHECK(cluster.hosts()[0].firmware_bundle == "18.12.0.0");
    CHECK(!found.inventory.devices[0].driver_answered);
    CHECK(notes_say(found, "links: unknown"));
}

TEST_CASE("a Galaxy's trays and locations come from its PCI buses") {
    for (const BoardType type : {BoardType::ubb_wormhole, BoardType::ubb_blackhole}) {
        const test::FakeHost host("S7T-MB", test::FakeHost::galaxy(type));
        const Discovery found = discover(host);
        REQUIRE(found.cluster);
        const Cluster& cluster = *found.cluster;
        CHECK(cluster.boards().size() == 4);
        CHECK(cluster.asics().size() == 32);
        for (std::uint32_t k = 0; k < 32; ++k) {
            CHECK(cluster.board_of(AsicIndex{k}).tray == k / 8 + 1);
            CHECK(cluster.asics()[k].location == k % 8 + 1);
            CHECK(cluster.board_of(AsicIndex{k}).type == type);
            CHECK(cluster.asics()[k].unique_id.value() >> 56U == k % 8 + 1);
        }
    }
}

TEST_CASE("a Galaxy's visible devices count by PCI address, which is not the order of its trays") {
    const std::pair<BoardType, std::vector<std::uint32_t>> machines[] = {
        {BoardType::ubb_wormhole, {3, 4, 2, 1}},  // buses 0x00, 0x40, 0x80, 0xC0
        {BoardType::ubb_blackhole, {1, 2, 4, 3}},
    };
    for (const auto& [type, trays] : machines) {
        const test::FakeHost host("S7T-MB", test::FakeHost::galaxy(type));
        const Discovery found = discover(host);
        REQUIRE(found.cluster);
        support::DiagnosticSink sink;
        const auto all = resolve_visible_devices(*found.cluster, HostIndex{0}, std::nullopt,
                                                 VisibleDevicesRule::live, sink);
        REQUIRE(all);
        REQUIRE(all->devices.size() == 32);
        for (std::size_t k = 0; k < 32; ++k) {
            CHECK(found.cluster->board_of(all->devices[k]).tray == trays[k / 8]);
            CHECK(found.cluster->asic(all->devices[k]).location == k % 8 + 1);
        }
    }
}

TEST_CASE("a host without a device has no cluster") {
    const test::FakeHost host("X12DPG-QT6", {});
    const Discovery found = discover(host);
    CHECK(!found.cluster);
    CHECK(found.inventory.devices.empty());
}

TEST_CASE("boards that no driver serves are listed and said to be so") {
    test::FakeHost host("X12DPG-QT6", test::FakeHost::t3k());
    std::filesystem::remove_all(host.directory().path() / "sys/class/tenstorrent");
    const Discovery found = discover(host);
    CHECK(!found.cluster);
    CHECK(found.inventory.devices.size() == 4);
    CHECK(notes_say(found, "no driver serves"));
}

TEST_CASE("an unknown motherboard numbers trays by bus and says so") {
    const test::FakeHost host("PRIME-B450", test::FakeHost::t3k());
    const Discovery found = discover(host);
    REQUIRE(found.cluster);
    CHECK(found.cluster->boards()[0].tray == 0x31);
    CHECK(notes_say(found, "numbered by PCI bus"));
}

TEST_CASE("the vendor's tool tells the links when it is on PATH") {
    const test::FakeHost host("X12DPG-QT6", test::FakeHost::t3k());
    support::DiagnosticSink sink;
    const auto t3k = build_synthetic("t3k", sink);
    REQUIRE(t3k);
    host.directory().write("answer.yaml", export_umd_descriptors(*t3k, "c")[1].content);
    const auto tool = host.directory().write(
        "bin/topology",
        "#!/bin/sh\n/bin/cp " + (host.directory().path() / "answer.yaml").string() + " \"$2\"\n");
    std::filesystem::permissions(tool, std::filesystem::perms::owner_all);
    const Discovery found = discover(host, true);
    REQUIRE(found.cluster);
    CHECK(found.cluster->links_known());
    CHECK(found.cluster->links().size() == 20);
    CHECK(found.cluster->origin() == Origin::real);
    CHECK(found.cluster->hosts()[0].name == "fake");

    host.directory().write("bin/topology", "#!/bin/sh\nexit 3\n");
    std::filesystem::permissions(tool, std::filesystem::perms::owner_all);
    const Discovery failed = discover(host, true);
    REQUIRE(failed.cluster);
    CHECK(!failed.cluster->links_known());
    CHECK(notes_say(failed, "exit code 3"));
}

TEST_CASE("a saved discovery is read back as it was") {
    const test::FakeHost host("S7T-MB", test::FakeHost::galaxy(BoardType::ubb_blackhole));
    const Discovery found = discover(host);
    REQUIRE(found.cluster);
    support::DiagnosticSink sink;
    const auto text = support::make_source_text("saved.json", render_cluster_json(*found.cluster));
    const auto again = parse_cluster(text, "/saved.json", host.environment(), sink);
    REQUIRE(again);
    CHECK(again->same_hardware(*found.cluster));
    CHECK(again->origin() == Origin::imported);
}

TEST_CASE("a look at sysfs alone is quick", "[.][benchmark]") {
    const test::FakeHost host("S7T-MB", test::FakeHost::galaxy(BoardType::ubb_wormhole));
    const auto begin = std::chrono::steady_clock::now();
    discover(host);
    const auto took = std::chrono::steady_clock::now() - begin;
    const double milliseconds = std::chrono::duration<double, std::milli>(took).count();
    WARN(milliseconds << " ms for 32 devices");
}
