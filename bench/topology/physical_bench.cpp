// How long the topology takes: imagining, loading in each form, checking, measuring, comparing.
#include <filesystem>
#include <fstream>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "topology/mgd/load_mesh_graph.hpp"
#include "topology/physical/check_fit.hpp"
#include "topology/physical/cluster_diff.hpp"
#include "topology/physical/cluster_json.hpp"
#include "topology/physical/load_cluster.hpp"
#include "topology/physical/synthetic_system.hpp"
#include "topology/physical/umd_export.hpp"

using namespace tt_run;
using namespace tt_run::topology;

namespace {

Cluster imagine(const std::string& text) {
    support::DiagnosticSink sink;
    return build_synthetic(text, sink).value();
}

/// A torus of so many Blackhole Galaxies.
std::string torus(std::int64_t hosts) {
    return fmt::format("bh-galaxy*{}@torus", hosts);
}

void imagine_torus(benchmark::State& state) {
    for (auto _ : state) {
        benchmark::DoNotOptimize(imagine(torus(state.range(0))));
    }
    state.counters["chips"] = static_cast<double>(state.range(0) * 32);
}

support::HostEnvironment here() {
    support::HostEnvironment host;
    host.working_directory = "/";
    return host;
}

void load_saved(benchmark::State& state) {
    const std::string saved = render_cluster_json(imagine(torus(state.range(0))));
    const auto text = support::make_source_text("saved.json", saved);
    for (auto _ : state) {
        support::DiagnosticSink sink;
        benchmark::DoNotOptimize(parse_cluster(text, "/saved.json", here(), sink).value());
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(saved.size()) * state.iterations());
}

/// What any reader has to do with a text: fetch it and look at each byte.
void read_descriptors(benchmark::State& state) {
    const std::vector<ExportedFile> files = export_umd_descriptors(imagine(torus(state.range(0))), "bench");
    std::size_t bytes = 0;
    for (auto _ : state) {
        for (const ExportedFile& file : files) {
            const auto text = support::make_source_text(file.name, file.content);
            benchmark::DoNotOptimize(text->line_count());
        }
    }
    for (const ExportedFile& file : files) {
        bytes += file.content.size();
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * state.iterations());
}

void check_torus(benchmark::State& state) {
    const Cluster cluster = imagine(torus(state.range(0)));
    support::DiagnosticSink sink;
    const std::string mgd = fmt::format(
        "mesh_descriptors {{ name: \"M\" arch: BLACKHOLE device_topology {{ dims: [ {}, 4 ] }} "
        "host_topology {{ dims: [ {}, 1 ] }} channels {{ count: 1 }} }}\n"
        "top_level_instance {{ mesh {{ mesh_descriptor: \"M\" mesh_id: 0 }} }}\n",
        8 * state.range(0), state.range(0));
    const auto graph =
        load_mesh_graph(support::make_source_text("mgd", mgd), MgdProfile::library, sink).value();
    for (auto _ : state) {
        support::DiagnosticSink told;
        benchmark::DoNotOptimize(check_fit(graph, cluster, {}, told));
    }
    state.counters["chips"] = static_cast<double>(state.range(0) * 32);
}

/// So many meshes in a line, and five connections to each.
void load_huge_mgd(benchmark::State& state) {
    std::string mgd =
        "mesh_descriptors { name: \"M\" arch: WORMHOLE_B0 device_topology { dims: [ 2, 4 ] } "
        "host_topology { dims: [ 1, 1 ] } channels { count: 2 } }\n"
        "graph_descriptors {\n  name: \"G\"\n  type: \"FABRIC\"\n";
    const std::int64_t meshes = state.range(0);
    for (std::int64_t k = 0; k < meshes; ++k) {
        mgd += fmt::format("  instances {{ mesh {{ mesh_descriptor: \"M\" mesh_id: {} }} }}\n", k);
        for (std::int64_t step = 1; step <= 5 && k + step < meshes; ++step) {
            mgd += fmt::format(
                "  connections {{\n    nodes {{ mesh {{ mesh_descriptor: \"M\" mesh_id: {} }} }}\n    nodes "
                "{{ mesh {{ mesh_descriptor: \"M\" mesh_id: {} }} }}\n    channels {{ count: 2 }}\n  }}\n",
                k, k + step);
        }
    }
    mgd += "}\ntop_level_instance { graph { graph_descriptor: \"G\" graph_id: 0 } }\n";
    const auto text = support::make_source_text("mgd", mgd);
    for (auto _ : state) {
        support::DiagnosticSink sink;
        benchmark::DoNotOptimize(load_mesh_graph(text, MgdProfile::library, sink).value());
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(mgd.size()) * state.iterations());
}

void load_descriptors(benchmark::State& state) {
    const std::filesystem::path directory = std::filesystem::temp_directory_path() / "tt-run-bench";
    std::filesystem::create_directories(directory);
    const std::vector<ExportedFile> files = export_umd_descriptors(imagine(torus(state.range(0))), "bench");
    for (const ExportedFile& file : files) {
        std::ofstream(directory / file.name) << file.content;
    }
    const std::string mapping = (directory / files[0].name).string();
    for (auto _ : state) {
        support::DiagnosticSink sink;
        benchmark::DoNotOptimize(load_cluster(mapping, here(), sink).value());
    }
    std::filesystem::remove_all(directory);
}

void measure_torus(benchmark::State& state) {
    const Cluster cluster = imagine(torus(state.range(0)));
    for (auto _ : state) {
        benchmark::DoNotOptimize(measure(cluster));
    }
}

void compare_torus(benchmark::State& state) {
    const Cluster cluster = imagine(torus(state.range(0)));
    for (auto _ : state) {
        benchmark::DoNotOptimize(compare(cluster, cluster));
    }
}

BENCHMARK(imagine_torus)->Arg(36)->Arg(512)->Arg(32768)->Unit(benchmark::kMillisecond);
BENCHMARK(load_saved)->Arg(36)->Arg(512)->Unit(benchmark::kMillisecond);
BENCHMARK(load_descriptors)->Arg(36)->Unit(benchmark::kMillisecond);
BENCHMARK(read_descriptors)->Arg(36)->Unit(benchmark::kMillisecond);
BENCHMARK(check_torus)->Arg(36)->Arg(512)->Unit(benchmark::kMillisecond);
BENCHMARK(load_huge_mgd)->Arg(20000)->Unit(benchmark::kMillisecond);
BENCHMARK(measure_torus)->Arg(36)->Arg(512)->Unit(benchmark::kMillisecond);
BENCHMARK(compare_torus)->Arg(36)->Arg(512)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
