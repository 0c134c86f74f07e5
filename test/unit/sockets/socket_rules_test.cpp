// Each rule of sockets (V1 to V23 in the reference's numbering), broken once, and what is said of it. What
// needs two ranks is in test/runtime/sockets_test.cpp, what two ends tell each other in
// socket_descriptor_test.cpp.

#include <catch2/catch.hpp>

#include "test/unit/sockets/socket_fixture.hpp"
#include "tt_run/device/warnings.hpp"

using namespace tt_run;
using namespace tt_run::device;
using namespace tt_run::sockets;
using test::bytes_on;
using test::four_connections;
using test::one_connection;
using test::TwoRows;

TEST_CASE("rules of a config are each told") {
    const TwoRows rows;
    const auto refused = [&](const auto& change, const std::string& text) {
        SocketConfig config = four_connections(1024);
        change(config);
        CHECK_THROWS_WITH(MeshSocket::create_socket_pair(rows.sender, rows.receiver, config),
                          Catch::Contains(text));
    };
    refused([](SocketConfig& config) { config.socket_connection_config.clear(); }, "at least one connection");
    refused([](SocketConfig& config) { config.socket_mem_config.fifo_size = 0; }, "FIFO size is 0");
    refused([](SocketConfig& config) { config.socket_mem_config.fifo_size = 1000; }, "multiple of 16 bytes");
    refused([](SocketConfig& config) { config.socket_mem_config.socket_storage_type = BufferType::trace; },
            "in L1 or DRAM");
    refused(
        [](SocketConfig& config) {
            config.socket_connection_config[1].receiver_core =
                config.socket_connection_config[0].receiver_core;
        },
        "a receiver core has one sender");
    refused(
        [](SocketConfig& config) {
            config.socket_connection_config[2].sender_core.core_coord = {8, 0};
        },
        "outside the compute grid of 8 x 9");
    refused(
        [](SocketConfig& config) {
            config.socket_connection_config[2].sender_core.device_coord = MeshCoordinate(1, 0);
        },
        "outside the mesh device's MeshShape([1, 4])");
    refused([](SocketConfig& config) { config.socket_mem_config.fifo_size = 1U << 30U; }, "Out of Memory");
    refused([](SocketConfig& config) { config.socket_mem_config.sender_sub_device = 3; },
            "there is no sub-device 3");
}

TEST_CASE("rules of sending and receiving are each told") {
    test::RandomTensors random;
    const TwoRows rows;
    const auto ends = MeshSocket::create_socket_pair(rows.sender, rows.receiver, four_connections(2048));
    const Tensor host = random.tensor(Shape({32, 32}), DataType::float32, Layout::tile);
    const Tensor tile = to_device(host, rows.sender);
    CHECK_THROWS_WITH(send_async(tile, ends.first),
                      Catch::Contains("4096 bytes, more than the socket's FIFO of 2048"));
    CHECK_THROWS_WITH(recv_async(tile, ends.first), Catch::Contains("recv_async needs the receiver end"));
    CHECK_THROWS_WITH(send_async(tile, ends.second), Catch::Contains("send_async needs the sender end"));
    CHECK_THROWS_WITH(send_async(host, ends.first), Catch::Contains("a tensor on a device"));
    CHECK_THROWS_WITH(ends.first.get_data_buffer(), Catch::Contains("no data buffer"));
    Tensor gone = bytes_on(random, rows.sender, 64, 1);
    gone.deallocate();
    CHECK_THROWS_WITH(send_async(gone, ends.first), Catch::Contains("deallocated"));

    const Tensor from = bytes_on(random, rows.sender, 64, 4);
    const Tensor more =
        allocate_tensor_on_device({Shape({5, 64}), DataType::uint8, Layout::row_major}, rows.receiver);
    send_async(from, ends.first);
    recv_async(more, ends.second);
    CHECK_THROWS_WITH(rows.receiver->synchronize(),
                      Catch::Contains("has 4 pages for this connection, the receiver's 5"));
}

TEST_CASE("the fabric says who may be joined") {
    {
        const TwoRows rows(FabricConfig::disabled);
        CHECK_THROWS_WITH(MeshSocket::create_socket_pair(rows.sender, rows.receiver, four_connections(1024)),
                          Catch::Contains("the fabric is DISABLED"));
        SocketConfig own = one_connection(1024);
        const auto ends = MeshSocket::create_socket_pair(rows.sender, rows.sender, own);
        CHECK(ends.first.get_fabric_node_id(SocketEndpoint::receiver, MeshCoordinate(0, 0)).text() == "M0D0");
    }
    {
        const TwoRows rows(FabricConfig::neighbor_exchange);
        CHECK_THROWS_WITH(MeshSocket::create_socket_pair(rows.sender, rows.receiver, four_connections(1024)),
                          Catch::Contains("not supported under fabric config FABRIC_1D_NEIGHBOR_EXCHANGE"));
    }
    {
        const TwoRows rows(FabricConfig::line);
        // Made, for it is one column; but not used, for the two are no neighbours.
        const auto ends = MeshSocket::create_socket_pair(rows.sender, rows.receiver, four_connections(1024));
        const Tensor tensor =
            allocate_tensor_on_device({Shape({4, 64}), DataType::uint8, Layout::row_major}, rows.sender);
        CHECK_THROWS_WITH(send_async(tensor, ends.first),
                          Catch::Contains("no forwarding direction from M0D0 to M0D12"));
        SocketConfig beside = one_connection(1024);
        beside.socket_connection_config[0].receiver_core.device_coord = MeshCoordinate(0, 1);
        const auto neighbours = MeshSocket::create_socket_pair(rows.sender, rows.sender, beside);
        CHECK_NOTHROW(send_async(tensor, neighbours.first));
        SocketConfig across = one_connection(1024);
        across.socket_connection_config[0].receiver_core.device_coord = MeshCoordinate(0, 2);
        CHECK_THROWS_WITH(MeshSocket::create_socket_pair(rows.sender, rows.receiver, across),
                          Catch::Contains("in one row or column"));
    }
}

TEST_CASE("rules of a socket between ranks are each told") {
    const TwoRows rows;
    const auto refused = [&](const auto& change, const std::string& text) {
        SocketConfig config = four_connections(1024);
        config.receiver_rank = distributed::Rank{1};
        change(config);
        CHECK_THROWS_WITH(MeshSocket(rows.sender, config), Catch::Contains(text));
    };
    refused([](SocketConfig& config) { config.receiver_rank = distributed::Rank{0}; },
            "a socket joins two ranks, but rank 0 is at both ends");
    refused([](SocketConfig&) {}, "a socket names rank 1, but its context has ranks 0 to 0");
    refused([](SocketConfig& config) { config.sender_rank = distributed::Rank{-1}; },
            "a socket names rank -1");
    refused([](SocketConfig& config) { config.sender_mesh_id = 0; },
            "a socket between meshes names both, the sender's and the receiver's");
    refused([](SocketConfig& config) { config.receiver_mesh_id = 0; },
            "a socket between meshes names both, the sender's and the receiver's");
    refused([](SocketConfig& config) { config.sender_mesh_id = config.receiver_mesh_id = 0; },
            "a socket joins two meshes, but mesh 0 is at both ends");
    refused(
        [](SocketConfig& config) {
            config.sender_mesh_id = 0;
            config.receiver_mesh_id = 4;
        },
        "a socket names mesh 4, which this job does not have");
    refused([](SocketConfig& config) { config.socket_connection_config.clear(); }, "at least one connection");
    CHECK_THROWS_WITH(MeshSocket(nullptr, four_connections(1024)),
                      Catch::Contains("a socket needs an open mesh device"));
}

TEST_CASE("rules of direct transfers are each told") {
    test::RandomTensors random;
    const TwoRows rows;
    const Tensor from = bytes_on(random, rows.sender, 64, 4);
    const Tensor to = allocate_tensor_on_device(from.spec(), rows.receiver);
    {
        const auto ends = MeshSocket::create_socket_pair(rows.sender, rows.receiver,
                                                         one_connection(1024, BufferType::dram));
        CHECK_THROWS_WITH(send_direct_async(from, ends.first),
                          Catch::Contains("send_direct_async needs a socket whose FIFO is in L1"));
    }
    {
        const auto ends = MeshSocket::create_socket_pair(rows.sender, rows.receiver, one_connection(48));
        CHECK_THROWS_WITH(recv_direct_async(to, ends.second),
                          Catch::Contains("a page for the two ends to agree takes 64 bytes, more than the "
                                          "socket's FIFO of 48"));
        CHECK_THROWS_WITH(send_direct_async(from, ends.second),
                          Catch::Contains("send_direct_async needs the sender end"));
    }
    {
        const auto ends = MeshSocket::create_socket_pair(rows.sender, rows.receiver, one_connection(1024));
        send_direct_async(from, ends.first);
        recv_async(to, ends.second);
        CHECK_THROWS_WITH(rows.receiver->synchronize(),
                          Catch::Contains("the sender uses send_direct_async, the receiver recv_async"));
        CHECK_THROWS_WITH(rows.sender->synchronize(), Catch::Contains("does not receive what is sent"));
    }
    {
        const auto ends = MeshSocket::create_socket_pair(rows.sender, rows.receiver, one_connection(1024));
        send_async(from, ends.first);
        recv_direct_async(to, ends.second);
        CHECK_THROWS_WITH(rows.receiver->synchronize(),
                          Catch::Contains("the sender uses send_async, the receiver recv_direct_async"));
    }
}

TEST_CASE("a tensor none of whose devices a connection names is refused") {
    test::RandomTensors random;
    const TwoRows rows;
    SocketConfig config = one_connection(1024);
    const auto ends = MeshSocket::create_socket_pair(rows.sender, rows.receiver, config);
    const std::vector<Tensor> parts = get_device_tensors(bytes_on(random, rows.sender, 64, 4));
    CHECK_NOTHROW(send_async(parts[0], ends.first));
    CHECK_THROWS_WITH(send_async(parts[1], ends.first),
                      Catch::Contains("no connection of the socket is on a device of the tensor"));
}

TEST_CASE("a socket on sub-devices keeps to their cores, and they to it") {
    const TwoRows rows;
    const CoreRangeSet first{{CoreRange({0, 0}, {3, 0})}};
    const CoreRangeSet second{{CoreRange({0, 1}, {3, 1})}};
    const SubDeviceManagerId manager = rows.whole->create_sub_device_manager({{first}, {second}});
    rows.whole->load_sub_device_manager(manager);
    SocketConfig config;
    config.socket_connection_config = {{{MeshCoordinate(0, 0), {0, 0}}, {MeshCoordinate(1, 0), {0, 1}}}};
    config.socket_mem_config = {BufferType::l1, 1024, 0, 1};
    SocketConfig outside = config;
    outside.socket_connection_config[0].sender_core.core_coord = {0, 1};
    CHECK_THROWS_WITH(MeshSocket::create_socket_pair(rows.whole, rows.whole, outside),
                      Catch::Contains("the sender core (0, 1) of connection 0 is not in sub-device 0"));
    outside = config;
    outside.socket_connection_config[0].receiver_core.core_coord = {3, 0};
    CHECK_THROWS_WITH(MeshSocket::create_socket_pair(rows.whole, rows.whole, outside),
                      Catch::Contains("the receiver core (3, 0) of connection 0 is not in sub-device 1"));
    {
        const auto ends = MeshSocket::create_socket_pair(rows.whole, rows.whole, config);
        SocketConfig turned = config;
        turned.socket_connection_config[0] = {{MeshCoordinate(0, 0), {0, 1}}, {MeshCoordinate(1, 0), {0, 0}}};
        turned.socket_mem_config = {BufferType::l1, 1024, 1, 0};
        const auto other = MeshSocket::create_socket_pair(rows.whole, rows.whole, turned);
        // Sub-devices are filled alike: what is first on one stands where what is first on the other does.
        CHECK(ends.first.get_config_buffer_address() + ends.second.get_config_buffer_address() > 0);
        CHECK_THROWS(rows.whole->clear_loaded_sub_device_manager());
    }
    CHECK_NOTHROW(rows.whole->clear_loaded_sub_device_manager());
}
