// Both ends of sockets in one process: two submeshes of an emulated Wormhole Galaxy.

#include <catch2/catch.hpp>

#include "sockets/transfer_plan.hpp"
#include "test/unit/sockets/fifo_model.hpp"
#include "test/unit/sockets/socket_fixture.hpp"
#include "tt_run/device/warnings.hpp"

using namespace tt_run;
using namespace tt_run::device;
using namespace tt_run::sockets;
using test::bytes_on;
using test::four_connections;
using test::one_connection;
using test::pass_on;
using test::shards;
using test::TwoRows;

TEST_CASE("tensors of any kind come through equal") {
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
        test::FifoModel model(fifo);
        model.begin(plan.block);
        for (int use = 0; use < 50; ++use) {
            const Tensor from = bytes_on(random, rows.sender, page, pages);
            const Tensor to = allocate_tensor_on_device(from.spec(), rows.receiver);
            pass_on(from, to, ends, random.below(2) == 0);
            CHECK(shards(to)[0] == shards(from)[0]);
            for (std::size_t block = 0; block < plan.blocks; ++block) {
                model.pass_page();
            }
            const SocketCounters wanted{model.count(), model.count()};
            CHECK(ends.first.counters(0) == wanted);
            CHECK(ends.second.counters(0) == wanted);
        }
    }
}

TEST_CASE("page sizes may change from use to use") {
    test::RandomTensors random;
    INFO("seed " << random.seed());
    const TwoRows rows;
    const auto ends = MeshSocket::create_socket_pair(rows.sender, rows.receiver, one_connection(8192));
    test::FifoModel model(8192);
    for (int use = 0; use < 100; ++use) {
        const Tensor from = bytes_on(random, rows.sender, 32 * (1 + random.below(255)), 1 + random.below(20));
        const Tensor to = allocate_tensor_on_device(from.spec(), rows.receiver);
        pass_on(from, to, ends, random.below(2) == 0);
        REQUIRE(shards(to)[0] == shards(from)[0]);
        const TransferPlan plan =
            plan_transfer(from.buffer()->aligned_page_size(), from.buffer()->num_pages(), 32, 8192);
        model.begin(plan.block);
        for (std::size_t block = 0; block < plan.blocks; ++block) {
            model.pass_page();
        }
        REQUIRE(ends.first.counters(0) == SocketCounters{model.count(), model.count()});
        REQUIRE(ends.second.counters(0) == ends.first.counters(0));
    }
}

TEST_CASE("what fits the FIFO is sent without a receiver, what does not waits for one") {
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

TEST_CASE("memory that no socket names stays as it is") {
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

TEST_CASE("the FIFO counts by packets of the size that routers are told") {
    test::RandomTensors random;
    INFO("seed " << random.seed());
    for (const std::uint32_t payload : {1024U, 2048U, 8704U}) {
        const TwoRows rows(fabric::FabricConfig::mesh, {payload});
        CHECK(get_tt_fabric_max_payload_size_bytes() == payload);
        const auto ends = MeshSocket::create_socket_pair(rows.sender, rows.receiver, one_connection(17408));
        const Tensor from = bytes_on(random, rows.sender, 512, 9);
        const Tensor to = allocate_tensor_on_device(from.spec(), rows.receiver);
        pass_on(from, to, ends, false);
        CHECK(shards(to).front() == shards(from).front());
        // 9 pages in blocks of so many; the last takes a whole one.
        CHECK(ends.second.counters(0).bytes_acked == (9 * 512 + payload - 1) / payload * payload);
        CHECK_THROWS_WITH(set_fabric_router_config({}), Catch::Contains("before any device is opened"));
    }
    for (const std::uint32_t payload : {0U, 100U}) {
        CHECK_THROWS_WITH(set_fabric_router_config({payload}), Catch::Contains("a multiple of 16 bytes"));
    }
    set_fabric_config(fabric::FabricConfig::disabled);
    CHECK(get_fabric_router_config() == FabricRouterConfig{});
}

TEST_CASE("what is left in a FIFO when its socket goes is told") {
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

TEST_CASE("a long send returns before the transfer has ended") {
    const TwoRows rows;
    constexpr std::uint32_t kPages = 65536;  // of 4 KiB: 256 MiB
    const TensorSpec spec(Shape({kPages, 4096}), DataType::uint8, Layout::row_major);
    const auto ends = MeshSocket::create_socket_pair(rows.sender, rows.receiver, one_connection(65536));
    const Tensor from = allocate_tensor_on_device(spec, rows.sender);
    const Tensor to = allocate_tensor_on_device(spec, rows.receiver);
    rows.whole->synchronize();
    send_async(from, ends.first);
    // Nobody receives yet, so it cannot have ended; and the FIFO's counts say so.
    CHECK(ends.first.counters(0).bytes_sent <= 65536);
    recv_async(to, ends.second);
    rows.sender->synchronize();
    rows.receiver->synchronize();
    CHECK(ends.second.counters(0).bytes_acked == kPages * 4096);
}

TEST_CASE("counts go on past 2^32") {
    test::RandomTensors random;
    INFO("seed " << random.seed());
    const TwoRows rows;
    const auto ends = MeshSocket::create_socket_pair(rows.sender, rows.receiver, one_connection(65536));
    const TensorSpec spec(Shape({16384, 4096}), DataType::uint8, Layout::row_major);  // 64 MiB
    const Tensor from = allocate_tensor_on_device(spec, rows.sender);
    const Tensor to = allocate_tensor_on_device(spec, rows.receiver);
    for (int use = 0; use < 64; ++use) {
        pass_on(from, to, ends, true);
    }
    CHECK(ends.first.counters(0) == SocketCounters{0, 0});  // 64 x 64 MiB
    const Tensor last = bytes_on(random, rows.sender, 4096, 40);
    const Tensor received = allocate_tensor_on_device(last.spec(), rows.receiver);
    pass_on(last, received, ends, false);
    CHECK(shards(received)[0] == shards(last)[0]);
    CHECK(ends.second.counters(0) == SocketCounters{40 * 4096, 40 * 4096});
}

TEST_CASE("a direct transfer goes past the FIFO, which two short pages go through") {
    test::RandomTensors random;
    INFO("seed " << random.seed());
    const TwoRows rows;
    const auto ends = MeshSocket::create_socket_pair(rows.sender, rows.receiver, four_connections(128));
    std::uint32_t count = 0;
    for (int use = 0; use < 20; ++use) {
        const Tensor from = bytes_on(random, rows.sender, 32 * (1 + random.below(300)), 1 + random.below(40));
        const Tensor to = allocate_tensor_on_device(from.spec(), rows.receiver);
        if (random.below(2) == 0) {
            send_direct_async(from, ends.first);
            recv_direct_async(to, ends.second);
        } else {
            recv_direct_async(to, ends.second);
            send_direct_async(from, ends.first);
        }
        rows.sender->synchronize();
        rows.receiver->synchronize();
        CHECK(shards(to) == shards(from));
        count += 2 * 64;
        for (std::size_t k = 0; k < 4; ++k) {
            CHECK(ends.first.counters(k) == SocketCounters{count, count});
            CHECK(ends.second.counters(k) == SocketCounters{count, count});
        }
    }
    // And the way through the FIFO still works.
    const Tensor from = bytes_on(random, rows.sender, 64, 9);
    const Tensor to = allocate_tensor_on_device(from.spec(), rows.receiver);
    pass_on(from, to, ends, false);
    CHECK(shards(to) == shards(from));
}

TEST_CASE("a direct transfer from one core to several devices reaches each") {
    test::RandomTensors random;
    INFO("seed " << random.seed());
    const TwoRows rows;
    SocketConfig fanned = four_connections(128);
    for (SocketConnection& connection : fanned.socket_connection_config) {
        connection.sender_core = {MeshCoordinate(0, 2), {1, 1}};
    }
    const auto ends = MeshSocket::create_socket_pair(rows.sender, rows.receiver, fanned);
    const Tensor from = bytes_on(random, rows.sender, 4096, 10);
    const Tensor to = allocate_tensor_on_device(from.spec(), rows.receiver);
    send_direct_async(from, ends.first);
    recv_direct_async(to, ends.second);
    rows.receiver->synchronize();
    rows.sender->synchronize();
    for (const std::vector<float>& copy : shards(to)) {
        CHECK(copy == shards(from)[2]);
    }
}
