// The two ends of a connection over a wire made here, on which news travel late and in any batches: every
// count that an end tells, and every place that it writes, is compared with the model of fifo_model.hpp.

#include "sockets/transfer.hpp"

#include <algorithm>
#include <deque>
#include <random>

#include <catch2/catch.hpp>

#include "test/unit/sockets/fifo_model.hpp"

using namespace tt_run;
using namespace tt_run::sockets;
using test::FifoModel;

namespace {

struct Wire {
    Wire(std::uint32_t fifo, std::uint32_t seed)
        : bytes(fifo), random(seed), sender_model(fifo), receiver_model(fifo) {}

    std::vector<std::byte> bytes;
    std::mt19937 random;
    std::deque<std::uint32_t> sent{0};   ///< what the receiver may see next; the last is the truth
    std::deque<std::uint32_t> acked{0};  ///< likewise the sender
    std::deque<TransferHead> heads;
    FifoModel sender_model;
    FifoModel receiver_model;
    std::size_t blocks_sent = 0;
    std::size_t blocks_received = 0;

    /// Some of what is on its way arrives.
    std::uint32_t arrive(std::deque<std::uint32_t>& news) {
        for (auto late = random() % news.size(); late != 0; --late) {
            news.pop_front();
        }
        return news.front();
    }
};

class WireSendLane final : public SendLane {
  public:
    explicit WireSendLane(Wire& wire) : wire_(wire) {}
    job::Rank peer() const override { return {1}; }
    bool announce(std::uint64_t, const TransferHead& head) override {
        wire_.heads.push_back(head);
        return true;
    }
    std::uint32_t acked() override { return wire_.arrive(wire_.acked); }
    void write(std::uint32_t offset, std::span<const std::byte> bytes) override {
        if (!wrote_) {
            REQUIRE(offset == wire_.sender_model.at());
        }
        wrote_ = true;
        std::ranges::copy(bytes, wire_.bytes.begin() + offset);
    }
    void publish(std::uint32_t sent) override {
        if (std::exchange(wrote_, false)) {  // else the page size has changed
            wire_.sender_model.pass_page();
            ++wire_.blocks_sent;
        }
        REQUIRE(sent == wire_.sender_model.count());
        REQUIRE(sent - wire_.acked.back() <= wire_.bytes.size());
        wire_.sent.push_back(sent);
    }
    void notify() override {}
    std::optional<TransferHead> take_offer(std::uint64_t, std::size_t) override { return std::nullopt; }
    bool deliver(std::span<const std::byte>, std::uint32_t, std::size_t) override { return false; }
    void refuse() override {}
    bool refused() const override { return false; }
    bool peer_lives() override { return true; }
    bool peer_closed() const override { return false; }
    void close() override {}

  private:
    Wire& wire_;
    bool wrote_ = false;
};

class WireReceiveLane final : public ReceiveLane {
  public:
    explicit WireReceiveLane(Wire& wire) : wire_(wire) {}
    job::Rank peer() const override { return {0}; }
    std::uint32_t sent() override { return wire_.arrive(wire_.sent); }
    std::optional<TransferHead> announced(std::uint64_t) override {
        return wire_.heads.empty() ? std::nullopt : std::optional(wire_.heads.front());
    }
    std::span<const std::byte> fifo() const override { return wire_.bytes; }
    void acknowledge(std::uint32_t acked) override {
        if (acked != wire_.receiver_model.count()) {  // else the page size has changed
            wire_.receiver_model.pass_page();
            ++wire_.blocks_received;
        }
        REQUIRE(acked == wire_.receiver_model.count());
        wire_.acked.push_back(acked);
    }
    void notify() override {}
    void finish(std::uint64_t) override { wire_.heads.pop_front(); }
    void offer(std::uint64_t, std::size_t, const TransferHead&, std::span<std::byte>) override {}
    bool withdraw() override { return true; }
    bool offer_taken() const override { return false; }
    bool delivered() override { return false; }
    void refuse() override {}
    bool refused() const override { return false; }
    bool peer_lives() override { return true; }
    bool peer_closed() const override { return false; }
    void close() override {}

  private:
    Wire& wire_;
};

/// A socket of one connection whose ends take steps in any order.
class Pair {
  public:
    Pair(std::uint32_t fifo, std::uint32_t seed)
        : wire_(fifo, seed), fifo_(fifo), random_(seed + 1), sender_(fifo), receiver_(fifo) {
        sender_.paths.push_back({std::make_unique<WireSendLane>(wire_), "a way"});
        sender_.count_word = &words_[0];
        receiver_.lane = std::make_unique<WireReceiveLane>(wire_);
        receiver_.count_word = &words_[1];
    }

    void pass(std::uint32_t page, std::size_t pages) {
        std::vector<std::byte> from(page * pages);
        for (std::byte& byte : from) {
            byte = static_cast<std::byte>(random_());
        }
        std::vector<std::byte> to(from.size());
        const TransferPlan plan = plan_transfer(page, pages, 16, fifo_);
        const TransferHead head{page, static_cast<std::uint32_t>(plan.stride), plan.block, 0, 0, 0, pages};
        wire_.sender_model.begin(plan.block);
        wire_.receiver_model.begin(plan.block);
        const std::size_t before = wire_.blocks_sent;
        const auto send = make_send_job(sender_, {plan, head, "send"}, from);
        const auto receive = make_receive_job(receiver_, {plan, head, "recv"}, to);
        for (int tries = 0; tries < 1'000'000 && !(send->done() && receive->done()); ++tries) {
            random_() % 2 == 0 ? send->step() : receive->step();
        }
        REQUIRE(send->done());
        REQUIRE(receive->done());
        CHECK(to == from);
        CHECK(wire_.blocks_sent - before == plan.blocks);
        CHECK(wire_.blocks_received == wire_.blocks_sent);
        CHECK(words_[0] == wire_.sender_model.count());
        CHECK(words_[1] == wire_.receiver_model.count());
        CHECK(words_[0] == words_[1]);
    }

    /// Several transfers one behind the other, whose sends run ahead of their receives as far as they can.
    void pile_up(const std::vector<std::pair<std::uint32_t, std::size_t>>& transfers) {
        struct One {
            TransferRequest request;
            std::vector<std::byte> from;
            std::vector<std::byte> to;
        };
        std::vector<One> all;
        for (const auto& [page, pages] : transfers) {
            std::vector<std::byte> bytes(page * pages);
            std::ranges::generate(bytes, [&] { return static_cast<std::byte>(random_()); });
            const TransferPlan plan = plan_transfer(page, pages, 16, fifo_);
            const TransferHead head{page, static_cast<std::uint32_t>(plan.stride), plan.block, 0, 0, 0,
                                    pages};
            all.push_back({{plan, head, "call"}, bytes, std::vector<std::byte>(bytes.size())});
        }
        std::unique_ptr<TransferJob> send;
        std::unique_ptr<TransferJob> receive;
        std::size_t sent = 0;
        std::size_t received = 0;
        for (int tries = 0; tries < 1'000'000 && received < all.size(); ++tries) {
            if (random_() % 4 != 0 && sent < all.size()) {
                if (!send) {
                    wire_.sender_model.begin(all[sent].request.plan.block);
                    send = make_send_job(sender_, all[sent].request, all[sent].from);
                }
                send->step();
                if (send->done()) {
                    send.reset();
                    ++sent;
                }
            } else {
                if (!receive) {
                    wire_.receiver_model.begin(all[received].request.plan.block);
                    receive = make_receive_job(receiver_, all[received].request, all[received].to);
                }
                receive->step();
                if (receive->done()) {
                    receive.reset();
                    ++received;
                }
            }
        }
        REQUIRE(received == all.size());
        for (const One& one : all) {
            REQUIRE(one.to == one.from);
        }
        CHECK(words_[0] == words_[1]);
    }

    std::uint32_t count() const { return words_[0]; }
    std::uint32_t random(std::uint32_t below) { return static_cast<std::uint32_t>(random_() % below); }

  private:
    Wire wire_;
    std::uint32_t fifo_;
    std::mt19937 random_;
    SendEnd sender_;
    ReceiveEnd receiver_;
    std::uint32_t words_[2] = {0, 0};
};

}  // namespace

TEST_CASE("after every block both ends count as the model does, for the reference's geometries") {
    const std::uint32_t seed = std::random_device()();
    INFO("seed " << seed);
    struct Geometry {
        std::uint32_t fifo, page, pages;
    };
    for (const auto [fifo, page, pages] :
         {Geometry{1024, 64, 16}, Geometry{1024, 64, 32}, Geometry{4096, 1088, 9}, Geometry{4096, 1088, 72},
          Geometry{2048, 256, 16}, Geometry{512, 128, 128}, Geometry{1024, 128, 32}}) {
        INFO(fifo << " " << page << " " << pages);
        Pair pair(fifo, seed);
        for (int use = 0; use < 50; ++use) {
            pair.pass(page, pages);
        }
    }
}

TEST_CASE("one page at a time counts as the reference's simulation does") {
    // Blocks are as large as a packet; with FIFOs of hardly more than a page a block is one page.
    Pair uneven(4096, 1);
    for (int use = 0; use < 9; ++use) {
        uneven.pass(2176, 1);  // 4096 holds one: 1920 are skipped each time
    }
    CHECK(uneven.count() == 9 * 4096);
}

TEST_CASE("page sizes that change at random keep both ends and the model together") {
    const std::uint32_t seed = std::random_device()();
    INFO("seed " << seed);
    for (const std::uint32_t fifo : {512U, 1024U, 4096U, 5008U, 65536U}) {
        INFO("fifo " << fifo);
        Pair pair(fifo, seed);
        for (int use = 0; use < 300; ++use) {
            pair.pass(16 * (1 + pair.random(std::min(fifo, 8192U) / 16)), 1 + pair.random(30));
        }
    }
}

TEST_CASE("sends that run ahead with pages of other sizes never skip past what is still to be read") {
    const std::uint32_t seed = std::random_device()();
    INFO("seed " << seed);
    for (const std::uint32_t fifo : {1024U, 5008U, 65536U}) {
        INFO("fifo " << fifo);
        Pair pair(fifo, seed);
        for (int round = 0; round < 40; ++round) {
            std::vector<std::pair<std::uint32_t, std::size_t>> transfers;
            for (int k = 0; k < 12; ++k) {
                transfers.emplace_back(16 * (1 + pair.random(std::min(fifo, 40000U) / 16)),
                                       1 + pair.random(6));
            }
            pair.pile_up(transfers);
        }
    }
}
