// Every real Mesh Graph Descriptor is what its index says, and so is every one of our own.

#include <iostream>
#include <random>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "support/diagnostic_render.hpp"
#include "support/file.hpp"
#include "support/text.hpp"
#include "test/support/places.hpp"
#include "test/walk/corpus.hpp"
#include "topology/mgd/load_mesh_graph.hpp"
#include "topology/mgd/mgd_export.hpp"

namespace fs = std::filesystem;
using namespace tt_run;
using topology::Mesh;
using topology::MeshGraph;
using topology::MeshKind;
using topology::MgdProfile;

namespace {

std::optional<MeshGraph> load(const support::SourceTextPtr& source, MgdProfile profile,
                              std::string* said = nullptr) {
    support::DiagnosticSink sink;
    auto graph = topology::load_mesh_graph(source, profile, sink);
    CHECK(graph.has_value() == (sink.errors() == 0));
    if (said != nullptr) {
        *said = render_text(sink, support::Colour::off);
    }
    return graph;
}

support::SourceTextPtr source_of(const fs::path& file) {
    auto source = support::load_source_text(file, file.filename().string());
    REQUIRE(source);
    return *source;
}

/// As the index writes them: "3+1sw" meshes, "2x2=4,1x1=1*2" devices per mesh in descriptor order.
std::string mesh_counts(const MeshGraph& graph) {
    const auto switches = std::count_if(graph.meshes.begin(), graph.meshes.end(), [](const Mesh& mesh) {
        return mesh.kind == MeshKind::network_switch;
    });
    const auto meshes = std::ssize(graph.meshes) - switches;
    return switches == 0 ? fmt::format("{}", meshes) : fmt::format("{}+{}sw", meshes, switches);
}

std::map<std::string, int> shapes(const MeshGraph& graph) {
    std::map<std::string, int> count;
    for (const Mesh& mesh : graph.meshes) {
        if (mesh.kind == MeshKind::mesh) {
            ++count[fmt::format("{}x{}={}", mesh.rows(), mesh.columns(), mesh.chip_count())];
        }
    }
    return count;
}

std::map<std::string, int> shapes_in_index(const std::string& cell) {
    std::map<std::string, int> count;
    for (const std::string_view piece : support::split(cell, ',')) {
        const std::vector<std::string_view> parts = support::split(piece, '*');
        count[std::string(parts[0])] +=
            parts.size() == 1 ? 1 : static_cast<int>(*support::parse_integer(parts[1]));
    }
    return count;
}

void check_features(const MeshGraph& graph, const topology::MeshGraphDescriptor& mgd,
                    const std::string& features) {
    for (const std::string_view part : support::split(features, ';')) {
        const std::string feature(support::trim(part));
        INFO("feature " << feature);
        const std::vector<std::string_view> words = support::split(feature, ' ');
        if (words.size() == 2 && words[1] == "connections") {
            std::size_t written = 0;
            for (const auto& descriptor : mgd.graphs) {
                written += descriptor.connections.size();
            }
            CHECK(static_cast<std::int64_t>(written) == support::parse_integer(words[0]));
        } else if (words.size() == 2 && words[1] == "pinnings") {
            CHECK(std::ssize(mgd.pinnings) == support::parse_integer(words[0]));
            CHECK(!graph.pinnings.empty());
        } else if (words[0] == "host") {
            CHECK(std::any_of(graph.meshes.begin(), graph.meshes.end(), [&](const Mesh& mesh) {
                return fmt::format("{}x{}", mesh.host_dims[0], mesh.host_dims[1]) == words[1];
            }));
        } else if (feature == "torus") {
            CHECK(std::any_of(graph.meshes.begin(), graph.meshes.end(), [](const Mesh& mesh) {
                return mesh.dim_types[0] == topology::DimensionType::ring ||
                       mesh.dim_types[1] == topology::DimensionType::ring;
            }));
        } else if (feature == "express_links") {
            CHECK(std::any_of(graph.meshes.begin(), graph.meshes.end(),
                              [](const Mesh& mesh) { return !mesh.express_links.empty(); }));
        } else if (feature == "device-level") {
            CHECK(std::any_of(
                graph.connections.begin(), graph.connections.end(),
                [](const topology::MeshConnection& connection) { return connection.is_device_level(); }));
        } else if (feature == "topology ALL_TO_ALL") {
            CHECK(graph.connections.size() + graph.graph_connections.size() > 0);
        } else if (feature == "WORMHOLE_B0" || feature == "BLACKHOLE") {
            CHECK(spelling_of(graph.meshes[0].architecture) == feature);
        } else if (words[0].starts_with("nested-graphs(")) {
            CHECK(fmt::format("nested-graphs({}", graph.graphs.size()) == words[0]);
        }
    }
}

/// What is written out is read back as the same.
void check_round_trip(const support::SourceTextPtr& source, const MeshGraph& graph) {
    support::DiagnosticSink sink;
    const auto mgd = topology::load_mgd(source, sink);
    REQUIRE(mgd);
    const std::string text = topology::render_mgd_textproto(*mgd);
    const auto again = load(support::make_source_text("again", text), MgdProfile::library);
    REQUIRE(again);
    CHECK(mesh_counts(*again) == mesh_counts(graph));
    CHECK(shapes(*again) == shapes(graph));
    CHECK(again->connections.size() == graph.connections.size());
    CHECK(again->pinnings.size() == graph.pinnings.size());
    support::DiagnosticSink ignored;
    CHECK(topology::render_mgd_textproto(
              *topology::load_mgd(support::make_source_text("again", text), ignored)) == text);
}

}  // namespace

TEST_CASE("every real MGD is what its index says") {
    const auto folder = test::corpus_folder("mgd");
    if (!folder) {
        return;
    }
    std::size_t walked = 0;
    for (const auto& row : test::read_table(*folder / "INDEX.tsv")) {
        INFO(row.at("file"));
        const support::SourceTextPtr source = source_of(*folder / row.at("file"));
        std::string said;
        const auto graph = load(source, MgdProfile::library, &said);
        INFO(said);
        REQUIRE(graph);
        support::DiagnosticSink ignored;
        CHECK(mesh_counts(*graph) == row.at("meshes"));
        CHECK(shapes(*graph) == shapes_in_index(row.at("devices_per_mesh")));
        check_features(*graph, *topology::load_mgd(source, ignored), row.at("features"));
        const bool refused = row.at("features").find("runtime-profile-rejects") != std::string::npos;
        CHECK(load(source, MgdProfile::runtime).has_value() == !refused);
        check_round_trip(source, *graph);
        ++walked;
    }
    std::cout << "walked " << walked << " real MGDs\n";
    CHECK(walked > 50);
}

TEST_CASE("every MGD of our own loads without a word and comes back from an export") {
    std::size_t walked = 0;
    for (const auto& entry : fs::directory_iterator(fs::path(test::source_directory()) / "configs")) {
        const fs::path file = entry.path() / "mgd.textproto";
        INFO(file.string());
        std::string said;
        const support::SourceTextPtr source = source_of(file);
        const auto graph = load(source, MgdProfile::library, &said);
        REQUIRE(graph);
        CHECK((said.empty() ||
               entry.path().filename() == "closetbox"));  // its pods repeat mesh ids, which is said
        check_round_trip(source, *graph);
        ++walked;
    }
    CHECK(walked >= 14);
}

TEST_CASE("no damage to an MGD crashes the reader") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const std::string good = *support::read_file(fs::path(test::source_directory()) / "configs" /
                                                 "split-galaxy-4x4" / "mgd.textproto");
    const std::string pool = "{}[]<>:,;\"'#\\-0123456789abcdefghijklmnopqrstuvwxyz_ABC \n\t\xff\xc3\0";
    for (int round = 0; round < 2000; ++round) {
        std::string text = good;
        for (auto edits = 1 + random() % 4; edits > 0 && !text.empty(); --edits) {
            const std::size_t at = random() % text.size();
            switch (random() % 4) {
                case 0:
                    text[at] = pool[random() % pool.size()];
                    break;
                case 1:
                    text.erase(at, 1 + random() % 20);
                    break;
                case 2:
                    text.insert(at, text.substr(random() % text.size(), random() % 40));
                    break;
                default:
                    text.resize(at + 1);
                    break;
            }
        }
        std::string said;
        const auto graph = load(support::make_source_text("damaged", text), MgdProfile::runtime, &said);
        CHECK((graph.has_value() || !said.empty()));
    }
}
