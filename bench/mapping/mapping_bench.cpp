// Rings of meshes on 36 Blackhole Galaxies: our search beside a plain one-hot encoding of the same question,
// in one run. Prints a table: mapping_bench [REPEATS [SECONDS-FOR-THE-PLAIN-ENCODING]]
#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "test/support/altered_cluster.hpp"
#include "topology/load_mesh_graph.hpp"
#include "topology/mapping/check_mapping.hpp"
#include "topology/mapping/find_mapping.hpp"
#include "topology/mapping/mapping_search.hpp"
#include "topology/physical/synthetic_system.hpp"

using namespace tt_run;
using namespace tt_run::topology;
using Clock = std::chrono::steady_clock;

namespace {

double milliseconds_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

MeshGraph ring(int rows, int columns, int meshes, int channels) {
    std::string text = fmt::format(
        "mesh_descriptors {{ name: \"M\" arch: BLACKHOLE device_topology {{ dims: [ {}, {} ] }} "
        "host_topology {{ dims: "
        "[ 1, 1 ] }} channels {{ count: 2 policy: STRICT }} }}\ngraph_descriptors {{ name: \"G\" type: "
        "\"FABRIC\"\n",
        rows, columns);
    for (int mesh = 0; mesh < meshes; ++mesh) {
        text += fmt::format("instances {{ mesh {{ mesh_descriptor: \"M\" mesh_id: {} }} }}\n", mesh);
    }
    text += fmt::format(
        "graph_topology {{ layout_type: RING channels {{ count: {} policy: STRICT }} }} }}\n"
        "top_level_instance {{ graph {{ graph_descriptor: \"G\" graph_id: 0 }} }}\n",
        channels);
    support::DiagnosticSink sink;
    return load_mesh_graph(support::make_source_text("ring", text), MgdProfile::library, sink).value();
}

struct Spread {
    double least = 0;
    double median = 0;
    double most = 0;
};

Spread spread_of(std::vector<double> times) {
    std::sort(times.begin(), times.end());
    return {times.front(), times[times.size() / 2], times.back()};
}

std::string name_of(MappingAnswer answer) {
    return answer == MappingAnswer::mapped   ? "mapped"
           : answer == MappingAnswer::cannot ? "cannot"
                                             : "unknown";
}

struct Ours {
    Spread time;
    MappingResult result;
};

Ours measure(const MeshGraph& graph, const Cluster& cluster, bool fewest_hosts, int repeats) {
    MappingOptions options;
    options.fewest_hosts = fewest_hosts;
    Ours ours;
    std::vector<double> times;
    for (int k = 0; k < repeats; ++k) {
        support::DiagnosticSink sink;
        const auto start = Clock::now();
        ours.result = find_mapping(graph, cluster, options, sink);
        times.push_back(milliseconds_since(start));
    }
    for (const Mapping& mapping : ours.result.mappings) {
        if (!check_mapping(graph, cluster, options, mapping).empty()) {
            fmt::print(stderr, "the checker refuses a mapping\n");
            std::exit(1);
        }
    }
    ours.time = spread_of(times);
    return ours;
}

/// One variable for each mesh and tray: the usual encoding, on the same solver.
std::string plain(const MeshGraph& graph, const Cluster& cluster, double seconds) {
    if (seconds <= 0) {
        return "-";
    }
    const MappingOptions options;
    const Adjacency adjacency(cluster);
    const Demand demand = build_demand(graph, adjacency, options);
    const SeatTable tiles =
        SeatTable(graph, demand, adjacency, {10'000'000, Deadline::max()}).tiling(adjacency);
    const auto start = Clock::now();
    const auto limit = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    const SatAnswer answer =
        seat_by_formula(demand, adjacency, tiles, cluster.hosts().size(), {}, {-1, start + limit}).answer;
    return fmt::format("{:.0f} {}", milliseconds_since(start),
                       answer == SatAnswer::satisfied       ? "mapped"
                       : answer == SatAnswer::contradiction ? "cannot"
                                                            : "gave up");
}

void row(const std::string& machine, const Cluster& cluster, int rows, int columns, int meshes, int channels,
         int repeats, double seconds) {
    const MeshGraph graph = ring(rows, columns, meshes, channels);
    const Ours fewest = measure(graph, cluster, true, repeats);
    const Ours any = measure(graph, cluster, false, repeats);
    const bool mapped = !fewest.result.mappings.empty();
    fmt::print(
        "| {} | {} of {}x{}, {} channels | {} | {} | {:.0f} ({:.0f}-{:.0f}) | {:.0f} ({:.0f}-{:.0f}) | {} "
        "|\n",
        machine, meshes, rows, columns, channels, name_of(fewest.result.answer),
        mapped ? fmt::format("{}{}", fewest.result.mappings[0].score.hosts,
                             fewest.result.fewest_hosts_proved ? ", proved" : "")
               : "-",
        fewest.time.median, fewest.time.least, fewest.time.most, any.time.median, any.time.least,
        any.time.most, plain(graph, cluster, seconds));
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    const int repeats = argc > 1 ? std::atoi(argv[1]) : 5;
    const double seconds = argc > 2 ? std::atof(argv[2]) : 120;
    support::DiagnosticSink sink;
    const Cluster torus = build_synthetic("bh-galaxy*36@torus6x6", sink).value();
    fmt::print(
        "| machine | ring | answer | hosts | fewest hosts, ms: median (spread) | any hosts, ms | one-hot, ms "
        "|\n"
        "| --- | --- | --- | --- | --- | --- | --- |\n");
    const auto all = [&](const std::string& machine, const Cluster& cluster, double limit) {
        for (const int meshes : {16, 32, 64, 80, 96, 112, 128, 143, 144}) {
            row(machine, cluster, 2, 4, meshes, 2, repeats, limit);
        }
        for (const int meshes : {8, 16, 32, 64, 71, 72}) {
            row(machine, cluster, 4, 4, meshes, 2, repeats, limit);
        }
        row(machine, cluster, 4, 4, 71, 8, repeats, limit);
    };
    all("torus 6x6", torus, seconds);
    for (const unsigned seed : {1U, 2U, 3U}) {
        std::mt19937 random(seed);
        all(fmt::format("random, seed {}", seed), test::recabled(torus, random), seed == 1 ? seconds : 0);
    }
}
