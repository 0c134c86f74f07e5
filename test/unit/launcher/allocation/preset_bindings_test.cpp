#include "launcher/allocation/preset_bindings.hpp"

#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

#include "launcher/bindings/physical_model.hpp"
#include "launcher/bindings/rank_binding.hpp"
#include "support/file.hpp"
#include "test/support/places.hpp"
#include "test/unit/topology/physical/fake_host.hpp"
#include "topology/physical/synthetic_system.hpp"

using namespace tt_run;
using namespace tt_run::launcher;
using Trays = std::vector<std::vector<std::uint32_t>>;

namespace {

std::vector<PresetBindings> presets_of(const topology::Cluster& cluster) {
    support::DiagnosticSink sink;
    auto presets = build_preset_bindings(cluster, {}, sink);
    REQUIRE(presets);
    CHECK(sink.reported() == 0);
    return *std::move(presets);
}

topology::Cluster synthetic(std::string_view system) {
    support::DiagnosticSink sink;
    auto cluster = topology::build_synthetic(system, sink);
    REQUIRE(cluster);
    return *std::move(cluster);
}

Trays trays_of(const std::vector<PresetBindings>& presets, const std::string& name) {
    for (const PresetBindings& preset : presets) {
        if (preset.name == name) {
            return preset.trays;
        }
    }
    return {};
}

std::string visible(const GeneratedRank& rank) {
    REQUIRE(rank.env_overrides.size() == 1);
    CHECK(rank.env_overrides[0].first == "TT_VISIBLE_DEVICES");
    return rank.env_overrides[0].second;
}

}  // namespace

TEST_CASE("the presets of a Wormhole Galaxy have the vendor's trays") {
    const auto presets = presets_of(synthetic("wh-galaxy"));
    CHECK(presets.size() == 6);
    CHECK(trays_of(presets, "4x4_multi_mesh_rank_binding.yaml") == Trays{{1, 2}, {3, 4}});
    CHECK(trays_of(presets, "4x4_multi_big_mesh_rank_binding.yaml") == Trays{{1}, {2}, {3}, {4}});
    CHECK(trays_of(presets, "4x2_multi_mesh_rank_binding.yaml") == Trays{{1}, {2}, {3}, {4}});
    CHECK(trays_of(presets, "2x4_multi_mesh_cyclic_rank_binding.yaml") == Trays{{1}, {3}, {4}, {2}});
    CHECK(trays_of(presets, "4x4_2x4_3_mesh_rank_binding.yaml") == Trays{{1, 2}, {3}, {4}});
    CHECK(trays_of(presets, "2x8_2x4_3_mesh_rank_binding.yaml") == Trays{{1}, {3}, {2, 4}});
}

TEST_CASE("the presets of a Blackhole Galaxy follow where its trays lie") {
    const auto early = presets_of(synthetic("bh-galaxy"));
    CHECK(trays_of(early, "4x4_multi_mesh_rank_binding.yaml") == Trays{{1, 3}, {2, 4}});
    CHECK(trays_of(early, "2x8_2x4_3_mesh_rank_binding.yaml") == Trays{{1}, {2}, {3, 4}});
    const topology::Cluster revision_c = synthetic("bh-galaxy-rev-c");
    const auto late = presets_of(revision_c);
    const auto wormhole = presets_of(synthetic("wh-galaxy"));
    for (std::size_t k = 0; k < late.size(); ++k) {
        INFO(late[k].name);
        CHECK(late[k].trays == wormhole[k].trays);
        CHECK_FALSE(is_contradicted(revision_c, late[k]));
        CHECK(late[k].bindings.mesh_graph_desc_path.starts_with("bh_galaxy_"));
    }
}

TEST_CASE("a live Galaxy is split as an imagined one, whatever numbers its devices have") {
    for (const auto type : {topology::BoardType::ubb_wormhole, topology::BoardType::ubb_blackhole}) {
        // Device numbers run backwards here; the serials of the Blackhole boards are of revision C.
        const test::FakeHost host("S7T-MB", test::FakeHost::galaxy(type));
        support::DiagnosticSink sink;
        const auto model = discover_model(host.environment(), false, sink);
        REQUIRE(model);
        const auto live = presets_of(model->cluster);
        const auto imagined = presets_of(
            synthetic(type == topology::BoardType::ubb_wormhole ? "wh-galaxy" : "bh-galaxy-rev-c"));
        REQUIRE(live.size() == imagined.size());
        for (std::size_t k = 0; k < live.size(); ++k) {
            CHECK(live[k].trays == imagined[k].trays);
            for (std::size_t rank = 0; rank < live[k].bindings.ranks.size(); ++rank) {
                CHECK(visible(live[k].bindings.ranks[rank]) == visible(imagined[k].bindings.ranks[rank]));
            }
        }
        const auto files = render_preset_files(model->cluster, live);
        CHECK(files.size() == 13);
        CHECK(files.front().name == "tray_to_pcie_device_mapping.yaml");
        // Not the positions: the numbers in /dev/tenstorrent.
        CHECK(files.front().content != render_preset_files(synthetic("wh-galaxy"), imagined).front().content);
    }
}

TEST_CASE("every preset is one of our configurations, row for row") {
    for (const char* system : {"wh-galaxy", "bh-galaxy"}) {
        for (const PresetBindings& preset : presets_of(synthetic(system))) {
            INFO(preset.configuration);
            const std::string folder = test::source_directory() + "/configs/" + preset.configuration;
            CHECK(support::read_file(folder + "/mgd.textproto").value() ==
                  preset_descriptor(preset.configuration));
            support::DiagnosticSink sink;
            const auto source = support::load_source_text(folder + "/rank_bindings.yaml", "config");
            REQUIRE(source);
            const auto written = parse_rank_bindings(*source, sink);
            REQUIRE(written);
            REQUIRE(written->rows.size() == preset.bindings.ranks.size());
            for (std::size_t k = 0; k < written->rows.size(); ++k) {
                const RankBinding& row = written->rows[k];
                const GeneratedRank& rank = preset.bindings.ranks[k];
                CHECK(row.rank.value == rank.rank);
                CHECK(row.mesh_id.value == rank.mesh_id);
                CHECK(row.mesh_host_rank.value().value == rank.mesh_host_rank);
                CHECK(row.env_overrides.at(0).value.value == visible(rank));
            }
        }
    }
}

TEST_CASE("a descriptor that is no preset's is none") {
    CHECK(preset_descriptor("wh-galaxy").empty());
}
