// What a control plane costs: to open, to ask, to prove; next to breadth-first tables of all pairs where such
// tables fit. Systems are tori of meshes that are tori themselves, so every wrap there is, is there.
#include <algorithm>
#include <random>

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <malloc.h>

#include "fabric/control_plane.hpp"
#include "fabric/deadlock_check.hpp"
#include "topology/mapping/ideal_cluster.hpp"
#include "topology/mgd/load_mesh_graph.hpp"

using namespace tt_run;
using namespace tt_run::fabric;

namespace {

struct Shape {
    int rows, columns;            ///< of meshes
    int chip_rows, chip_columns;  ///< of a mesh
};
/// By the benchmark's argument.
constexpr Shape kShapes[] = {
    {3, 3, 32, 4},     // 1,152 chips, as 36 Galaxies in nine meshes
    {12, 12, 4, 2},    // 1,152 chips, as 144 meshes
    {16, 32, 8, 4},    // 16,384 chips, as 512 Galaxies
    {32, 32, 32, 32},  // 1,048,576 chips
};

FabricSystemPtr make_system(const Shape& shape) {
    std::string mgd = fmt::format(
        "mesh_descriptors {{ name: \"M\" arch: BLACKHOLE device_topology {{ dims: [ {}, {} ] dim_types: [ "
        "RING, "
        "RING ] }} host_topology {{ dims: [ 1, 1 ] }} channels {{ count: 2 policy: RELAXED }} }}\n"
        "graph_descriptors {{ name: \"G\" type: \"FABRIC\"\n",
        shape.chip_rows, shape.chip_columns);
    const auto mesh = [](int id) { return fmt::format("mesh {{ mesh_descriptor: \"M\" mesh_id: {} }}", id); };
    for (int id = 0; id < shape.rows * shape.columns; ++id) {
        mgd += "instances { " + mesh(id) + " }\n";
    }
    for (int row = 0; row < shape.rows; ++row) {
        for (int column = 0; column < shape.columns; ++column) {
            const int here = row * shape.columns + column;
            for (const int there : {row * shape.columns + (column + 1) % shape.columns,
                                    (row + 1) % shape.rows * shape.columns + column}) {
                mgd +=
                    fmt::format("connections {{ nodes {{ {} }} nodes {{ {} }} channels {{ count: 4 }} }}\n",
                                mesh(here), mesh(there));
            }
        }
    }
    mgd += "}\ntop_level_instance { graph { graph_descriptor: \"G\" graph_id: 0 } }\n";
    support::DiagnosticSink sink;
    auto graph = topology::load_mesh_graph(support::make_source_text("bench", std::move(mgd)),
                                           topology::MgdProfile::library, sink);
    auto ideal = topology::build_ideal_cluster(graph.value(), sink);
    return std::make_shared<const FabricSystem>(*std::move(graph), std::move(ideal.value().cluster),
                                                std::move(ideal->mapping));
}

const FabricSystemPtr& system_at(std::int64_t shape) {
    static FabricSystemPtr systems[std::size(kShapes)];
    FabricSystemPtr& system = systems[shape];
    if (!system) {
        system = make_system(kShapes[shape]);
    }
    return system;
}

ControlPlane open(const FabricSystemPtr& system) {
    FabricOptions options;
    options.settings.config = FabricConfig::torus_xy;
    support::DiagnosticSink sink;
    return ControlPlane::open(system, LinkStates{}, options, sink).value();
}

void fill_rows(const ControlPlane& plane) {
    benchmark::DoNotOptimize(plane.stages());
}

/// Everything, the rows of all pairs of meshes too. Bytes are what stays allocated.
void open_control_plane(benchmark::State& state) {
    const FabricSystemPtr& system = system_at(state.range(0));
    double bytes = 0;
    for (auto _ : state) {
        const std::size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
        const ControlPlane plane = open(system);
        fill_rows(plane);
        bytes = static_cast<double>(mallinfo2().uordblks + mallinfo2().hblkhd - before);
    }
    state.counters["chips"] = system->node_count();
    state.counters["MiB"] = bytes / (1 << 20);
    state.counters["stages"] = open(system).stages();
}

/// The usual way: for each chip the first move to each other one, one byte for each pair, by breadth-first
/// search over the chips' links.
void all_pairs_tables(benchmark::State& state) {
    const FabricSystemPtr& system = system_at(state.range(0));
    const topology::Cluster& cluster = system->cluster();
    const auto chips = static_cast<std::uint32_t>(cluster.asics().size());
    std::vector<std::vector<topology::LinkEnd>> neighbours(chips);  // with the channel that leads back
    for (std::uint32_t chip = 0; chip < chips; ++chip) {
        for (const std::uint32_t link : cluster.links_of(AsicIndex{chip})) {
            neighbours[chip].push_back(topology::Cluster::far_end(cluster.links()[link], AsicIndex{chip}));
        }
    }
    for (auto _ : state) {
        std::vector<std::uint8_t> table(std::size_t{chips} * chips, 0xFF);
        std::vector<std::uint32_t> queue;
        for (std::uint32_t target = 0; target < chips; ++target) {
            std::uint8_t* const row = table.data() + std::size_t{target} * chips;
            queue.assign(1, target);
            row[target] = 0;
            for (std::size_t at = 0; at < queue.size(); ++at) {
                for (const topology::LinkEnd& next : neighbours[queue[at]]) {
                    if (row[next.asic.value] == 0xFF) {
                        row[next.asic.value] = static_cast<std::uint8_t>(next.channel);
                        queue.push_back(next.asic.value);
                    }
                }
            }
        }
        benchmark::DoNotOptimize(table.data());
    }
    state.counters["chips"] = chips;
    state.counters["MiB"] = static_cast<double>(chips) * chips / (1 << 20);
}

std::vector<std::pair<NodeAt, NodeAt>> drawn_pairs(const FabricSystem& system) {
    std::mt19937 random(1);
    std::vector<std::pair<NodeAt, NodeAt>> pairs(4096);
    const auto draw = [&] {
        const auto mesh = static_cast<std::uint32_t>(random() % system.mesh_count());
        return NodeAt{mesh, static_cast<std::int32_t>(
                                random() % static_cast<std::uint32_t>(system.mesh(mesh).chip_count()))};
    };
    for (auto& pair : pairs) {
        pair = {draw(), draw()};
    }
    return pairs;
}

void next_hop(benchmark::State& state) {
    const ControlPlane plane = open(system_at(state.range(0)));
    fill_rows(plane);
    const auto pairs = drawn_pairs(plane.system());
    std::size_t k = 0;
    for (auto _ : state) {
        Packet packet{pairs[k].first, pairs[k].second, Hop::kNoPort, std::nullopt};
        benchmark::DoNotOptimize(plane.advance(packet));
        k = (k + 1) % pairs.size();
    }
}

void full_route(benchmark::State& state) {
    const ControlPlane plane = open(system_at(state.range(0)));
    fill_rows(plane);
    const auto pairs = drawn_pairs(plane.system());
    Route route;
    std::size_t crossings = 0;
    for (const auto& [from, to] : pairs) {
        plane.route(from, to, route);
        crossings += static_cast<std::size_t>(std::ranges::count_if(route, &Hop::leaves_mesh));
    }
    std::size_t k = 0;
    std::size_t hops = 0;
    for (auto _ : state) {
        plane.route(pairs[k].first, pairs[k].second, route);
        benchmark::DoNotOptimize(route.data());
        hops += route.size();
        k = (k + 1) % pairs.size();
    }
    using benchmark::Counter;
    state.counters["per_hop"] = Counter(static_cast<double>(hops), Counter::kIsRate | Counter::kInvert);
    state.counters["hops"] = Counter(static_cast<double>(hops), Counter::kAvgIterations);
    state.counters["mesh_hops"] = static_cast<double>(crossings) / static_cast<double>(pairs.size());
}

void prove(benchmark::State& state) {
    const ControlPlane plane = open(system_at(state.range(0)));
    for (auto _ : state) {
        const auto report = check_deadlock(plane);
        if (!report || !report->acyclic()) {
            state.SkipWithError("not proved");
            return;
        }
        state.counters["channels"] = static_cast<double>(report->channels);
        state.counters["dependencies"] = static_cast<double>(report->dependencies);
    }
}

BENCHMARK(open_control_plane)->DenseRange(0, 3)->Unit(benchmark::kMillisecond);
BENCHMARK(all_pairs_tables)->DenseRange(0, 2)->Unit(benchmark::kMillisecond);
BENCHMARK(next_hop)->DenseRange(0, 3);
BENCHMARK(full_route)->DenseRange(0, 3);
BENCHMARK(prove)->DenseRange(0, 2)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
