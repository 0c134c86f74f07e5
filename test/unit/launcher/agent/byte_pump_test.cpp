// Bytes come through as they went in, whatever the pieces.

#include "launcher/agent/byte_pump.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <string>

#include <catch2/catch.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include "job/descriptor.hpp"

using namespace tt_run;
using launcher::BytePump;

TEST_CASE("a pump carries every byte in order, and ends when its source has") {
    const unsigned seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    std::string sent(300000, '\0');
    std::ranges::generate(sent, [&] { return static_cast<char>(random()); });
    job::DescriptorPair source = job::make_pipe();
    job::DescriptorPair sink = job::make_socket_pair(SOCK_STREAM);
    job::set_non_blocking(source.second.get());
    job::set_non_blocking(sink.second.get());
    BytePump pump(source.first.get(), sink.first.get());
    std::string received;
    for (std::size_t at = 0; !pump.has_ended();) {
        const std::size_t piece = std::min<std::size_t>(random() % 40000, sent.size() - at);
        const ssize_t gone = piece == 0 ? 0 : ::write(source.second.get(), sent.data() + at, piece);
        at += gone > 0 ? static_cast<std::size_t>(gone) : 0;
        if (at == sent.size()) {
            source.second.close();
        }
        pump.move();
        std::array<char, 30000> block{};
        const ssize_t got = ::read(sink.second.get(), block.data(), 1 + random() % block.size());
        received.append(block.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    }
    std::array<char, 30000> block{};
    for (ssize_t got = 0; (got = ::read(sink.second.get(), block.data(), block.size())) > 0;) {
        received.append(block.data(), static_cast<std::size_t>(got));
    }
    CHECK(received == sent);
    CHECK(pump.wish().fd == -1);
}

TEST_CASE("a pump ends when nobody takes its bytes any more, without a signal") {
    job::DescriptorPair source = job::make_pipe();
    job::DescriptorPair sink = job::make_socket_pair(SOCK_STREAM);
    BytePump pump(source.first.get(), sink.first.get());
    CHECK(pump.wish().fd == source.first.get());
    REQUIRE(::write(source.second.get(), "x", 1) == 1);
    sink.second.close();
    pump.move();
    CHECK(pump.has_ended());
}
