#include "sockets/shared_lane.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <thread>

#include <sched.h>

#include "sockets/copy_bytes.hpp"
#include "sockets/free_processor.hpp"

namespace tt_run::sockets {

namespace {

/// Both ends copy a long transfer together, a piece at a time.
constexpr std::size_t kChunk = std::size_t{512} << 10U;
constexpr std::size_t kWorthHelping = std::size_t{4} << 20U;
constexpr std::size_t kWorthWaking = std::size_t{16} << 20U;
/// What the number of an offer counts in.
constexpr std::uint64_t kNextOffer = 4;

/// Takes pieces of the copy as long as there are any.
void copy_pieces(LaneControl& control, std::byte* to, const std::byte* from, std::uint32_t chunks) {
    for (std::uint32_t piece = control.next_chunk.fetch_add(1, std::memory_order_relaxed); piece < chunks;
         piece = control.next_chunk.fetch_add(1, std::memory_order_relaxed)) {
        const std::size_t begin = piece * kChunk;
        const std::size_t bytes = std::min(kChunk, static_cast<std::size_t>(control.bytes) - begin);
        copy_bytes(to + begin, from + begin, bytes, control.in_all);
        control.chunks_copied.fetch_add(1, std::memory_order_release);
    }
}

std::byte* checked(const support::Result<std::byte*>& place) {
    if (!place) {
        throw std::runtime_error(place.error().message());
    }
    return *place;
}

class SharedSendLane final : public SendLane {
  public:
    explicit SharedSendLane(const SharedConnection& connection)
        : connection_(connection), control_(connection.region->lane(connection.index)) {}

    job::Rank peer() const override { return connection_.peer->rank(); }

    bool announce(std::uint64_t transfer, const TransferHead& head) override {
        if (transfer - control_.received.load(std::memory_order_acquire) >= connection_.region->heads()) {
            return false;
        }
        connection_.region->head(connection_.index, transfer) = head;
        control_.announced.store(transfer + 1, std::memory_order_release);
        return true;
    }

    std::uint32_t acked() override {
        // Acquire: what the receiver read out of the FIFO is read before its place is used again.
        return std::atomic_ref(*connection_.acked).load(std::memory_order_acquire);
    }

    void write(std::uint32_t offset, std::span<const std::byte> bytes) override {
        std::memcpy(connection_.fifo.data() + offset, bytes.data(), bytes.size());
    }

    void publish(std::uint32_t sent) override {
        // Release: the bytes are in the FIFO before the count says so.
        std::atomic_ref(*connection_.sent).store(sent, std::memory_order_release);
        connection_.region->owe_receiver_ring();
    }

    void notify() override { connection_.region->ring_receiver(); }

    std::optional<TransferHead> take_offer(std::uint64_t transfer, std::size_t block) override {
        std::uint64_t word = control_.offer.load(std::memory_order_acquire);
        if (LaneControl::state_of(word) != LaneControl::posted ||
            control_.offer_transfer.load(std::memory_order_relaxed) != transfer ||
            control_.offer_block.load(std::memory_order_relaxed) != block ||
            !control_.offer.compare_exchange_strong(word, LaneControl::with_state(word, LaneControl::taken),
                                                    std::memory_order_acq_rel)) {
            return std::nullopt;
        }
        return control_.offer_head;
    }

    bool deliver(std::span<const std::byte> rest, std::uint32_t sent, std::size_t in_all) override {
        std::byte* const to = checked(connection_.peer->at(control_.offer_destination, rest.size()));
        if (rest.size() >= kWorthHelping) {
            deliver_together(rest, to, in_all);
        } else {
            copy_bytes(to, rest.data(), rest.size(), in_all);
        }
        std::atomic_ref(*connection_.sent).store(sent, std::memory_order_release);
        const std::uint64_t taken = control_.offer.load(std::memory_order_relaxed);
        control_.offer.store(LaneControl::with_state(taken, LaneControl::delivered),
                             std::memory_order_release);
        connection_.region->owe_receiver_ring();
        return true;
    }

    void refuse() override {
        control_.refused.store(1, std::memory_order_release);
        connection_.region->receiver_bell().ring();
    }
    bool refused() const override { return control_.refused.load(std::memory_order_acquire) != 0; }
    bool peer_lives() override { return connection_.peer->lives(); }
    bool peer_closed() const override {
        return control_.receiver_closed.load(std::memory_order_acquire) != 0;
    }
    void close() override {
        control_.sender_closed.store(1, std::memory_order_release);
        connection_.region->receiver_bell().ring();
    }

  private:
    void deliver_together(std::span<const std::byte> rest, std::byte* to, std::size_t in_all) {
        const auto chunks = static_cast<std::uint32_t>((rest.size() + kChunk - 1) / kChunk);
        control_.source = static_cast<std::uint64_t>(rest.data() - connection_.own_memory);
        control_.bytes = rest.size();
        control_.in_all = in_all;
        control_.processor = ::sched_getcpu();
        control_.next_chunk.store(0, std::memory_order_relaxed);
        control_.chunks_copied.store(0, std::memory_order_relaxed);
        // A receiver that is awake sees it. One that sleeps is woken for much only: it takes as long as
        // copying a mebibyte or two.
        control_.chunks.store(chunks, std::memory_order_release);
        if (rest.size() >= kWorthWaking &&
            connection_.region->receiver_is_in_the_way().load(std::memory_order_relaxed) == 0) {
            connection_.region->receiver_bell().ring();
        }
        copy_pieces(control_, to, rest.data(), chunks);
        // The receiver may still be at its last piece. (If it died there, nobody will miss the bytes.)
        while (control_.chunks_copied.load(std::memory_order_acquire) < chunks && connection_.peer->lives()) {
            std::this_thread::yield();
        }
        control_.chunks.store(0, std::memory_order_release);
    }

    SharedConnection connection_;
    LaneControl& control_;
};

class SharedReceiveLane final : public ReceiveLane {
  public:
    explicit SharedReceiveLane(const SharedConnection& connection)
        : connection_(connection), control_(connection.region->lane(connection.index)) {}

    job::Rank peer() const override { return connection_.peer->rank(); }

    std::uint32_t sent() override {
        return std::atomic_ref(*connection_.sent).load(std::memory_order_acquire);
    }

    std::optional<TransferHead> announced(std::uint64_t transfer) override {
        if (control_.announced.load(std::memory_order_acquire) <= transfer) {
            return std::nullopt;
        }
        return connection_.region->head(connection_.index, transfer);
    }

    std::span<const std::byte> fifo() const override { return connection_.fifo; }

    void acknowledge(std::uint32_t acked) override {
        // Release: the bytes are read before their place is given back.
        std::atomic_ref(*connection_.acked).store(acked, std::memory_order_release);
        connection_.region->owe_sender_ring();
    }

    void notify() override { connection_.region->ring_sender(); }

    void finish(std::uint64_t transfer) override {
        control_.received.store(transfer + 1, std::memory_order_release);
        connection_.region->owe_sender_ring();
    }

    void offer(std::uint64_t transfer, std::size_t block, const TransferHead& head,
               std::span<std::byte> space) override {
        control_.offer_transfer.store(transfer, std::memory_order_relaxed);
        control_.offer_block.store(block, std::memory_order_relaxed);
        control_.offer_head = head;
        control_.offer_destination = static_cast<std::uint64_t>(space.data() - connection_.own_memory);
        space_ = space;
        offer_word_ = LaneControl::with_state(offer_word_ + kNextOffer, LaneControl::posted);
        control_.offer.store(offer_word_, std::memory_order_release);
        connection_.region->owe_sender_ring();
    }

    bool withdraw() override {
        std::uint64_t expected = offer_word_;
        return control_.offer.compare_exchange_strong(
            expected, LaneControl::with_state(offer_word_, LaneControl::none), std::memory_order_acq_rel);
    }

    bool offer_taken() const override {
        const auto state = LaneControl::state_of(control_.offer.load(std::memory_order_acquire));
        return state == LaneControl::taken || state == LaneControl::delivered;
    }

    bool delivered() override {
        const std::uint32_t chunks = control_.chunks.load(std::memory_order_acquire);
        if (control_.next_chunk.load(std::memory_order_relaxed) < chunks) {
            help(chunks);
        }
        if (LaneControl::state_of(control_.offer.load(std::memory_order_acquire)) != LaneControl::delivered) {
            return false;
        }
        control_.offer.store(LaneControl::with_state(offer_word_, LaneControl::none),
                             std::memory_order_relaxed);
        return true;
    }

    void refuse() override {
        control_.refused.store(1, std::memory_order_release);
        connection_.region->sender_bell().ring();
    }
    bool refused() const override { return control_.refused.load(std::memory_order_acquire) != 0; }
    bool peer_lives() override { return connection_.peer->lives(); }
    bool peer_closed() const override { return control_.sender_closed.load(std::memory_order_acquire) != 0; }
    void close() override {
        control_.receiver_closed.store(1, std::memory_order_release);
        connection_.region->sender_bell().ring();
    }

  private:
    /// Copies what there is to copy, if a processor is free for it.
    void help(std::uint32_t chunks) {
        const FreeProcessor processor(control_.processor);
        connection_.region->receiver_is_in_the_way().store(processor ? 0 : 1, std::memory_order_relaxed);
        if (processor) {
            const std::byte* const from = checked(connection_.peer->at(control_.source, control_.bytes));
            copy_pieces(control_, space_.data(), from, chunks);
        }
    }

    SharedConnection connection_;
    LaneControl& control_;
    std::span<std::byte> space_;
    std::uint64_t offer_word_ = LaneControl::none;
};

}  // namespace

std::unique_ptr<SendLane> make_shared_send_lane(const SharedConnection& connection) {
    return std::make_unique<SharedSendLane>(connection);
}

std::unique_ptr<ReceiveLane> make_shared_receive_lane(const SharedConnection& connection) {
    return std::make_unique<SharedReceiveLane>(connection);
}

}  // namespace tt_run::sockets
