// Sockets between ranks: what goes wrong, who is told what, and that nobody hangs.

#include <catch2/catch.hpp>

#include "support/file.hpp"
#include "test/runtime/socket_run.hpp"
#include "test/support/places.hpp"
#include "test/support/temporary_directory.hpp"

using namespace tt_run::test;

TEST_CASE("ends that differ are told at both, with every field", "[fault][fault-socket-ends-differ]") {
    const ChildOutcome outcome =
        run_sockets("mismatch", {.config = "split-galaxy-4x4", .options = {"--on-failure=continue"}});
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 9);
    for (const std::string field :
         {"the FIFO size is 1024 at rank 0 and 2048 at rank 1",
          "the FIFO size is 2048 at rank 1 and 1024 at rank 0",
          "the storage type is L1 at rank 0 and DRAM at rank 1", "the receiver core of connection 0"}) {
        CHECK(has(outcome.standard_error, field));
    }
}

TEST_CASE("sockets made in another order are told at both ends", "[fault][fault-socket-order]") {
    const ChildOutcome outcome =
        run_sockets("order", {.config = "split-galaxy-4x4", .options = {"--on-failure=continue"}});
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 9);
    CHECK(has(outcome.standard_error, "must be made in the same order by both"));
}

TEST_CASE("a socket that one rank makes alone ends with the name of the other",
          "[fault][fault-socket-alone]") {
    const ChildOutcome outcome =
        run_sockets("alone", {.config = "split-galaxy-4x4", .options = {"--env", "TT_RUN_SOCKET_TIMEOUT=1"}});
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 9);
    CHECK(has(outcome.standard_error,
              "rank 1 did not make its end of the socket from rank 0 to rank 1 within 1000 ms"));
}

TEST_CASE("what one end cannot do the other hears at once", "[fault][fault-socket-no-memory]") {
    const ChildOutcome outcome =
        run_sockets("no-memory", {.config = "split-galaxy-4x4", .options = {"--on-failure=continue"}});
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 9);
    CHECK(has(outcome.standard_error, "rank 1 cannot make its end of the socket"));
    CHECK(has(outcome.standard_error, "Out of Memory"));
}

TEST_CASE("two ranks that both send first, more than a FIFO, are told of their deadlock with both ends",
          "[fault][fault-socket-deadlock]") {
    for (const std::string& transport : kTransports) {
        INFO(transport);
        const ChildOutcome outcome = run_sockets("deadlock", {.transport = transport});
        INFO(outcome.standard_error);
        CHECK(outcome.exit_code == 124);
        CHECK(has(outcome.standard_error, "tt-run: deadlock: these ranks wait for each other: 0 -> 1 -> 0"));
        for (const std::string end :
             {"rank 0 waits in socket 0 from rank 0 to rank 1, sending end connection 0, M0D0 to M1D0, made "
              "at "
              "runtime/socket_mishaps.cpp:",
              "rank 1 waits in socket 1 from rank 1 to rank 0, sending end connection 0, M1D0 to M0D0, made "
              "at "
              "runtime/socket_mishaps.cpp:",
              "send_async at runtime/socket_program.cpp:",
              "backed-up: sent 4096, acked 0, FIFO 4096) for room in the FIFO", "like 15 more connections"}) {
            CHECK(has(outcome.standard_error, end));
        }
        must_succeed(run_sockets("no-deadlock", {.transport = transport}));
    }
}

TEST_CASE("a deadlock is found without tt-run too, by rank 0", "[fault][fault-deadlock-by-hand]") {
    const std::string mgd = tt_run::test::source_directory() + "/configs/split-galaxy-4x4/mgd.textproto";
    const std::vector<std::string> by_hand{"mpiexec.hydra",
                                           "-genv",
                                           "TT_RUN_EMULATE",
                                           "1",
                                           "-genv",
                                           "TT_MESH_GRAPH_DESC_PATH",
                                           mgd,
                                           "-n",
                                           "2",
                                           "sh",
                                           "-c",
                                           "TT_MESH_ID=$PMI_RANK exec \"$@\"",
                                           "sh"};
    for (const std::string& transport : kTransports) {
        INFO(transport);
        const ChildOutcome outcome = run_sockets("deadlock", {.transport = transport, .launcher = by_hand});
        INFO(outcome.standard_error);
        CHECK(!outcome.timed_out);
        CHECK(outcome.exit_code != 0);
        CHECK(has(outcome.standard_error, "tt-run: deadlock: these ranks wait for each other: 0 -> 1 -> 0"));
        CHECK(has(outcome.standard_error, "backed-up: sent 4096, acked 0"));
    }
    const ChildOutcome barrier = run_sockets("one-barrier-more", {.launcher = by_hand});
    INFO(barrier.standard_error);
    CHECK(!barrier.timed_out);
    CHECK(has(barrier.standard_error, "waits in barrier of 2 ranks at runtime/socket_mishaps.cpp:"));
    CHECK(has(barrier.standard_error, "rank 1, which has ended,"));
}

TEST_CASE("a process that waits for itself is told so, with tt-run and without", "[fault][fault-self-wait]") {
    const ChildOutcome under = run_sockets("pair-without-receiver", {.config = "t3k"});
    INFO(under.standard_error);
    CHECK(under.exit_code == 124);
    CHECK(has(under.standard_error, "these ranks wait for each other: 0 -> 0"));
    const ChildOutcome alone = run_sockets(
        "pair-without-receiver",
        {.launcher = {"env", "TT_RUN_EMULATE=t3k",
                      "TT_MESH_GRAPH_DESC_PATH=" + source_directory() + "/configs/t3k/mgd.textproto"}});
    INFO(alone.standard_error);
    CHECK(alone.exit_code == 124);
    CHECK(has(alone.standard_error, "these ranks wait for each other: 0 -> 0"));
}

TEST_CASE("TT_RUN_DEADLOCK decides what becomes of a deadlock") {
    const ChildOutcome reported =
        run_sockets("deadlock", {.options = {"--env", "TT_RUN_DEADLOCK=report", "--idle-timeout", "6s"}});
    INFO(reported.standard_error);
    CHECK(reported.exit_code == 124);
    CHECK(has(reported.standard_error, "tt-run: deadlock: these ranks wait"));
    CHECK(has(reported.standard_error, "--idle-timeout"));
    const ChildOutcome off =
        run_sockets("deadlock", {.options = {"--env", "TT_RUN_DEADLOCK=off", "--idle-timeout", "6s"}});
    INFO(off.standard_error);
    CHECK(off.exit_code == 124);
    CHECK(!has(off.standard_error, "deadlock:"));
    const ChildOutcome wrong = run_sockets("deadlock", {.options = {"--env", "TT_RUN_DEADLOCK=maybe"}});
    CHECK(wrong.exit_code == 9);
    CHECK(has(wrong.standard_error, "TT_RUN_DEADLOCK is `maybe`, but must be abort, report or off"));
}

TEST_CASE("a ring of receivers is told as a ring", "[fault][fault-receivers-ring]") {
    const ChildOutcome outcome = run_sockets("all-receive-first", {.config = "split-galaxy-4x2"});
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 124);
    CHECK(has(outcome.standard_error, "these ranks wait for each other: 0 -> 3 -> 2 -> 1 -> 0"));
    CHECK(has(outcome.standard_error, "starved: sent 0, acked 0, FIFO 4096) for data"));
    CHECK(has(outcome.standard_error, "recv_async at runtime/socket_program.cpp:"));
}

TEST_CASE("barriers that do not match are told, each rank's wait with its place",
          "[fault][fault-barrier-mismatch]") {
    const ChildOutcome mixed = run_sockets("barrier-and-receive");
    INFO(mixed.standard_error);
    CHECK(mixed.exit_code == 124);
    CHECK(has(mixed.standard_error, "rank 0 waits in barrier of 2 ranks at runtime/socket_mishaps.cpp:"));
    CHECK(has(mixed.standard_error, "rank 1 waits in socket 0 from rank 0 to rank 1, receiving end"));
    const ChildOutcome more = run_sockets("one-barrier-more");
    INFO(more.standard_error);
    CHECK(more.exit_code == 124);
    CHECK(has(more.standard_error, "ranks wait for one that has ended: 0 -> gone"));
}

TEST_CASE("who still receives when its peer goes is told", "[fault][fault-peer-leaves]") {
    for (const std::string& transport : kTransports) {
        INFO(transport);
        const ChildOutcome closed = run_sockets("close-early", {.transport = transport});
        INFO(closed.standard_error);
        CHECK(closed.exit_code == 9);
        CHECK(has(closed.standard_error, "rank 0 has closed its end while 1 of 1 blocks were still to come"));
        const ChildOutcome left = run_sockets("leave-early", {.transport = transport});
        INFO(left.standard_error);
        CHECK(left.exit_code == 124);
        CHECK(has(left.standard_error, "for rank 0, which has ended,"));
    }
}

TEST_CASE("a ring of ranks that each make their receiving end first ends with the names of the others",
          "[fault][fault-handshake-ring]") {
    const ChildOutcome outcome =
        run_sockets("all-make-receiver-first",
                    {.config = "split-galaxy-4x2",
                     .options = {"--env", "TT_RUN_SOCKET_TIMEOUT=1", "--on-failure=continue"}});
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 9);
    CHECK(has(outcome.standard_error, "sockets of the same two ranks in the same order"));
}

TEST_CASE("a fabric that does not join two meshes is told at both ends", "[fault][fault-wrong-fabric]") {
    const ChildOutcome line = run_sockets("line-across", {.options = {"--on-failure=continue"}});
    INFO(line.standard_error);
    CHECK(line.exit_code == 9);
    CHECK(has(line.standard_error,
              "a socket under FABRIC_1D must have both ends in one mesh, but M0D0 and M1D0 are in two"));
}

TEST_CASE("meshes that nothing joins have no socket", "[fault][fault-no-way]") {
    const TemporaryDirectory d;
    d.write(
        "apart.textproto",
        "mesh_descriptors { name: \"M\" arch: WORMHOLE_B0 device_topology { dims: [ 2, 2 ] } host_topology { "
        "dims: [ 1, 1 ] } channels { count: 2 } }\n"
        "graph_descriptors { name: \"G\" type: \"FABRIC\"\n"
        "instances { mesh { mesh_descriptor: \"M\" mesh_id: 0 } }\n"
        "instances { mesh { mesh_descriptor: \"M\" mesh_id: 1 } } }\n"
        "top_level_instance { graph { graph_descriptor: \"G\" graph_id: 0 } }\n");
    d.write("apart.yaml",
            "mesh_graph_desc_path: apart.textproto\nrank_bindings:\n  - {rank: 0, mesh_id: 0}\n"
            "  - {rank: 1, mesh_id: 1}\n");
    ChildCommand command;
    command.arguments = {"tt-run",         "--emulate",  "--on-failure=continue",
                         "--rank-binding", "apart.yaml", tt_run::test::binary_directory() + "/socket_program",
                         "make-one"};
    command.environment = test_environment();
    command.directory = d.path();
    const ChildOutcome outcome = run_child(command);
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 9);
    CHECK(has(outcome.standard_error, "no way from M0D0 to M1D0"));
}

TEST_CASE("faults act on sockets: cut cables, slow and dropping ones, and a rank that crashes",
          "[fault][fault-cable-and-crash]") {
    // way.
    const auto with = [](const std::string& faults, const std::string& program, SocketRun how) {
        how.options.insert(how.options.end(), {"--env", "TT_RUN_FAULTS=" + faults});
        return run_sockets(program, how);
    };
    const ChildOutcome crash = with("rank:1=crash:2", "both", {.config = "split-galaxy-4x2"});
    INFO(crash.standard_error);
    CHECK(crash.exit_code == 137);
    CHECK(has(crash.standard_error, "rank 1"));
    const ChildOutcome wrong = with("rank:1=sleep", "both", {.config = "split-galaxy-4x2"});
    CHECK(wrong.exit_code == 9);
    CHECK(has(wrong.standard_error, "`rank:1=sleep` in TT_RUN_FAULTS is no fault of a rank"));
    const ChildOutcome down = with("M0:0~M0:1=down", "make-one", {});
    INFO(down.standard_error);
    CHECK(down.exit_code == 9);
    CHECK(has(down.standard_error, "M0:0"));
}

TEST_CASE("slow and dropping cables lengthen the modelled time of a report, by their share",
          "[fault][fault-slow-cable]") {
    const auto reported = [](const std::string& faults) {
        const TemporaryDirectory d;
        ChildCommand command;
        command.arguments = {"tt-run",
                             "--emulate",
                             "--report",
                             "out",
                             "--env",
                             "TT_RUN_FAULTS=" + faults,
                             "--rank-binding",
                             source_directory() + "/configs/split-galaxy-4x4/rank_bindings.yaml",
                             binary_directory() + "/socket_program",
                             "no-deadlock"};
        command.environment = test_environment();
        command.directory = d.path();
        must_succeed(run_child(command));
        return *tt_run::support::read_file(d.path() / "out" / "rank0.json");
    };
    const std::string carried = R"("to": "M1:1", "link": "mesh-0-host-0/1/1/12~mesh-1-host-0/1/1/12", )"
                                R"("payload_bytes": 49152, "packets": 12, "modelled_us": )";
    for (const auto& [faults, modelled] :
         {std::pair("", "5.120}"), std::pair("M0:1~M1:1=slow:0.5", "10.240}"),
          std::pair("M0:1~M1:1=drop:0.2", "6.400}")}) {
        const std::string text = reported(faults);
        INFO(text);
        CHECK(has(text, carried + modelled));
    }
}

TEST_CASE("tensors that differ are told at both ends", "[fault][fault-tensors-differ]") {
    for (const std::string& transport : kTransports) {
        const ChildOutcome outcome = run_sockets(
            "other-tensor",
            {.config = "split-galaxy-4x4", .options = {"--on-failure=continue"}, .transport = transport});
        INFO(outcome.standard_error);
        CHECK(outcome.exit_code == 9);
        CHECK(has(outcome.standard_error, "the receiver's"));
    }
}

TEST_CASE("a rank that dies leaves no other waiting", "[fault][fault-socket-rank-dies]") {
    for (const std::string& transport : kTransports) {
        const ChildOutcome outcome =
            run_sockets("die", {.config = "split-galaxy-4x4", .transport = transport});
        INFO(outcome.standard_error);
        CHECK(outcome.exit_code == 137);
        CHECK(has(outcome.standard_error, "rank 1"));
    }
}
