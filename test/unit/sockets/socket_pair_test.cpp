// Both ends of sockets in one process: two submeshes of an emulated Wormhole Galaxy.

#include <cstdlib>

#include <catch2/catch.hpp>

#include "sockets/transfer_plan.hpp"
#include "test/support/places.hpp"
#include "test/unit/device/random_tensor.hpp"
#include "tt_run/device/fabric.hpp"
#include "tt_run/device/warnings.hpp"
#include "tt_run/sockets/mesh_socket.hpp"

using namespace tt_run;
using namespace tt_run::device;
using namespace tt_run::sockets;

namespace {

const bool kEnvironment = [] {
    ::setenv("TT_RUN_EMULATE", "wh-galaxy", 1);
    ::setenv("TT_MESH_GRAPH_DESC_PATH",
             (test::source_directory() + "/configs/wh-galaxy/mgd.textproto").c_str(), 1);
    ::unsetenv("TT_VISIBLE_DEVICES");
    ::setenv("TT_RUN_CHIP_DRAM", "1G", 0);
    return true;
}();

/// The whole mesh, and two rows of it as meshes of their own.
struct TwoRows {
    explicit TwoRows(FabricConfig config = FabricConfig::mesh) {
        set_fabric_config(FabricConfig::disabled);
        set_fabric_config(config);
        whole = MeshDevice::create();
        sender = whole->create_submesh(MeshShape(1, 4), MeshCoordinate(0, 0));
        receiver = whole->create_submesh(MeshShape(1, 4), MeshCoordinate(3, 0));
    }
    ~TwoRows() {
        sender.reset();
        receiver.reset();
        whole->close();
    }
    std::shared_ptr<MeshDevice> whole;
    std::shared_ptr<MeshDevice> sender;
    std::shared_ptr<MeshDevice> receiver;
};

/// A connection for each of four devices.
SocketConfig four_connections(std::uint32_t fifo, BufferType type = BufferType::l1) {
    SocketConfig config;
    for (std::uint32_t k = 0; k < 4; ++k) {
        config.socket_connection_config.push_back(
            {{MeshCoordinate(0, k), {0, 0}}, {MeshCoordinate(0, k), {0, 1}}});
    }
    config.socket_mem_config = {type, fifo};
    return config;
}

SocketConfig one_connection(std::uint32_t fifo, BufferType type = BufferType::l1) {
    SocketConfig config = four_connections(fifo, type);
    config.socket_connection_config.resize(1);
    return config;
}

std::vector<std::vector<float>> shards(const Tensor& tensor) {
    std::vector<std::vector<float>> all;
    for (const Tensor& shard : get_device_tensors(from_device(tensor))) {
        all.push_back(shard.to_vector<float>());
    }
    return all;
}

/// `pages` row-major pages of so many bytes, with the same random bytes on every device.
Tensor bytes_on(test::RandomTensors& random, const std::shared_ptr<MeshDevice>& device, std::uint32_t page,
                std::uint32_t pages) {
    std::vector<std::uint8_t> values(std::size_t{page} * pages);
    for (std::uint8_t& value : values) {
        value = static_cast<std::uint8_t>(random.below(256));
    }
    return to_device(
        Tensor::from_vector<std::uint8_t>(values, {Shape({pages, page}), DataType::uint8, Layout::row_major}),
        device);
}

void pass_on(const Tensor& from, const Tensor& to, const std::pair<MeshSocket, MeshSocket>& ends,
             bool receive_first) {
    if (receive_first) {
        recv_async(to, ends.second);
        send_async(from, ends.first);
    } else {
        send_async(from, ends.first);
        recv_async(to, ends.second);
    }
    from.device()->synchronize();
    to.device()->synchronize();
}

/// What a receiver's FIFO has counted after transfers of these blocks: the protocol once more, from its text.
std::uint32_t counted(std::uint32_t fifo, std::uint32_t block, std::size_t blocks) {
    const std::uint32_t usable = fifo - fifo % block;
    const std::size_t rounds = blocks / (usable / block);
    return static_cast<std::uint32_t>(blocks * block + rounds * (fifo - usable));
}

}  // namespace

TEST_CASE("tensors of any kind come through equal") {
    REQUIRE(kEnvironment);
    test::RandomTensors random;
    INFO("seed " << random.seed());
    const TwoRows rows;
    for (const DataType type : {DataType::bfloat16, DataType::bfloat8_b}) {
        for (const std::uint32_t width : {4096U, 8192U}) {
            for (const BufferType tensor_memory : {BufferType::dram, BufferType::l1}) {
                for (const BufferType fifo_memory : {BufferType::dram, BufferType::l1}) {
                    const auto ends = MeshSocket::create_socket_pair(rows.sender, rows.receiver,
                                                                     four_connections(10240, fifo_memory));
                    const Shape shape({1, 1, width == 4096 ? 32U : 64U, width});
                    MemoryConfig memory;
                    memory.buffer_type = tensor_memory;
                    const Tensor from =
                        to_device(random.tensor(shape, type, Layout::tile), rows.sender, memory);
                    for (const bool receive_first : {true, false}) {
                        const Tensor to = allocate_tensor_on_device(from.spec(), rows.receiver);
                        pass_on(from, to, ends, receive_first);
                        CHECK(shards(to) == shards(from));
                    }
                }
            }
        }
    }
}

TEST_CASE("both ends count as the protocol says, whichever way the bytes went") {
    REQUIRE(kEnvironment);
    test::RandomTensors random;
    INFO("seed " << random.seed());
    const TwoRows rows;
    for (const auto& [fifo, page, pages] : std::vector<std::array<std::uint32_t, 3>>{{1024, 64, 16},
                                                                                     {1024, 64, 32},
                                                                                     {4096, 1088, 9},
                                                                                     {4096, 1088, 72},
                                                                                     {2048, 256, 16},
                                                                                     {512, 128, 128},
                                                                                     {1024, 128, 32}}) {
        INFO(fifo << " " << page << " " << pages);
        const auto ends = MeshSocket::create_socket_pair(rows.sender, rows.receiver, one_connection(fifo));
        const TransferPlan plan = plan_transfer(page, pages, 32, fifo);
        std::size_t blocks = 0;
        for (int use = 0; use < 50; ++use) {
            const Tensor from = bytes_on(random, rows.sender, page, pages);
            const Tensor to = allocate_tensor_on_device(from.spec(), rows.receiver);
            pass_on(from, to, ends, random.below(2) == 0);
            CHECK(shards(to)[0] == shards(from)[0]);
            blocks += plan.blocks;
            const SocketCounters wanted{counted(fifo, plan.block, blocks), counted(fifo, plan.block, blocks)};
            CHECK(ends.first.counters(0) == wanted);
            CHECK(ends.second.counters(0) == wanted);
        }
    }
}

TEST_CASE("page sizes may change from use to use") {
    REQUIRE(kEnvironment);
    test::RandomTensors random;
    INFO("seed " << random.seed());
    const TwoRows rows;
    const auto ends = MeshSocket::create_socket_pair(rows.sender, rows.receiver, one_connection(8192));
    for (int use = 0; use < 100; ++use) {
        const Tensor from = bytes_on(random, rows.sender, 32 * (1 + random.below(255)), 1 + random.below(20));
        const Tensor to = allocate_tensor_on_device(from.spec(), rows.receiver);
        pass_on(from, to, ends, random.below(2) == 0);
        REQUIRE(shards(to)[0] == shards(from)[0]);
        REQUIRE(ends.first.counters(0) == ends.second.counters(0));
    }
}

TEST_CASE("what fits the FIFO is sent without a receiver, what does not waits for one") {
    REQUIRE(kEnvironment);
    test::RandomTensors random;
    INFO("seed " << random.seed());
    const TwoRows rows;
    const auto ends = MeshSocket::create_socket_pair(rows.sender, rows.receiver, one_connection(8192));
    const Tensor fits = bytes_on(random, rows.sender, 1024, 8);
    send_async(fits, ends.first);
    rows.sender->synchronize();
    CHECK(ends.first.counters(0) == SocketCounters{8192, 0});
    const Tensor longer = bytes_on(random, rows.sender, 1024, 64);
    send_async(longer, ends.first);
    CHECK(ends.first.counters(0).bytes_sent == 8192);
    const Tensor first = allocate_tensor_on_device(fits.spec(), rows.receiver);
    const Tensor second = allocate_tensor_on_device(longer.spec(), rows.receiver);
    recv_async(first, ends.second);
    recv_async(second, ends.second);
    rows.receiver->synchronize();
    rows.sender->synchronize();
    CHECK(shards(first)[0] == shards(fits)[0]);
    CHECK(shards(second)[0] == shards(longer)[0]);
}

TEST_CASE("connections may cross, and one core may send to several") {
    REQUIRE(kEnvironment);
    test::RandomTensors random;
    INFO("seed " << random.seed());
    const TwoRows rows;
    SocketConfig crossed = four_connections(4096);
    for (std::uint32_t k = 0; k < 4; ++k) {
        crossed.socket_connection_config[k].receiver_core.device_coord = MeshCoordinate(0, 3 - k);
    }
    const auto ends = MeshSocket::create_socket_pair(rows.sender, rows.receiver, crossed);
    std::vector<Tensor> pieces;
    for (int k = 0; k < 4; ++k) {
        pieces.push_back(random.tensor(Shape({40, 64}), DataType::float32, Layout::row_major));
    }
    const Tensor from = to_device(from_host_shards(pieces, MeshShape(1, 4)), rows.sender);
    const Tensor to = allocate_tensor_on_device(from.spec(), rows.receiver);
    pass_on(from, to, ends, true);
    auto turned = shards(from);
    std::ranges::reverse(turned);
    CHECK(shards(to) == turned);

    SocketConfig fanned = four_connections(4096);
    for (SocketConnection& connection : fanned.socket_connection_config) {
        connection.sender_core = {MeshCoordinate(0, 2), {1, 1}};
    }
    const auto fan = MeshSocket::create_socket_pair(rows.sender, rows.receiver, fanned);
    const Tensor copies = allocate_tensor_on_device(from.spec(), rows.receiver);
    pass_on(from, copies, fan, false);
    for (const std::vector<float>& copy : shards(copies)) {
        CHECK(copy == shards(from)[2]);
    }
}

TEST_CASE("pages of a device with several connections are split among them") {
    REQUIRE(kEnvironment);
    test::RandomTensors random;
    INFO("seed " << random.seed());
    const TwoRows rows;
    SocketConfig config = one_connection(4096);
    config.socket_connection_config.clear();
    for (std::uint32_t k = 0; k < 4; ++k) {
        config.socket_connection_config.push_back(
            {{MeshCoordinate(0, 0), {k, 0}}, {MeshCoordinate(0, 0), {k, 2}}});
    }
    std::vector<std::string> warnings;
    set_warning_handler([&](const std::string& text) { warnings.push_back(text); });
    const auto ends = MeshSocket::create_socket_pair(rows.sender, rows.receiver, config);
    set_warning_handler(nullptr);
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].find("sends from 4 cores") != std::string::npos);
    const Tensor from = bytes_on(random, rows.sender, 2048, 10);
    const Tensor to = allocate_tensor_on_device(from.spec(), rows.receiver);
    pass_on(from, to, ends, false);
    CHECK(shards(to)[0] == shards(from)[0]);
    const std::vector<std::uint32_t> wanted{8192, 8192, 4096, 4096};  // 3, 3, 2, 2 pages in blocks of two
    for (std::size_t k = 0; k < 4; ++k) {
        CHECK(ends.first.counters(k).bytes_sent == wanted[k]);
    }
    config.socket_connection_config.push_back(
        {{MeshCoordinate(0, 0), {4, 0}}, {MeshCoordinate(0, 0), {4, 2}}});
    CHECK_THROWS_WITH(
        MeshSocket::create_socket_pair(rows.sender, rows.receiver, config),
        Catch::Contains("more connections from M0D0 to M0D12 than the 4 that their links carry"));
}

TEST_CASE("rules of a config are each told") {
    REQUIRE(kEnvironment);
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
    refused([](SocketConfig& config) { config.socket_mem_config.sender_sub_device = 3; }, "3");
}

TEST_CASE("rules of sending and receiving are each told") {
    REQUIRE(kEnvironment);
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
    REQUIRE(kEnvironment);
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
        CHECK_NOTHROW(MeshSocket::create_socket_pair(rows.sender, rows.receiver, four_connections(1024)));
        SocketConfig across = one_connection(1024);
        across.socket_connection_config[0].receiver_core.device_coord = MeshCoordinate(0, 2);
        CHECK_THROWS_WITH(MeshSocket::create_socket_pair(rows.sender, rows.receiver, across),
                          Catch::Contains("in one row or column"));
    }
}

TEST_CASE("memory that no socket names stays as it is") {
    REQUIRE(kEnvironment);
    test::RandomTensors random;
    INFO("seed " << random.seed());
    const TwoRows rows;
    const Tensor canary_before = bytes_on(random, rows.receiver, 1024, 64);
    const auto ends = MeshSocket::create_socket_pair(rows.sender, rows.receiver, four_connections(4096));
    const Tensor canary_after = bytes_on(random, rows.receiver, 1024, 64);
    const auto before = shards(canary_before);
    const auto after = shards(canary_after);
    for (int use = 0; use < 30; ++use) {
        const Tensor from = bytes_on(random, rows.sender, 32 * (1 + random.below(100)), 1 + random.below(50));
        const Tensor to = allocate_tensor_on_device(from.spec(), rows.receiver);
        pass_on(from, to, ends, random.below(2) == 0);
        CHECK(shards(to) == shards(from));
    }
    CHECK(shards(canary_before) == before);
    CHECK(shards(canary_after) == after);
}

TEST_CASE("what is left in a FIFO when its socket goes is told") {
    REQUIRE(kEnvironment);
    test::RandomTensors random;
    const TwoRows rows;
    std::vector<std::string> warnings;
    set_warning_handler([&](const std::string& text) { warnings.push_back(text); });
    {
        const auto ends = MeshSocket::create_socket_pair(rows.sender, rows.receiver, one_connection(4096));
        send_async(bytes_on(random, rows.sender, 1024, 3), ends.first);
        rows.sender->synchronize();
    }
    set_warning_handler(nullptr);
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].find("4096 bytes of connection 0 were sent and never received") != std::string::npos);
}
