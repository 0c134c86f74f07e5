// Mappings that the field asks for: our search beside a plain one-hot encoding of the same question, in one
// run. Prints tables:
//
//   mapping_bench [REPEATS [SECONDS-FOR-THE-PLAIN-ENCODING [MACHINE...]]]
//
// A machine is `systems` (the project's own configurations), `mixed` (pipelines of several shapes), `torus`,
// or `1`, `2`, ... for the seed of random cables; none stands for systems, torus and the first three seeds.
#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "support/file.hpp"
#include "test/support/altered_cluster.hpp"
#include "topology/mapping/check_mapping.hpp"
#include "topology/mapping/find_mapping.hpp"
#include "topology/mapping/mapping_search.hpp"
#include "topology/mgd/load_mesh_graph.hpp"
#include "topology/physical/synthetic_system.hpp"

using namespace tt_run;
using namespace tt_run::topology;
using Clock = std::chrono::steady_clock;

namespace {

double milliseconds_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

MeshGraph load(const std::string& text) {
    support::DiagnosticSink sink;
    return load_mesh_graph(support::make_source_text("mgd", text), MgdProfile::library, sink).value();
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
    return load(text);
}

/// A ring of 48 meshes of 4x2 of the field: each connection asks for the links of a tray's long side, or of
/// its short one.
MeshGraph uneven_ring() {
    constexpr std::string_view kNeeds = "884884884888444488848884888488844448884884884884";
    std::string text =
        "mesh_descriptors { name: \"M\" arch: BLACKHOLE device_topology { dims: [ 4, 2 ] } host_topology { "
        "dims: "
        "[ 1, 1 ] } channels { count: 2 policy: RELAXED } }\ngraph_descriptors { name: \"G\" type: "
        "\"FABRIC\"\n";
    for (std::size_t k = 0; k < kNeeds.size(); ++k) {
        text += fmt::format("instances {{ mesh {{ mesh_descriptor: \"M\" mesh_id: {} }} }}\n", k);
    }
    for (std::size_t k = 0; k < kNeeds.size(); ++k) {
        text += fmt::format(
            "connections {{ nodes {{ mesh {{ mesh_descriptor: \"M\" mesh_id: {} }} }} nodes {{ mesh {{ "
            "mesh_descriptor: \"M\" mesh_id: {} }} }} channels {{ count: {} policy: STRICT }} }}\n",
            k, (k + 1) % kNeeds.size(), kNeeds[k]);
    }
    return load(text + "}\ntop_level_instance { graph { graph_descriptor: \"G\" graph_id: 0 } }\n");
}

/// Meshes of several shapes, each closed along its rows of four if `ring`: a letter of `shapes` for each, and
/// pairs of them that are connected by what links they find.
using Pairs = std::vector<std::pair<int, int>>;
MeshGraph mixed_job(const std::string& shapes, const Pairs& pairs, bool ring) {
    const std::vector<std::tuple<char, int, int>> kinds{
        {'1', 4, 1}, {'2', 4, 2}, {'4', 4, 4}, {'8', 8, 4}, {'b', 32, 4}};
    std::string text;
    for (const auto& [name, rows, columns] : kinds) {
        if (shapes.find(name) != std::string::npos) {
            text += fmt::format(
                "mesh_descriptors {{ name: \"M{}\" arch: BLACKHOLE device_topology {{ dims: [ {}, {} ] "
                "dim_types: [ {}, LINE ] }} host_topology {{ dims: [ {}, 1 ] }} channels {{ count: 2 policy: "
                "RELAXED }} }}\n",
                name, rows, columns, ring ? "RING" : "LINE", std::max(1, rows / 8));
        }
    }
    const auto node = [&](int mesh) {
        return fmt::format("mesh {{ mesh_descriptor: \"M{}\" mesh_id: {} }}",
                           shapes[static_cast<std::size_t>(mesh)], mesh);
    };
    text += "graph_descriptors { name: \"G\" type: \"FABRIC\"\n";
    for (int mesh = 0; mesh < static_cast<int>(shapes.size()); ++mesh) {
        text += fmt::format("instances {{ {} }}\n", node(mesh));
    }
    for (const auto& [from, to] : pairs) {
        text += fmt::format(
            "connections {{ nodes {{ {} }} nodes {{ {} }} channels {{ count: 8 policy: RELAXED }} }}\n",
            node(from), node(to));
    }
    return load(text + "}\ntop_level_instance { graph { graph_descriptor: \"G\" graph_id: 0 } }\n");
}

Pairs line_of(int first, int last) {
    Pairs pairs;
    for (int mesh = first; mesh < last; ++mesh) {
        pairs.emplace_back(mesh, mesh + 1);
    }
    return pairs;
}

/// `branches` lines of `length` meshes after the router, mesh 0; they come back to it if `loops`.
Pairs branches_of(int branches, int length, bool loops) {
    Pairs pairs;
    for (int branch = 0; branch < branches; ++branch) {
        const int first = 1 + branch * length;
        const Pairs line = line_of(first, first + length - 1);
        pairs.emplace_back(0, first);
        pairs.insert(pairs.end(), line.begin(), line.end());
        if (loops) {
            pairs.emplace_back(first + length - 1, 0);
        }
    }
    return pairs;
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

void row(const std::string& machine, const Cluster& cluster, const std::string& job, const MeshGraph& graph,
         int repeats, double seconds) {
    const Ours fewest = measure(graph, cluster, true, repeats);
    const Ours any = measure(graph, cluster, false, repeats);
    const bool mapped = !fewest.result.mappings.empty();
    fmt::print("| {} | {} | {} | {} | {} | {:.1f} ({:.1f}-{:.1f}) | {:.1f} ({:.1f}-{:.1f}) | {} |\n", machine,
               job, name_of(fewest.result.answer),
               mapped ? fmt::format("{}{}", fewest.result.mappings[0].score.hosts,
                                    fewest.result.fewest_hosts_proved ? ", proved" : "")
                      : "-",
               mapped ? fmt::format("{}", fewest.result.mappings[0].score.displaced) : "-",
               fewest.time.median, fewest.time.least, fewest.time.most, any.time.median, any.time.least,
               any.time.most, plain(graph, cluster, seconds));
    std::fflush(stdout);
}

/// Every configuration that has a machine of its name, and the uneven ring.
void systems(int repeats, double seconds) {
    const auto imagine = [](const std::string& machine) {
        support::DiagnosticSink sink;
        return build_synthetic(machine, sink).value();
    };
    for (const auto& [config, machine] : std::vector<std::pair<std::string, std::string>>{
             {"t3k", "t3k"},
             {"split-galaxy-4x4", "wh-galaxy"},
             {"split-galaxy-4x2", "wh-galaxy"},
             {"split-galaxy-big-mesh", "wh-galaxy"},
             {"bh-split-galaxy-4x4", "bh-galaxy"},
             {"bh-split-galaxy-4x2", "bh-galaxy"},
             {"bh-split-galaxy-big-mesh", "bh-galaxy"},
             {"dual-galaxy", "wh-galaxy*2@mesh1x2"},
             {"quad-galaxy", "wh-galaxy*4@torus4x1"},
             {"bh-pipeline", "bh-galaxy*4@torus4x1"},
             {"5-galaxy", "wh-galaxy*5@all-to-all:4"},
             {"closetbox", "closetbox"},
         }) {
        const auto path = fmt::format("{}/configs/{}/mgd.textproto", TT_RUN_SOURCE_DIR, config);
        row(machine, imagine(machine), config, load(support::read_file(path).value()), repeats, seconds);
    }
    for (const std::string machine : {"bh-galaxy*12@torus4x3", "bh-galaxy*12@torus6x2",
                                      "bh-galaxy*16@torus4x4", "bh-galaxy*36@torus6x6"}) {
        row(machine, imagine(machine), "48 of 4x2, 8 or 4 channels", uneven_ring(), repeats, seconds);
    }
}

/// Pipelines with branches, loops, tails and large meshes beside them.
void mixed(int repeats, double seconds) {
    const auto one = [&](const std::string& machine, const std::string& job, const MeshGraph& graph) {
        support::DiagnosticSink sink;
        row(machine, build_synthetic(machine, sink).value(), job, graph, repeats, seconds);
    };
    const auto with = [](Pairs pairs, std::initializer_list<std::pair<int, int>> more) {
        pairs.insert(pairs.end(), more);
        return pairs;
    };
    std::string long_branch;
    for (int block = 0; block < 10; ++block) {
        long_branch += "111112";
    }
    Pairs two_loops = line_of(0, 62);
    two_loops = with(std::move(two_loops), {{62, 0}, {0, 63}, {69, 0}});
    const Pairs back = line_of(63, 69);
    two_loops.insert(two_loops.end(), back.begin(), back.end());
    const MeshGraph router = mixed_job("2" + long_branch + "14" + "1222224", two_loops, true);
    one("bh-galaxy-x-torus*16@all-to-all:4", "70 meshes, two loops at a router", router);
    one("bh-galaxy-x-torus*24@all-to-all:2", "70 meshes, two loops at a router", router);
    one("bh-galaxy*4@torus4x1", "ring of 12",
        mixed_job("442222222244", with(line_of(0, 11), {{11, 0}}), false));
    one("bh-galaxy*4@torus4x1", "ring of 10", mixed_job("8442222422", with(line_of(0, 9), {{9, 0}}), false));
    const std::string stages(40, '2');
    for (const std::string machine : {"bh-galaxy*16@torus4x4", "bh-galaxy*36@torus6x6"}) {
        one(machine, "4 branches of 10", mixed_job("4" + stages, branches_of(4, 10, false), false));
        one(machine, "4 loops of 6", mixed_job("4" + stages.substr(0, 24), branches_of(4, 6, true), false));
        one(machine, "line of 24, 6 and 10",
            mixed_job(stages.substr(0, 24) + "444444" + std::string(10, '1'), line_of(0, 39), false));
    }
    for (const std::string machine : {"bh-galaxy*16@all-to-all:4", "bh-galaxy*36@torus6x6"}) {
        one(machine, "line of 48 and a mesh of 32x4",
            mixed_job(stages + stages.substr(0, 8) + "b", line_of(0, 48), false));
    }
}

void rings(const std::string& machine, const Cluster& cluster, int repeats, double seconds) {
    const auto one = [&](int rows, int columns, int meshes, int channels) {
        row(machine, cluster, fmt::format("{} of {}x{}, {} channels", meshes, rows, columns, channels),
            ring(rows, columns, meshes, channels), repeats, seconds);
    };
    for (const int meshes : {16, 32, 64, 80, 96, 112, 128, 143, 144}) {
        one(2, 4, meshes, 2);
    }
    for (const int meshes : {8, 16, 32, 64, 71, 72}) {
        one(4, 4, meshes, 2);
    }
    one(4, 4, 71, 8);
}

}  // namespace

int main(int argc, char** argv) {
    const int repeats = argc > 1 ? std::atoi(argv[1]) : 5;
    const double seconds = argc > 2 ? std::atof(argv[2]) : 120;
    std::vector<std::string> machines(argv + std::min(argc, 3), argv + argc);
    if (machines.empty()) {
        machines = {"systems", "torus", "1", "2", "3"};
    }
    support::DiagnosticSink sink;
    const Cluster torus = build_synthetic("bh-galaxy*36@torus6x6", sink).value();
    fmt::print(
        "| machine | job | answer | hosts | displaced | fewest hosts, ms: median (spread) | any hosts, ms | "
        "one-hot, ms |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for (const std::string& machine : machines) {
        if (machine == "systems") {
            systems(repeats, seconds);
        } else if (machine == "mixed") {
            mixed(repeats, seconds);
        } else if (machine == "torus") {
            rings("torus 6x6", torus, repeats, seconds);
        } else {
            std::mt19937 random(static_cast<unsigned>(std::stoul(machine)));
            rings("random, seed " + machine, test::recabled(torus, random), repeats, seconds);
        }
    }
}
