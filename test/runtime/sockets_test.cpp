// Sockets between ranks, over shared memory and over messages: what comes through.

#include <map>
#include <regex>

#include <catch2/catch.hpp>

#include "support/file.hpp"
#include "test/runtime/socket_run.hpp"
#include "test/support/places.hpp"
#include "test/support/temporary_directory.hpp"

using namespace tt_run::test;

TEST_CASE("random data of the reference's geometries comes through, in all patterns") {
    for (const std::string& transport : kTransports) {
        for (const std::string pattern : {"backward", "forward", "both"}) {
            INFO(pattern << " over " << (transport.empty() ? "memory" : transport));
            must_succeed(run_sockets(pattern, {.config = "split-galaxy-4x2", .transport = transport}));
        }
    }
}

TEST_CASE("meshes of unequal shape are joined as their connections say") {
    for (const std::string& transport : kTransports) {
        must_succeed(run_sockets("unequal", {.config = "split-galaxy-2x8-2x4", .transport = transport}));
    }
}

TEST_CASE("two big meshes of two ranks each are joined both ways") {
    for (const std::string& transport : kTransports) {
        must_succeed(run_sockets("big-mesh", {.config = "split-galaxy-big-mesh", .transport = transport}));
    }
}

TEST_CASE("sockets in a sub-context and in the world do not mix") {
    for (const std::string& transport : kTransports) {
        must_succeed(run_sockets("contexts", {.config = "5-galaxy", .transport = transport}));
    }
}

TEST_CASE("a third rank gets a null socket, which says so when it is used") {
    must_succeed(run_sockets("null", {.config = "split-galaxy-4x2"}));
}

TEST_CASE("a way through a third mesh carries the bytes over its links, and the report has them") {
    const TemporaryDirectory d;
    std::string graph =
        "mesh_descriptors { name: \"M\" arch: WORMHOLE_B0 device_topology { dims: [ 2, 2 ] } host_topology { "
        "dims: [ "
        "1, 1 ] } channels { count: 2 } }\ngraph_descriptors { name: \"G\" type: \"FABRIC\"\n";
    std::string rows = "mesh_graph_desc_path: row.textproto\nrank_bindings:\n";
    for (int mesh = 0; mesh < 3; ++mesh) {
        graph += "instances { mesh { mesh_descriptor: \"M\" mesh_id: " + std::to_string(mesh) + " } }\n";
        rows += "  - {rank: " + std::to_string(mesh) + ", mesh_id: " + std::to_string(mesh) + "}\n";
    }
    for (int mesh = 0; mesh < 2; ++mesh) {
        graph += "connections { nodes { mesh { mesh_descriptor: \"M\" mesh_id: " + std::to_string(mesh) +
                 " } } nodes { mesh { mesh_descriptor: \"M\" mesh_id: " + std::to_string(mesh + 1) +
                 " } } channels { count: 2 } }\n";
    }
    d.write("row.textproto",
            graph + "}\ntop_level_instance { graph { graph_descriptor: \"G\" graph_id: 0 } }\n");
    d.write("row.yaml", rows);
    ChildCommand command;
    command.arguments = {"tt-run",
                         "--emulate",
                         "--rank-binding",
                         "row.yaml",
                         "--report",
                         "out",
                         tt_run::test::binary_directory() + "/socket_program",
                         "two-hops"};
    command.environment = test_environment();
    command.directory = d.path();
    must_succeed(run_child(command));
    const std::string sender = *tt_run::support::read_file(d.path() / "out" / "rank0.json");
    INFO(sender);
    CHECK(has(
        sender,
        R"("end": "sender", "sender_rank": 0, "receiver_rank": 2, "connection": 3, "from": "M0D3", "to": "M2D3", "made_at": "runtime/socket_exchanges.cpp:)"));
    CHECK(has(sender, R"("transfers": 1, "bytes": 65536)"));
    // Four chips' bytes cross both borders.
    const std::regex border(
        R"("from": "M([0-9]):[0-9]+", "to": "M([0-9]):[0-9]+", "link": "[^"]+", "payload_bytes": ([0-9]+))");
    std::map<std::string, long> crossed;
    for (std::sregex_iterator found(sender.begin(), sender.end(), border), end; found != end; ++found) {
        if ((*found)[1] != (*found)[2]) {
            crossed[(*found)[1].str() + (*found)[2].str()] += std::stol((*found)[3]);
        }
    }
    CHECK(crossed == std::map<std::string, long>{{"01", 4 * 65536}, {"12", 4 * 65536}});
    CHECK(has(sender, R"("modelled_us": )"));
    CHECK(has(sender, "predicted by a model of published numbers, not measured"));
    const std::string receiver = *tt_run::support::read_file(d.path() / "out" / "rank2.json");
    CHECK(has(receiver, R"("end": "receiver")"));
}

TEST_CASE("one device to all of a mesh, and every device to every other") {
    for (const std::string& transport : kTransports) {
        INFO(transport);
        must_succeed(run_sockets("broadcast", {.transport = transport}));
        must_succeed(
            run_sockets("all-to-all-devices", {.config = "split-galaxy-4x2", .transport = transport}));
    }
}

TEST_CASE("tensors of any size go past the FIFO when both ends say so") {
    for (const std::string& transport : kTransports) {
        INFO(transport);
        must_succeed(run_sockets("direct", {.transport = transport}));
    }
}

TEST_CASE("memory around what a socket names stays as it is, at both ends") {
    for (const std::string& transport : kTransports) {
        INFO(transport);
        must_succeed(run_sockets("canary", {.transport = transport}));
    }
}

TEST_CASE("meshes may run programs of their own in one job") {
    ChildCommand command;
    command.environment = test_environment();
    command.arguments = {"tt-run",
                         "--emulate",
                         "--rank-binding",
                         tt_run::test::source_directory() + "/configs/split-galaxy-4x4/rank_bindings.yaml",
                         "sh",
                         "-c",
                         "case $TT_MESH_ID in 0) exec \"$0/stage_one\";; *) exec \"$0/stage_two\";; esac",
                         tt_run::test::binary_directory()};
    const ChildOutcome outcome = run_child(command);
    must_succeed(outcome);
    CHECK(has(outcome.standard_output, "stage two has 16 times 42"));
}
