// The protocol: what is written is read again, and what is not well-formed is refused.

#include "job/supervision_message.hpp"

#include <random>

#include <catch2/catch.hpp>

#include "job/frame_reader.hpp"

using namespace tt_run::job;

namespace {

std::vector<Message> one_of_each() {
    return {Hello{1, "token", Role::runtime, {7}, 42, "host", "0.1.0"},
            StartOrder{{"a", "", "b c"}, {"X=1", "Y="}, "/d", true, 500, 9000, true, {{"V", "/f", "bytes"}}},
            Started{9, 1U << 30U},
            NotStarted{2, "running `x`"},
            Output{Stream::error, std::string_view("ab\0c", 4)},
            Credit{65536},
            Input{"in"},
            Exited{256, 15, 1U << 20U, true},
            Aborted{3},
            Gone{},
            Signal{2},
            Terminate{100},
            TakeStacks{},
            Stacks{"#0 main"},
            Leave{},
            Blocked{5,
                    2,
                    true,
                    {{"socket 3", {{1}}, 4, 5}, {"barrier", {{2}, {3}}, 0, 1, 77, 88}},
                    {{77, 1, 88}},
                    true},
            Unblocked{5},
            Probe{8},
            Report{"{}"},
            Heartbeat{},
            Unreachable{"h", "no route"},
            Phase{PhaseKind::sockets, 123456789012}};
}

/// Feeds all bytes in pieces; the payloads that come out.
std::vector<std::string> payloads(FrameReader& reader, std::string_view bytes, std::size_t piece) {
    std::vector<std::string> read;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        const std::string_view part = bytes.substr(at, piece);
        std::copy(part.begin(), part.end(), reader.room(part.size()));
        reader.commit(part.size());
        while (const auto payload = reader.next()) {
            read.emplace_back(*payload);
        }
    }
    return read;
}

}  // namespace

TEST_CASE("every message is read as it was written, however the stream is cut") {
    CHECK(one_of_each().size() == std::variant_size_v<Message>);
    std::string stream;
    for (const Message& message : one_of_each()) {
        stream += encode(message);
    }
    for (const std::size_t piece : {1, 2, 3, 7, 64, 4096}) {
        FrameReader reader(kLargestFromRank);
        const std::vector<std::string> read = payloads(reader, stream, piece);
        REQUIRE(read.size() == one_of_each().size());
        for (std::size_t k = 0; k < read.size(); ++k) {
            const auto message = decode(read[k]);
            REQUIRE(message);
            CHECK(message->index() == k);
            CHECK(encode(*message) == encode(one_of_each()[k]));
        }
    }
    CHECK(encode_output_head(Stream::error, 4) + std::string("ab\0c", 4) == encode(one_of_each()[4]));
}

TEST_CASE("a payload that is cut short, too long, or of no kind is refused") {
    for (const Message& message : one_of_each()) {
        const std::string payload = encode(message).substr(4);
        for (std::size_t size = 0; size < payload.size(); ++size) {
            CHECK(!decode(std::string_view(payload).substr(0, size)));
        }
        CHECK(!decode(payload + "x"));
    }
    CHECK(!decode(std::string(1, '\x7f')));
}

TEST_CASE("an end that no process comes to is refused") {
    const auto is_read = [](std::uint32_t wait_status, std::uint32_t told_signal) {
        return decode(encode(Exited{wait_status, told_signal, 0}).substr(4)).has_value();
    };
    CHECK(is_read(0, 0));
    CHECK(is_read(255U << 8U, 0));
    CHECK(is_read(11U | 0x80U, 0));  // a signal, and a core
    CHECK(is_read(64, 64));
    CHECK(!is_read(0x137f, 0));       // stopped
    CHECK(!is_read(0xffff, 0));       // continued
    CHECK(!is_read(0x80, 0));         // a core of no signal
    CHECK(!is_read(1U << 16U, 0));    // would count as a failure, with code 0
    CHECK(!is_read(9, 200));          // would be code 328
    CHECK(!is_read(9, 0xffffffffU));  // would be code 127
}

TEST_CASE("a frame over the limit breaks the stream before it is held") {
    FrameReader reader(16);
    CHECK(payloads(reader, encode(Aborted{1}), 64).size() == 1);
    CHECK(payloads(reader, std::string("\xff\xff\xff\xff", 4) + std::string(100, 'x'), 8).empty());
    CHECK(reader.broken());
}

TEST_CASE("damaged messages never crash the reader, and what it accepts it would write again") {
    const auto seed = std::random_device()();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    for (int round = 0; round < 20'000; ++round) {
        std::string payload = encode(one_of_each()[random() % one_of_each().size()]).substr(4);
        for (unsigned hits = random() % 4 + 1; hits != 0; --hits) {
            payload[random() % payload.size()] = static_cast<char>(random());
        }
        payload.resize(random() % 8 == 0 ? random() % (payload.size() + 1) : payload.size());
        if (const auto message = decode(payload)) {
            CHECK(encode(*message).substr(4) == payload);
        }
    }
}
