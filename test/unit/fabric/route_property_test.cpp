// Every route of every system, judged by a walker that knows links and documented rules only.

#include <filesystem>
#include <iostream>
#include <random>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "fabric/deadlock_check.hpp"
#include "fabric/routing_table.hpp"
#include "support/file.hpp"
#include "test/support/places.hpp"
#include "test/unit/fabric/fabric_fixture.hpp"
#include "test/unit/fabric/route_walker.hpp"
#include "topology/mapping/ideal_cluster.hpp"
#include "topology/mgd/load_mesh_graph.hpp"

using namespace tt_run;
using namespace tt_run::fabric;
using namespace tt_run::test;

namespace {

/// All pairs of up to 1,024 nodes; of more, a million drawn.
constexpr std::uint32_t kMostForAllPairs = 1'024;
constexpr int kDrawn = 1'000'000;

NodeAt node_numbered(const FabricSystem& system, std::uint32_t number) {
    std::uint32_t mesh = 0;
    while (number >= static_cast<std::uint32_t>(system.mesh(mesh).chip_count())) {
        number -= static_cast<std::uint32_t>(system.mesh(mesh).chip_count());
        ++mesh;
    }
    return {mesh, static_cast<std::int32_t>(number)};
}

std::string judge_pair(const ControlPlane& plane, RouteWalker& walker, NodeAt from, NodeAt to, Route& route) {
    const bool found = plane.route(from, to, route);
    const std::string pair =
        fmt::format("{} to {}: ", name_of(plane.system().node(from)), name_of(plane.system().node(to)));
    if (found != walker.permits(from, to)) {
        return pair + (found ? "not permitted" : "permitted, but there is no route");
    }
    if (!found) {
        return {};
    }
    const std::string wrong = walker.judge(from, to, route);
    if (!wrong.empty()) {
        return pair + wrong;
    }
    Packet packet{from, to, Hop::kNoPort, std::nullopt};
    for (const Hop& hop : route) {
        if (plane.advance(packet) != hop) {
            return pair + "the next move is not the route's";
        }
    }
    return plane.advance(packet) ? pair + "moves on at the target" : "";
}

void judge_all(const ControlPlane& plane) {
    const FabricSystem& system = plane.system();
    RouteWalker walker(plane);
    Route route;
    std::string wrong;
    if (system.node_count() <= kMostForAllPairs) {
        for (std::uint32_t a = 0; a < system.node_count() && wrong.empty(); ++a) {
            const NodeAt from = node_numbered(system, a);
            for (std::uint32_t mesh = 0; mesh < system.mesh_count(); ++mesh) {
                for (std::int32_t chip = 0; chip < system.mesh(mesh).chip_count() && wrong.empty(); ++chip) {
                    wrong = judge_pair(plane, walker, from, {mesh, chip}, route);
                }
            }
        }
    } else {
        const auto seed = std::random_device{}();
        std::cout << "drawing " << kDrawn << " pairs of " << system.node_count() << " nodes, seed " << seed
                  << "\n";
        std::mt19937 random(seed);
        for (int k = 0; k < kDrawn && wrong.empty(); ++k) {
            wrong = judge_pair(plane, walker, node_numbered(system, random() % system.node_count()),
                               node_numbered(system, random() % system.node_count()), route);
        }
    }
    CHECK(wrong == "");
}

void prove_acyclic(const ControlPlane& plane) {
    const auto report = check_deadlock(plane);
    REQUIRE(report);
    INFO(fmt::format("{}", fmt::join(render_cycle(plane, *report), "\n")));
    CHECK(report->acyclic());
}

std::vector<FabricConfig> configs_for(const FabricSystem& system) {
    std::vector<FabricConfig> configs{FabricConfig::disabled, FabricConfig::neighbor_exchange,
                                      FabricConfig::line, FabricConfig::ring, FabricConfig::mesh};
    for (const FabricConfig torus : {FabricConfig::torus_x, FabricConfig::torus_y, FabricConfig::torus_xy}) {
        bool declared = true;
        for (const std::size_t dimension : {std::size_t{0}, std::size_t{1}}) {
            bool any = false;
            for (const Mesh& mesh : system.graph().meshes) {
                any = any || mesh.dim_types[dimension] == topology::DimensionType::ring;
            }
            declared = declared && (any || !uses_wraps(torus, dimension));
        }
        if (declared) {
            configs.push_back(torus);
        }
    }
    return configs;
}

void judge_system(const FabricSystemPtr& system) {
    for (const FabricConfig config : configs_for(*system)) {
        INFO(name_of(config));
        const ControlPlane plane = open(system, with(config));
        judge_all(plane);
        prove_acyclic(plane);
    }
}

}  // namespace

TEST_CASE("every route of every config is as documented, and no packet waits in a circle") {
    for (const std::string& name : config_names()) {
        INFO(name);
        judge_system(config_system(name));
    }
}

TEST_CASE("routes on machines as they are cabled are as documented, and no packet waits in a circle") {
    const std::pair<std::string, std::string> placed[] = {
        {"t3k", "t3k"},
        {"wh-galaxy", "wh-galaxy"},
        {"bh-galaxy", "bh-galaxy"},
        {"split-galaxy-4x4", "wh-galaxy"},
        {"split-galaxy-4x2", "wh-galaxy"},
        {"5-galaxy", "wh-galaxy*5@all-to-all:4"},
        {"closetbox", "closetbox"},
    };
    for (const auto& [config, cluster] : placed) {
        INFO(config << " on " << cluster);
        const ControlPlane plane = open(mapped_system(config, cluster), with(FabricConfig::mesh));
        judge_all(plane);
        prove_acyclic(plane);
    }
}

TEST_CASE("every route of synthetic systems is as documented, and no packet waits in a circle") {
    const GridOfMeshes grids[] = {
        {.rows = 1, .columns = 5, .wraps = true, .chip_rows = 2, .chip_columns = 4},
        {.rows = 1, .columns = 8, .wraps = true, .chip_rows = 3, .chip_columns = 5, .rings = true},
        {.rows = 4, .columns = 4, .wraps = true, .chip_rows = 2, .chip_columns = 4},
        {.rows = 3, .columns = 5, .wraps = true, .chip_rows = 4, .chip_columns = 4, .rings = true},
        {.rows = 1, .columns = 1, .chip_rows = 9, .chip_columns = 7, .rings = true},
    };
    for (const GridOfMeshes& grid : grids) {
        INFO(mgd_of(grid));
        judge_system(system_of(mgd_of(grid)));
    }
}

TEST_CASE("routes of 4,096 chips are as documented, and no packet waits in a circle") {
    const GridOfMeshes grids[] = {
        {.rows = 16,
         .columns = 8,
         .wraps = true,
         .chip_rows = 8,
         .chip_columns = 4,
         .rings = true,
         .links = 4},
        {.rows = 1, .columns = 1, .chip_rows = 64, .chip_columns = 64, .rings = true},
    };
    for (const GridOfMeshes& grid : grids) {
        const ControlPlane plane = open(system_of(mgd_of(grid)), with(FabricConfig::torus_xy));
        judge_all(plane);
        prove_acyclic(plane);
    }
}

TEST_CASE("routes round dead links are as documented, and no packet waits in a circle") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    for (const bool rings : {false, true}) {
        const GridOfMeshes grid{.rows = 1,
                                .columns = 3,
                                .wraps = true,
                                .chip_rows = 5,
                                .chip_columns = 4,
                                .rings = rings,
                                .links = 6};
        const FabricSystemPtr system = system_of(mgd_of(grid));
        for (int round = 0; round < 20; ++round) {
            // Both links of a few pairs within meshes; never enough to cut a mesh in two (four sides each).
            std::vector<std::string> texts;
            for (int k = 0; k < 2; ++k) {
                const int row = 1 + static_cast<int>(random() % 3);
                const int chip = row * 4 + static_cast<int>(random() % 3);
                texts.push_back(
                    fmt::format("M{}:{}~M{}:{}", k, chip, k, random() % 2 == 0 ? chip + 1 : chip + 4));
            }
            FabricOptions options =
                with(rings ? FabricConfig::torus_xy : FabricConfig::mesh, FabricReliability::relaxed);
            options.reroute = true;
            INFO(texts[0] << " " << texts[1]);
            const ControlPlane plane = open(system, options, faults(*system, texts));
            CHECK(plane.router(0).is_detoured());
            CHECK(!plane.router(2).is_detoured());
            judge_all(plane);
            prove_acyclic(plane);
        }
    }
}

TEST_CASE("emitted tables lead packets along the very routes") {
    for (const std::string name : {"t3k", "split-galaxy-4x2", "5-galaxy", "closetbox"}) {
        INFO(name);
        const ControlPlane plane = open(config_system(name), with(FabricConfig::mesh));
        const FabricSystem& system = plane.system();
        std::vector<std::vector<RoutingTable>> tables(system.mesh_count());
        for (std::uint32_t mesh = 0; mesh < system.mesh_count(); ++mesh) {
            for (std::int32_t chip = 0; chip < system.mesh(mesh).chip_count(); ++chip) {
                tables[mesh].push_back(build_routing_table(plane, {mesh, chip}));
            }
        }
        std::mt19937 random(7);  // which pairs hardly matters here
        for (int k = 0; k < 4000; ++k) {
            const NodeAt from = node_numbered(system, random() % system.node_count());
            const NodeAt to = node_numbered(system, random() % system.node_count());
            NodeAt at = from;
            std::vector<NodeAt> walked;
            std::optional<ChipId> exit;
            while (at != to) {
                const RoutingTable& table = tables[at.mesh][static_cast<std::size_t>(at.chip)];
                std::uint32_t channel = 0;
                const auto row =
                    std::find_if(table.to_mesh.begin(), table.to_mesh.end(),
                                 [&](const auto& one) { return one.target == system.mesh(to.mesh).id; });
                const bool home = at.mesh == to.mesh;
                if (!home && !exit) {
                    exit = row->exit;
                }
                const ChipId target = home ? ChipId{to.chip} : *exit;
                if (!home && target.value == at.chip) {
                    channel = row->channels.front();
                    exit.reset();
                } else {
                    const auto within = std::find_if(table.within.begin(), table.within.end(),
                                                     [&](const auto& one) { return one.target == target; });
                    channel = within->channels.front();
                }
                const AsicIndex here = system.asic(at);
                for (const std::uint32_t link : system.cluster().links_of(here)) {
                    const topology::Link& one = system.cluster().links()[link];
                    if ((one.a.asic == here ? one.a : one.b).channel == channel) {
                        at = *system.node_of(topology::Cluster::far_end(one, here).asic);
                        break;
                    }
                }
                walked.push_back(at);
                REQUIRE(walked.size() < 1000);
            }
            const auto route = plane.route(from, to);
            REQUIRE(route);
            REQUIRE(route->size() == walked.size());
            for (std::size_t step = 0; step < walked.size(); ++step) {
                CHECK((*route)[step].to == walked[step]);
            }
        }
    }
}

TEST_CASE("routes on machines of the field are as documented, and no packet waits in a circle") {
    const std::filesystem::path folder =
        std::filesystem::path(tt_run::test::source_directory()).parent_path() / "shared" / "corpus" /
        "cluster";
    if (!std::filesystem::is_directory(folder)) {
        std::cout << "SKIPPED: there is no corpus of real files at " << folder << "\n";
        return;
    }
    const std::pair<std::string, std::string> placed[] = {
        {"n300", "tt-umd/wormhole_N300.yaml"},
        {"t3k", "tt-umd/t3k_cluster_desc.yaml"},
        {"p150-x4", "tt-umd/blackhole_4xP150.yaml"},
        {"p150-x8", "tt-umd/blackhole_8xP150.yaml"},
        {"wh-galaxy", "tt-umd/6u_cluster_desc.yaml"},
        {"bh-galaxy", "tt-umd/blackhole_galaxy.yaml"},
        {"split-galaxy-4x4", "tt-metal-newer/6u_split_4x4_cluster_desc"},
        {"closetbox", "derived-from-psd/16_n300_lb_cluster_mapping.yaml"},
    };
    for (const auto& [config, cluster] : placed) {
        INFO(config << " on " << cluster);
        judge_system(mapped_system(config, (folder / cluster).string()));
    }
}

TEST_CASE("every route of every real MGD is as documented, and no packet waits in a circle") {
    const std::filesystem::path folder =
        std::filesystem::path(test::source_directory()).parent_path() / "shared" / "corpus" / "mgd";
    if (!std::filesystem::is_directory(folder)) {
        std::cout << "SKIPPED: there is no corpus of real files at " << folder << "\n";
        return;
    }
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() == ".textproto") {
            files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    std::size_t walked = 0;
    for (const auto& file : files) {
        INFO(file.filename().string());
        support::DiagnosticSink sink;
        auto graph = topology::load_mesh_graph(*support::load_source_text(file, file.filename().string()),
                                               topology::MgdProfile::library, sink);
        REQUIRE(graph);
        auto ideal = topology::build_ideal_cluster(*graph, sink);
        if (!ideal) {
            std::cout << file.filename().string() << " asks for more channels than chips have\n";
            continue;
        }
        const auto system = std::make_shared<const FabricSystem>(*std::move(graph), std::move(ideal->cluster),
                                                                 std::move(ideal->mapping));
        judge_system(system);
        ++walked;
    }
    CHECK(walked > 50);
}
