// How long the physical topology takes: imagining, loading in each form, measuring, comparing.
#include <filesystem>
#include <fstream>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

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
BENCHMARK(measure_torus)->Arg(36)->Arg(512)->Unit(benchmark::kMillisecond);
BENCHMARK(compare_torus)->Arg(36)->Arg(512)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
