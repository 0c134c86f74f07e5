// The FIFO's arithmetic, against a model that walks over single bytes.

#include "sockets/fifo_cursor.hpp"

#include <random>

#include <catch2/catch.hpp>

#include "sockets/transfer_plan.hpp"

using namespace tt_run::sockets;

namespace {

/// A ring of bytes: every byte that an end goes past, used or skipped, is one more.
class ByteRing {
  public:
    explicit ByteRing(std::uint32_t bytes) : bytes_(bytes) {}

    void page(std::uint32_t size) {
        if (size == page_) {
            return;
        }
        page_ = size;
        while (at_ % page_ != 0 || at_ + page_ > bytes_) {
            step();
        }
    }

    void pass(std::uint32_t pages) {
        for (std::uint32_t k = 0; k < pages; ++k) {
            for (std::uint32_t byte = 0; byte < page_; ++byte) {
                step();
            }
            while (at_ + page_ > bytes_) {  // no whole page is left: the tail is skipped
                step();
            }
        }
    }

    std::uint32_t at() const { return at_; }
    std::uint32_t passed() const { return passed_; }

  private:
    void step() {
        at_ = (at_ + 1) % bytes_;
        ++passed_;
    }

    std::uint32_t bytes_;
    std::uint32_t page_ = 0;
    std::uint32_t at_ = 0;
    std::uint32_t passed_ = 0;
};

}  // namespace

TEST_CASE("a cursor goes where single steps lead, for any row of page sizes") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    for (int round = 0; round < 300; ++round) {
        const std::uint32_t fifo = 16 * (1 + random() % 512);
        FifoCursor cursor(fifo);
        ByteRing model(fifo);
        for (int use = 0; use < 20; ++use) {
            const std::uint32_t page = 16 * (1 + random() % (fifo / 16));
            cursor.set_page_size(page);
            model.page(page);
            REQUIRE(cursor.offset() == model.at());
            for (std::uint32_t k = random() % 40; k > 0; --k) {
                const std::uint32_t pages = 1 + random() % (cursor.usable() / page);
                const std::uint32_t ahead = cursor.count() + cursor.needed(pages);
                cursor.advance(pages);
                model.pass(pages);
                REQUIRE(cursor.count() == ahead);
                REQUIRE(cursor.count() == model.passed());
                REQUIRE(cursor.offset() == model.at());
            }
        }
    }
}

TEST_CASE("counts of the reference") {
    FifoCursor cursor(4096);
    cursor.set_page_size(1088);
    CHECK(cursor.usable() == 3264);
    for (int page = 0; page < 9; ++page) {
        cursor.advance(1);
    }
    CHECK(cursor.count() == 12288);
    for (int page = 9; page < 72; ++page) {
        cursor.advance(1);
    }
    CHECK(cursor.count() == 98304);
}

TEST_CASE("counts run on past 2^32") {
    FifoCursor cursor(1U << 31U);
    cursor.set_page_size(1U << 30U);
    for (int page = 0; page < 9; ++page) {
        cursor.advance(1);
    }
    CHECK(cursor.count() == 1U << 30U);
    CHECK(cursor.offset() == 1U << 30U);
}

TEST_CASE("pages travel in blocks of a packet, or alone") {
    const TransferPlan small = plan_transfer(1024, 10, 32, 10240);
    CHECK(small.pages_per_block == 4);
    CHECK(small.block == 4096);
    CHECK(small.blocks == 3);
    CHECK(small.pages_of(2) == 2);
    const TransferPlan large = plan_transfer(8192, 3, 32, 10240);
    CHECK(large.block == 8192);
    CHECK(large.blocks == 3);
    const TransferPlan padded = plan_transfer(40, 100, 64, 4096);
    CHECK(padded.stride == 64);
    CHECK(padded.pages_per_block == 64);
    CHECK(padded.blocks == 2);
    const TransferPlan in_short_packets = plan_transfer(1024, 10, 32, 10240, 2048);
    CHECK(in_short_packets.block == 2048);
    CHECK(in_short_packets.blocks == 5);
    const TransferPlan beyond_the_fifo = plan_transfer(1024, 10, 32, 4096, 1088 * 8);
    CHECK(beyond_the_fifo.block == 4096);
}

TEST_CASE("pages are split among connections one behind the other") {
    const std::vector<std::size_t> wanted{3, 3, 2, 2};
    std::size_t next = 0;
    for (std::size_t k = 0; k < 4; ++k) {
        const PageRange range = split_pages(10, k, 4);
        CHECK(range.first == next);
        CHECK(range.count == wanted[k]);
        next += range.count;
    }
}
