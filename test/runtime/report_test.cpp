// The report of a whole run: every phase of every rank, what went through sockets and over links, the plan.

#include <algorithm>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/file.hpp"
#include "test/runtime/socket_run.hpp"
#include "test/support/temporary_directory.hpp"

using namespace tt_run::test;
using nlohmann::json;

namespace {

std::vector<std::string> phase_names(const json& rank) {
    std::vector<std::string> names;
    for (const json& phase : rank["phases"]) {
        names.push_back(phase["name"]);
    }
    return names;
}

}  // namespace

TEST_CASE("a report tells what every rank was at, from its launch to its end") {
    for (const std::string& transport : kTransports) {
        const TemporaryDirectory d;
        must_succeed(run_sockets("forward", {.config = "split-galaxy-4x2",
                                             .options = {"--report", (d.path() / "out").string()},
                                             .transport = transport}));
        const json report = json::parse(*tt_run::support::read_file(d.path() / "out" / "report.json"));
        INFO(report.dump(1));
        CHECK(report["plan"]["schema"] == "tt-run-plan");
        CHECK(!report["mesh_graph_descriptors"].empty());
        CHECK(!report["connections"].empty());
        CHECK(!report["links"].empty());
        for (const json& rank : report["ranks"]) {
            CHECK(rank["phases_from"] == "runtime");
            const std::vector<std::string> names = phase_names(rank);
            for (const char* const phase : {"launch", "MPI", "open", "sockets", "run", "close"}) {
                CHECK(std::ranges::count(names, phase) >= 1);
            }
            CHECK(names.front() == "launch");
            CHECK(std::ranges::find(names, "open") < std::ranges::find(names, "sockets"));
            double last = 0;
            for (const json& phase : rank["phases"]) {
                CHECK(phase["begin_seconds"] == last);
                CHECK(phase["end_seconds"] >= last);
                last = phase["end_seconds"];
            }
            CHECK(last == rank["ended_seconds"]);
        }
    }
}
