// Mappings that the vendor's tools recorded: ours are as good, by a checker that shares nothing with the
// search.
#include <filesystem>
#include <functional>
#include <iostream>
#include <random>

#include <catch2/catch.hpp>

#include "support/diagnostic_render.hpp"
#include "support/file.hpp"
#include "support/yaml_document.hpp"
#include "test/support/altered_cluster.hpp"
#include "test/walk/corpus.hpp"
#include "topology/mapping/check_mapping.hpp"
#include "topology/mapping/find_mapping.hpp"
#include "topology/mgd/load_mesh_graph.hpp"
#include "topology/physical/load_cluster.hpp"
#include "topology/physical/synthetic_system.hpp"

using namespace tt_run;
using namespace tt_run::topology;
namespace fs = std::filesystem;

namespace {

struct Recorded {
    std::string file;
    std::string mgd;
    std::string cluster;
};
const std::vector<Recorded> kRecorded{
    {"ControlPlaneFixture_Custom2x2.yaml", "n300_2x2_mesh_graph_descriptor.textproto",
     "tt-umd/2x2_n300_cluster_desc.yaml"},
    {"ControlPlaneFixture_T3k.yaml", "t3k_2x2_mesh_graph_descriptor.textproto",
     "tt-umd/t3k_cluster_desc.yaml"},
    {"TestDual2x4ControlPlaneInit.yaml", "dual_t3k_autogen_mgd.textproto",
     "tt-metal-newer/t3k_dual_host_cluster_desc"},
};

const support::YamlNode* child(const support::YamlNode& node, const std::string& key) {
    for (const support::YamlEntry& entry : node.entries) {
        if (entry.key.value == key) {
            return &entry.value;
        }
    }
    return nullptr;
}

/// The recorded mapping: chips by their unique ids, wherever in the file they stand.
Mapping read_recorded(const fs::path& file, const MeshGraph& graph, const Cluster& cluster) {
    support::DiagnosticSink sink;
    const auto root = support::parse_yaml(support::load_source_text(file, file.string()).value(), sink);
    REQUIRE(root);
    Mapping mapping;
    for (const Mesh& mesh : graph.meshes) {
        mapping.chips.emplace_back(static_cast<std::size_t>(mesh.chip_count()));
    }
    std::size_t read = 0;
    const std::function<void(const support::YamlNode&)> walk = [&](const support::YamlNode& node) {
        if (const support::YamlNode* place = child(node, "fabric_node_id")) {
            const auto asic = cluster.find_unique_id(std::stoull(child(node, "asic_id")->text));
            REQUIRE(asic);
            mapping.chips.at(std::stoul(child(*place, "mesh_id")->text))
                .at(std::stoul(child(*place, "chip_id")->text)) = *asic;
            ++read;
        }
        for (const support::YamlNode& item : node.items) {
            walk(item);
        }
        for (const support::YamlEntry& entry : node.entries) {
            walk(entry.value);
        }
    };
    walk(*root);
    CHECK(read == static_cast<std::size_t>(graph.chip_count()));
    return mapping;
}

/// Names of the ASICs of our mapping, mesh by mesh; fails the test unless there is one that the checker
/// accepts.
std::vector<std::string> map_to_names(const MeshGraph& graph, const Cluster& cluster) {
    support::DiagnosticSink sink;
    const MappingResult result = find_mapping(graph, cluster, {}, sink);
    INFO(render_text(sink, support::Colour::off));
    REQUIRE(result.answer == MappingAnswer::mapped);
    CHECK(check_mapping(graph, cluster, {}, result.mappings[0]) == std::vector<std::string>{});
    std::vector<std::string> names;
    for (const std::vector<AsicIndex>& mesh : result.mappings[0].chips) {
        for (const AsicIndex asic : mesh) {
            names.push_back(cluster.name_of(asic));
        }
    }
    return names;
}

}  // namespace

TEST_CASE("for every recorded mapping there is one of ours that is as valid, on no more hosts") {
    const auto clusters = test::corpus_folder("cluster");
    const auto mgds = test::corpus_folder("mgd");
    if (!clusters || !mgds) {
        std::cout << "SKIPPED: no corpus beside the project\n";
        return;
    }
    support::HostEnvironment host;
    host.working_directory = "/";
    for (const Recorded& recorded : kRecorded) {
        INFO(recorded.file);
        support::DiagnosticSink sink;
        const fs::path mgd = *mgds / recorded.mgd;
        const auto graph =
            load_mesh_graph(support::load_source_text(mgd, recorded.mgd).value(), MgdProfile::library, sink);
        const auto cluster = load_cluster((*clusters / recorded.cluster).string(), host, sink);
        REQUIRE(graph);
        REQUIRE(cluster);

        Mapping theirs = read_recorded(*clusters / "tt-metal-newer/golden_mapping_files" / recorded.file,
                                       *graph, *cluster);
        theirs.score.hosts = static_cast<std::uint32_t>(cluster->hosts().size());
        CHECK(check_mapping(*graph, *cluster, {}, theirs) == std::vector<std::string>{});

        const MappingResult ours = find_mapping(*graph, *cluster, {}, sink);
        INFO(render_text(sink, support::Colour::off));
        REQUIRE(ours.answer == MappingAnswer::mapped);
        CHECK(check_mapping(*graph, *cluster, {}, ours.mappings[0]) == std::vector<std::string>{});
        CHECK(ours.mappings[0].score.hosts <= theirs.score.hosts);
    }
    std::cout << kRecorded.size() << " recorded mappings matched\n";
}

TEST_CASE("descriptors of the field map onto their machines, however these are put together") {
    const auto mgds = test::corpus_folder("mgd");
    if (!mgds) {
        std::cout << "SKIPPED: no corpus beside the project\n";
        return;
    }
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    for (const auto& [file, machine] : std::vector<std::pair<std::string, std::string>>{
             {"dual_galaxy_mesh_graph_descriptor.textproto", "wh-galaxy*2@line"},
             {"wh_galaxy_split_4x4_multi_mesh.textproto", "wh-galaxy"},
             {"bh_galaxy_split_4x2_multi_mesh.textproto", "bh-galaxy"},
             {"single_bh_galaxy_4x4x2_z_chain_graph_descriptor.textproto", "bh-galaxy"},
             {"quad_bh_galaxy_4x4x8_z_torus_graph_descriptor.textproto", "bh-galaxy-xy-torus*4@ring:8"},
         }) {
        INFO(file << " on " << machine);
        support::DiagnosticSink sink;
        const auto graph =
            load_mesh_graph(support::load_source_text(*mgds / file, file).value(), MgdProfile::library, sink);
        const auto cluster = build_synthetic(machine, sink);
        REQUIRE(graph);
        REQUIRE(cluster);
        const std::vector<std::string> first = map_to_names(*graph, *cluster);
        for (int round = 0; round < 20; ++round) {
            INFO("round " << round);
            REQUIRE(map_to_names(*graph, test::shuffled(*cluster, random)) == first);
        }
    }
}
