// Sockets between ranks: the examples of docs/api.md, both ways of carrying bytes, and what goes wrong.

#include <algorithm>
#include <map>
#include <regex>

#include <catch2/catch.hpp>

#include "support/file.hpp"
#include "test/support/child.hpp"
#include "test/support/places.hpp"
#include "test/support/temporary_directory.hpp"

using namespace tt_run::test;

namespace {

const std::string kProgram = tt_run::test::binary_directory() + "/socket_program";
const std::string kConfigs = tt_run::test::source_directory() + "/configs/";

ChildOutcome run(const std::string& config, const std::vector<std::string>& words,
                 const std::vector<std::string>& options = {}, const std::string& transport = "") {
    ChildCommand command;
    command.arguments = {"tt-run", "--emulate", "--rank-binding", kConfigs + config + "/rank_bindings.yaml"};
    command.arguments.insert(command.arguments.end(), options.begin(), options.end());
    command.arguments.push_back(kProgram);
    command.arguments.insert(command.arguments.end(), words.begin(), words.end());
    command.environment = test_environment();
    command.environment["TT_RUN_SOCKET_TRANSPORT"] = transport;
    command.deadline = std::chrono::seconds(120);
    return run_child(command);
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

const std::vector<std::string> kTransports{"", "mpi"};

void must_succeed(const ChildOutcome& outcome) {
    INFO(outcome.standard_output);
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 0);
    CHECK(!outcome.timed_out);
}

}  // namespace

TEST_CASE("random data of the reference's geometries comes through, in all patterns") {
    for (const std::string& transport : kTransports) {
        for (const std::string pattern : {"backward", "forward", "both"}) {
            INFO(pattern << " over " << (transport.empty() ? "memory" : transport));
            must_succeed(run("split-galaxy-4x2", {pattern}, {}, transport));
        }
    }
}

TEST_CASE("meshes of unequal shape are joined as their connections say") {
    for (const std::string& transport : kTransports) {
        must_succeed(run("split-galaxy-2x8-2x4", {"unequal"}, {}, transport));
    }
}

TEST_CASE("two big meshes of two ranks each are joined both ways") {
    for (const std::string& transport : kTransports) {
        must_succeed(run("split-galaxy-big-mesh", {"big-mesh"}, {}, transport));
    }
}

TEST_CASE("sockets in a sub-context and in the world do not mix") {
    for (const std::string& transport : kTransports) {
        must_succeed(run("5-galaxy", {"contexts"}, {}, transport));
    }
}

TEST_CASE("ends that differ are told at both, with every field") {
    const ChildOutcome outcome = run("split-galaxy-4x4", {"mismatch"}, {"--on-failure=continue"});
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 9);
    for (const std::string field :
         {"the FIFO size is 1024 at rank 0 and 2048 at rank 1",
          "the FIFO size is 2048 at rank 1 and 1024 at rank 0",
          "the storage type is L1 at rank 0 and DRAM at rank 1", "the receiver core of connection 0"}) {
        CHECK(has(outcome.standard_error, field));
    }
}

TEST_CASE("sockets made in another order are told at both ends") {
    const ChildOutcome outcome = run("split-galaxy-4x4", {"order"}, {"--on-failure=continue"});
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 9);
    CHECK(has(outcome.standard_error, "must be made in the same order by both"));
}

TEST_CASE("a socket that one rank makes alone ends with the name of the other") {
    const ChildOutcome outcome = run("split-galaxy-4x4", {"alone"}, {"--env", "TT_RUN_SOCKET_TIMEOUT=1"});
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 9);
    CHECK(has(outcome.standard_error,
              "rank 1 did not make its end of the socket from rank 0 to rank 1 within 1000 ms"));
}

TEST_CASE("what one end cannot do the other hears at once") {
    const ChildOutcome outcome = run("split-galaxy-4x4", {"no-memory"}, {"--on-failure=continue"});
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 9);
    CHECK(has(outcome.standard_error, "rank 1 cannot make its end of the socket"));
    CHECK(has(outcome.standard_error, "Out of Memory"));
}

TEST_CASE("a third rank gets a null socket, which says so when it is used") {
    must_succeed(run("split-galaxy-4x2", {"null"}));
}

TEST_CASE("two ranks that both send first, more than a FIFO, are told of their deadlock") {
    const ChildOutcome outcome = run("split-galaxy-4x4", {"deadlock"});
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code != 0);
    CHECK(!outcome.timed_out);
    CHECK(has(outcome.standard_error, "deadlock"));
    CHECK(has(outcome.standard_error, "sending"));
    must_succeed(run("split-galaxy-4x4", {"no-deadlock"}));
}

TEST_CASE("tensors that differ are told at both ends") {
    for (const std::string& transport : kTransports) {
        const ChildOutcome outcome =
            run("split-galaxy-4x4", {"other-tensor"}, {"--on-failure=continue"}, transport);
        INFO(outcome.standard_error);
        CHECK(outcome.exit_code == 9);
        CHECK(has(outcome.standard_error, "the receiver's"));
    }
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
    command.arguments = {"tt-run",   "--emulate", "--rank-binding", "row.yaml",
                         "--report", "out",       kProgram,         "two-hops"};
    command.environment = test_environment();
    command.directory = d.path();
    must_succeed(run_child(command));
    const std::string sender = *tt_run::support::read_file(d.path() / "out" / "rank0.json");
    INFO(sender);
    CHECK(has(
        sender,
        R"("end": "sender", "sender_rank": 0, "receiver_rank": 2, "connection": 3, "from": "M0D3", "to": "M2D3", "transfers": 1, "bytes": 65536)"));
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
    const std::string receiver = *tt_run::support::read_file(d.path() / "out" / "rank2.json");
    CHECK(has(receiver, R"("end": "receiver")"));
}

TEST_CASE("a rank that dies leaves no other waiting") {
    for (const std::string& transport : kTransports) {
        const ChildOutcome outcome = run("split-galaxy-4x4", {"die"}, {}, transport);
        INFO(outcome.standard_error);
        CHECK(outcome.exit_code == 137);
        CHECK(has(outcome.standard_error, "rank 1"));
    }
}
