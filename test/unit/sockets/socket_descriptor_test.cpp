// What two ranks tell each other before a socket between them exists.

#include "sockets/socket_descriptor.hpp"

#include <catch2/catch.hpp>

using namespace tt_run;
using namespace tt_run::sockets;
using device::BufferType;
using device::MeshCoordinate;

namespace {

SocketDescriptor sixty_four_connections(BufferType type, std::uint32_t fifo, std::uint32_t sub_device) {
    SocketDescriptor descriptor;
    descriptor.endpoint = SocketEndpoint::receiver;
    descriptor.sender_rank = 3;
    descriptor.receiver_rank = 5;
    for (std::uint32_t k = 0; k < 64; ++k) {
        descriptor.connections.push_back(
            {{MeshCoordinate(k / 8, k % 8), {k % 7, k % 5}}, {MeshCoordinate(k % 8, k / 8), {k % 3, k % 4}}});
        descriptor.places.push_back({k % 2 == 0,
                                     {static_cast<std::int32_t>(k % 2), static_cast<std::int32_t>(k)},
                                     std::uint64_t{1} << (k % 40),
                                     0xFFFF'FFFF'0000ULL + k});
    }
    descriptor.memory = {type, fifo, sub_device, sub_device + 1};
    descriptor.fabric = "FABRIC_2D, STRICT_INIT";
    descriptor.process = 4711;
    descriptor.host = "boot/4026531840";
    descriptor.door = "tt-run/door";
    descriptor.knows_neighbour = true;
    descriptor.where = "pipeline/main.cpp:12";
    return descriptor;
}

/// The sender's end of the same.
SocketDescriptor other_end(SocketDescriptor descriptor) {
    descriptor.endpoint = SocketEndpoint::sender;
    return descriptor;
}

}  // namespace

TEST_CASE("a descriptor comes back from its bytes as it was, for L1 and DRAM") {
    for (const auto& descriptor : {sixty_four_connections(BufferType::l1, 1024, 0),
                                   sixty_four_connections(BufferType::dram, 2048, 2), SocketDescriptor{}}) {
        const auto read = decode_descriptor(encode_descriptor(descriptor));
        REQUIRE(read.has_value());
        CHECK(*read == descriptor);
    }
}

TEST_CASE("what is no descriptor is refused, wherever it ends and whatever it counts") {
    const std::string good = encode_descriptor(sixty_four_connections(BufferType::l1, 1024, 0));
    for (std::size_t length = 0; length < good.size(); ++length) {
        REQUIRE(!decode_descriptor(std::string_view(good).substr(0, length)));
    }
    CHECK(!decode_descriptor(good + "x"));
    std::string other_version = good;
    ++other_version[0];
    CHECK(!decode_descriptor(other_version));
    for (std::size_t k = 0; k < good.size(); ++k) {
        std::string changed = good;
        changed[k] = static_cast<char>(changed[k] ^ 0x7F);
        static_cast<void>(decode_descriptor(changed));  // must not crash, nor take memory without bound
    }
}

TEST_CASE("a descriptor with four places for 64 connections is refused") {
    SocketDescriptor four = sixty_four_connections(BufferType::dram, 2048, 2);
    four.places.resize(4);
    const auto read = decode_descriptor(encode_descriptor(four));
    REQUIRE(!read);
    CHECK(read.error().message() == "the other end's descriptor has not one device for each connection");
}

TEST_CASE("each field in which two ends differ is told with both values") {
    const SocketDescriptor own = sixty_four_connections(BufferType::l1, 1024, 0);
    CHECK(find_mismatches(own, 5, other_end(own), 3).empty());
    const auto told = [&](const auto& change) {
        SocketDescriptor peer = other_end(own);
        change(peer);
        const auto found = find_mismatches(own, 5, peer, 3);
        REQUIRE(found.size() == 1);
        return found[0];
    };
    CHECK(told([](auto& peer) { peer.connections.pop_back(); }) ==
          "the number of connections is 64 at rank 5 and 63 at rank 3");
    CHECK(told([](auto& peer) {
              peer.connections[9].sender_core.core_coord = {6, 6};
          }) ==
          "the sender core of connection 9 is MeshCoordinate([1, 1]) core (2, 4) at rank 5 and "
          "MeshCoordinate([1, 1]) core (6, 6) at rank 3");
    CHECK(told([](auto& peer) { peer.connections[9].receiver_core.device_coord = MeshCoordinate(0, 0); }) ==
          "the receiver core of connection 9 is MeshCoordinate([1, 1]) core (0, 1) at rank 5 and "
          "MeshCoordinate([0, 0]) core (0, 1) at rank 3");
    CHECK(told([](auto& peer) { peer.memory.fifo_size = 2048; }) ==
          "the FIFO size is 1024 at rank 5 and 2048 at rank 3");
    CHECK(told([](auto& peer) { peer.memory.socket_storage_type = BufferType::dram; }) ==
          "the storage type is L1 at rank 5 and DRAM at rank 3");
    CHECK(told([](auto& peer) { peer.memory.sender_sub_device = 7; }) ==
          "the sender sub-device is 0 at rank 5 and 7 at rank 3");
    CHECK(told([](auto& peer) { peer.memory.receiver_sub_device.reset(); }) ==
          "the receiver sub-device is 1 at rank 5 and none at rank 3");
    CHECK(
        told([](auto& peer) { peer.fabric = "FABRIC_2D_TORUS_X, STRICT_INIT"; }) ==
        "the fabric config is FABRIC_2D, STRICT_INIT at rank 5 and FABRIC_2D_TORUS_X, STRICT_INIT at rank 3");
    CHECK(told([](auto& peer) { peer.payload = 8704; }) ==
          "the most bytes of a packet is 0 at rank 5 and 8704 at rank 3");
    const std::string order = told([](auto& peer) { peer.sender_rank = 4; });
    CHECK(order.find("must be made in the same order by both") != std::string::npos);
    CHECK(order.find("pipeline/main.cpp:12") != std::string::npos);
    CHECK(told([](auto& peer) { peer.endpoint = SocketEndpoint::receiver; }).find("same order") !=
          std::string::npos);
}
