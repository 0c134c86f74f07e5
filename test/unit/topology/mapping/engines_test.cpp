// The engines against trying everything, on instances small enough for that.
#include <algorithm>
#include <random>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "support/diagnostic_render.hpp"
#include "test/support/altered_cluster.hpp"
#include "test/unit/topology/mapping/mapping_fixture.hpp"
#include "topology/mapping/connected_room.hpp"
#include "topology/mapping/mapping_search.hpp"

using namespace tt_run;
using namespace tt_run::topology;

namespace {

std::string random_graph(std::mt19937& random, const std::string& arch, int chips) {
    const std::vector<std::pair<int, int>> shapes{{1, 1}, {1, 2}, {2, 1}, {1, 3}, {2, 2}};
    const std::size_t kinds = 1 + random() % 2;
    std::string text;
    std::vector<int> sizes;
    for (std::size_t kind = 0; kind < kinds; ++kind) {
        const auto& [rows, columns] = shapes[random() % shapes.size()];
        sizes.push_back(rows * columns);
        text += fmt::format(
            "mesh_descriptors {{ name: \"M{}\" arch: {} device_topology {{ dims: [ {}, {} ], dim_types: [ "
            "LINE, {} ] }} "
            "host_topology {{ dims: [ 1, 1 ] }} channels {{ count: {} policy: {} }} }}\n",
            kind, arch, rows, columns, random() % 2 ? "RING" : "LINE", 1 + random() % 2,
            random() % 3 ? "STRICT" : "RELAXED");
    }
    std::vector<std::size_t> meshes;
    for (int left = chips; meshes.size() < 4;) {
        const std::size_t kind = random() % kinds;
        left -= sizes[kind];
        if (left < 0) {
            break;
        }
        meshes.push_back(kind);
    }
    if (meshes.empty()) {
        meshes.push_back(0);
    }
    text += "graph_descriptors { name: \"G\" type: \"FABRIC\"\n";
    const auto node = [&](std::size_t mesh, int device) {
        return fmt::format("nodes {{ mesh {{ mesh_descriptor: \"M{}\" mesh_id: {}{} }} }}", meshes[mesh],
                           mesh, device < 0 ? "" : fmt::format(" device_id: {}", device));
    };
    std::string connections;
    const bool by_device = random() % 3 == 0;
    for (std::size_t k = 0; k < meshes.size(); ++k) {
        text +=
            fmt::format("  instances {{ mesh {{ mesh_descriptor: \"M{}\" mesh_id: {} }} }}\n", meshes[k], k);
        for (std::size_t j = 0; j < k; ++j) {
            if (random() % 2) {
                connections +=
                    fmt::format("  connections {{ {} {} channels {{ count: {} policy: {} }} }}\n",
                                node(j, by_device ? static_cast<int>(random() % sizes[meshes[j]]) : -1),
                                node(k, by_device ? static_cast<int>(random() % sizes[meshes[k]]) : -1),
                                1 + random() % 2, random() % 3 ? "STRICT" : "RELAXED");
            }
        }
    }
    return text + connections + "}\ntop_level_instance { graph { graph_descriptor: \"G\" graph_id: 0 } }\n";
}

Cluster random_cluster(std::mt19937& random, const std::string& machine) {
    Cluster cluster = test::imagine(machine);
    std::vector<std::pair<AsicIndex, AsicIndex>> pairs;
    const auto asics = static_cast<std::uint32_t>(cluster.asics().size());
    for (std::uint32_t a = 0; a < asics; ++a) {
        for (std::uint32_t b = a + 1; b < asics; ++b) {
            for (std::uint32_t links = random() % 5; links > 2; --links) {
                pairs.emplace_back(AsicIndex{a}, AsicIndex{b});
            }
        }
    }
    return test::with_links(cluster, pairs, 1);
}

/// Tries every way to lay the chips on the ASICs, believing the independent checker.
class EveryWay {
  public:
    EveryWay(const MeshGraph& graph, const Cluster& cluster, const MappingOptions& options)
        : graph_(graph), cluster_(cluster), options_(options), used_(cluster.asics().size(), false) {
        for (const Mesh& mesh : graph.meshes) {
            mapping_.chips.emplace_back(static_cast<std::size_t>(mesh.chip_count()));
        }
    }

    bool any() { return lay(0, 0); }

  private:
    bool lay(std::size_t mesh, std::size_t chip) {
        if (mesh == mapping_.chips.size()) {
            std::vector<std::string> broken = check_mapping(graph_, cluster_, options_, mapping_);
            std::erase_if(broken, [](const std::string& one) { return one.starts_with("the score"); });
            return broken.empty();
        }
        if (chip == mapping_.chips[mesh].size()) {
            return lay(mesh + 1, 0);
        }
        for (std::uint32_t asic = 0; asic < used_.size(); ++asic) {
            if (used_[asic]) {
                continue;
            }
            used_[asic] = true;
            mapping_.chips[mesh][chip] = {asic};
            const bool found = lay(mesh, chip + 1);
            used_[asic] = false;
            if (found) {
                return true;
            }
        }
        return false;
    }

    const MeshGraph& graph_;
    const Cluster& cluster_;
    const MappingOptions& options_;
    std::vector<bool> used_;
    Mapping mapping_;
};

}  // namespace

TEST_CASE("every engine agrees with trying every way") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    int fitting = 0;
    const int rounds = 150;
    for (int round = 0; round < rounds; ++round) {
        const bool cards = random() % 2 == 0;
        const Cluster cluster = random_cluster(random, cards ? "n300*2@none" : "p150*5@none");
        const std::string text = random_graph(random, cards ? "WORMHOLE_B0" : "BLACKHOLE",
                                              static_cast<int>(cluster.asics().size()));
        INFO("round " << round << "\n" << text);
        const MeshGraph graph = test::load_graph(text);
        MappingOptions options;
        options.sharing = HostSharing::sliced;
        options.share_boards = random() % 2 == 0;
        const bool fits = EveryWay(graph, cluster, options).any();
        fitting += fits ? 1 : 0;

        support::DiagnosticSink sink;
        const MappingResult result = find_mapping(graph, cluster, options, sink);
        INFO(render_text(sink, support::Colour::off));
        REQUIRE(result.answer == (fits ? MappingAnswer::mapped : MappingAnswer::cannot));
        REQUIRE((sink.errors() > 0) == !fits);
        if (fits) {
            REQUIRE(check_mapping(graph, cluster, options, result.mappings[0]) == std::vector<std::string>{});
        }
        const SatAnswer wanted = fits ? SatAnswer::satisfied : SatAnswer::contradiction;
        const Adjacency adjacency(cluster);
        const Demand demand = build_demand(graph, adjacency, options);
        CHECK(map_by_formula(graph, demand, adjacency, 1, {}, {}).answer == wanted);
        const SeatTable table(graph, demand, adjacency, {1'000'000, Deadline::max()});
        REQUIRE(table.complete());
        CHECK(seat_by_formula(demand, adjacency, table, 1, {}, {}).answer == wanted);
        bool placed = false;
        const SearchEnd end =
            place_meshes(demand, adjacency, table, 1, {1'000'000, Deadline::max()}, [&](const Seating&) {
                placed = true;
                return false;
            });
        CHECK(placed == fits);
        CHECK(end == (fits ? SearchEnd::stopped : SearchEnd::exhausted));
        CHECK(place_meshes_closely(demand, adjacency, table, 1, static_cast<std::uint32_t>(round),
                                   {1'000'000, Deadline::max()},
                                   [](const Seating&) { return false; }) == end);
        CHECK((!fits || !exceeds_connected_room(demand, adjacency, table)));
        if (const auto chain = find_chain(demand)) {
            CHECK(seat_chain(*chain, demand, adjacency, table, 1, {}).answer == wanted);
        }
    }
    CHECK(fitting > 10);
    CHECK(fitting < rounds - 10);
}

TEST_CASE("counting literals counts") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    for (int round = 0; round < 40; ++round) {
        SatProblem sat;
        std::vector<int> literals;
        std::size_t held = 0;
        for (std::size_t k = 1 + random() % 12; k > 0; --k) {
            literals.push_back(sat.new_variable());
            const bool holds = random() % 2 == 0;
            held += holds ? 1 : 0;
            sat.add({holds ? literals.back() : -literals.back()});
        }
        const std::size_t most = 1 + random() % literals.size();
        const std::vector<int> number = sat.count(literals, most);
        REQUIRE(sat.solve({}) == SatAnswer::satisfied);
        for (std::size_t k = 0; k < number.size(); ++k) {
            CHECK(sat.holds(number[k]) == (held > k));
        }
        SatProblem one;
        std::vector<int> some;
        for (std::size_t k = 0; k < literals.size(); ++k) {
            some.push_back(one.new_variable());
        }
        one.at_most_one(some);
        one.add({some[random() % some.size()]});
        CHECK(one.solve({}) == SatAnswer::satisfied);
        CHECK(std::count_if(some.begin(), some.end(), [&](int literal) { return one.holds(literal); }) == 1);
    }
}

TEST_CASE("of very many hosts each has seats, also where there are not steps enough to list them all") {
    const Cluster cluster = test::imagine("wh-galaxy*320");
    const MeshGraph graph = test::load_graph(test::many_meshes("WORMHOLE_B0", 4, 4, 2, "", 1, "RELAXED"));
    const Adjacency adjacency(cluster);
    const Demand demand = build_demand(graph, adjacency, {});
    const Footprints some =
        find_footprints(graph, demand, demand.meshes[0], adjacency, {100 * adjacency.size()});
    CHECK(!some.complete);
    std::vector<bool> begins_on(cluster.hosts().size(), false);
    for (const Footprint& print : some.all) {
        begins_on[print.hosts.front()] = true;
    }
    CHECK(std::count(begins_on.begin(), begins_on.end(), true) == 320);
    const Footprints all =
        find_footprints(graph, demand, demand.meshes[0], adjacency, {1000 * adjacency.size()});
    CHECK(all.complete);
    CHECK(all.all.size() == 320 * 5);
}

TEST_CASE("a formula that is still being stated at its deadline is not answered") {
    SatProblem late;
    late.state_until(Deadline::min());
    const int x = late.new_variable();
    for (int clause = 0; clause < 10'000; ++clause) {
        late.add({x});
        late.implies_any(x, std::vector<int>{x});
    }
    late.add({-x});
    CHECK(late.solve({}) == SatAnswer::unknown);
    SatProblem in_time;
    in_time.add({in_time.new_variable()});
    in_time.add({-1});
    CHECK(in_time.solve({}) == SatAnswer::contradiction);
}
