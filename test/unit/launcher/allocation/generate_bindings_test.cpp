#include "launcher/allocation/generate_bindings.hpp"

#include <algorithm>
#include <set>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "support/file.hpp"
#include "test/support/places.hpp"
#include "test/support/temporary_directory.hpp"
#include "topology/mgd/load_mesh_graph.hpp"
#include "topology/physical/cluster_json.hpp"
#include "topology/physical/load_cluster.hpp"
#include "topology/physical/umd_export.hpp"

using namespace tt_run;
using namespace tt_run::launcher;

namespace {

SubcontextGraph descriptor(int id, const std::string& configuration) {
    const std::string path = test::source_directory() + "/configs/" + configuration + "/mgd.textproto";
    support::DiagnosticSink sink;
    const auto source = support::load_source_text(path, configuration);
    REQUIRE(source);
    auto graph = topology::load_mesh_graph(*source, topology::MgdProfile::library, sink);
    REQUIRE(graph);
    return {id, path, *std::move(graph)};
}

support::HostEnvironment this_host() {
    support::HostEnvironment host;
    host.working_directory = "/";
    host.hostname = "here";
    return host;
}

PhysicalModel model_of(const std::string& system) {
    support::DiagnosticSink sink;
    auto model = load_named_model({system, {}}, this_host(), sink);
    REQUIRE(model);
    return *std::move(model);
}

Generation generate(const JobMeshGraphs& job, const PhysicalModel& model, GenerationOptions options = {}) {
    support::DiagnosticSink sink;
    return generate_bindings(job, model, options, this_host(), sink);
}

}  // namespace

TEST_CASE("ranks are numbered by mesh and host rank, slots by host") {
    const JobMeshGraphs job{{descriptor(0, "split-galaxy-big-mesh")}, nullptr, {}};
    const Generation generation = generate(job, model_of("wh-galaxy"));
    REQUIRE(generation.solutions.size() == 1);
    const GeneratedSolution& solution = generation.solutions.front();
    REQUIRE(solution.ranks.size() == 4);
    std::set<std::string> devices;
    for (int k = 0; k < 4; ++k) {
        const GeneratedRank& rank = solution.ranks[static_cast<std::size_t>(k)];
        CHECK(rank.rank.value == k);
        CHECK(rank.mesh_id.value == k / 2);
        CHECK(rank.mesh_host_rank.value == k % 2);
        CHECK(rank.slot == k);
        CHECK(rank.host == "here");  // an imagined host cannot be started on
        for (std::size_t at = 0; at < rank.env_overrides.at(0).second.size(); at += 13) {
            devices.insert(rank.env_overrides[0].second.substr(at, 12));
        }
    }
    CHECK(devices.size() == 32);
}

TEST_CASE("descriptors of several sub-contexts share the hardware and keep their own numbers") {
    const JobMeshGraphs job{{descriptor(0, "split-galaxy-4x4"), descriptor(1, "wh-galaxy")},
                            support::make_source_text("m.yaml", ""),
                            "/m.yaml"};
    const Generation generation = generate(job, model_of("wh-galaxy*2"));
    REQUIRE(generation.solutions.size() == 1);
    const GeneratedSolution& solution = generation.solutions.front();
    CHECK(solution.ranks.size() == 3);
    CHECK(solution.hosts.size() == 2);
    REQUIRE(solution.subcontexts.size() == 2);
    CHECK(solution.subcontexts[0].ranks.size() == 2);
    REQUIRE(solution.subcontexts[1].ranks.size() == 1);
    CHECK(solution.subcontexts[1].ranks[0].rank.value == 0);
    CHECK(solution.subcontexts[1].ranks[0].mesh_id.value == 0);
    std::vector<std::string> names;
    for (const OutputFile& file : render_solution(solution, job, model_of("wh-galaxy*2"))) {
        names.push_back(file.name);
    }
    CHECK(names == std::vector<std::string>{"rank_bindings_subctx_0.yaml", "rank_bindings_subctx_1.yaml",
                                            "rank_bindings_mapping.yaml", "rankfile"});
}

TEST_CASE("host ranks get hosts of their own where there are enough, else share one") {
    const JobMeshGraphs job{{descriptor(0, "split-galaxy-big-mesh")}, nullptr, {}};
    CHECK(generate(job, model_of("wh-galaxy")).solutions.at(0).hosts.size() == 1);
    CHECK(generate(job, model_of("wh-galaxy*2@line")).solutions.at(0).hosts.size() == 2);
}

TEST_CASE("the order of hosts, chips and links in the files is nothing to the result") {
    const JobMeshGraphs job{
        {descriptor(0, "t3k"), descriptor(1, "t3k")}, support::make_source_text("m.yaml", ""), "/m.yaml"};
    const topology::Cluster cluster = model_of("t3k*3").cluster;
    const test::TemporaryDirectory directory;
    std::vector<std::string> forward;
    for (const topology::ExportedFile& file : topology::export_umd_descriptors(cluster, "x")) {
        if (file.name.starts_with("host-")) {
            forward.push_back(directory.write(file.name, file.content).string());
        }
    }
    std::vector<std::string> backward(forward.rbegin(), forward.rend());
    const auto rendered = [&](const std::vector<std::string>& files) {
        const PhysicalModel model = model_of(fmt::format("{}", fmt::join(files, ",")));
        std::string text;
        for (const OutputFile& file : render_all_solutions(generate(job, model), job, model, {})) {
            text += file.name + "\n" + file.content;
        }
        return text;
    };
    CHECK(rendered(forward) == rendered(backward));
}

TEST_CASE("solutions are named by what they are, and the index lists them all") {
    const JobMeshGraphs job{{descriptor(0, "t3k")}, nullptr, {}};
    const PhysicalModel model = model_of("t3k*3");
    GenerationOptions options;
    options.solutions = 0;
    const Generation generation = generate(job, model, options);
    CHECK(generation.complete);
    CHECK(generation.solutions.size() == 3);
    const auto files = render_all_solutions(generation, job, model, options);
    CHECK(files.size() == 3 * 4 + 1);
    CHECK(files.back().name == "solutions_index.yaml");
    for (const OutputFile& file : files) {
        if (file.name.ends_with("/.solution_key")) {
            CHECK(file.name.find('/') == 16);
            CHECK(file.content.size() == 64);
            CHECK(files.back().content.find("\"" + file.name.substr(0, 16) + "\"") != std::string::npos);
        }
    }
}
