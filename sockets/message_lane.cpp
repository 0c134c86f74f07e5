#include "sockets/message_lane.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include "sockets/inbox.hpp"
#include "sockets/outbox.hpp"

namespace tt_run::sockets {

namespace {

using Bytes = std::vector<std::byte>;

/// A message is a row of records. Those of one connection arrive in their order, so a long write may be cut.
enum class RecordKind : std::uint32_t { head, bytes, count, past_fifo, delivered, refusal, closing };
struct Record {
    RecordKind kind;
    std::uint32_t value;  ///< bytes: offset in the FIFO; count: sent so far
    std::uint32_t size;   ///< of what follows
};
constexpr std::uint32_t kClosed = 2;
struct Acknowledgement {
    std::uint32_t acked = 0;
    std::uint32_t refused = 0;  ///< 1: refused, kClosed: closed
    std::uint64_t received = 0;
    std::uint64_t offer = 0;  ///< of space, for transfer `offer` - 1 from block `offer_block` on; 0: none yet
    std::uint64_t offer_block = 0;
    TransferHead offer_head;
};

constexpr std::size_t kMostMessage = std::size_t{256} << 10U;
/// Messages past the FIFO, which bounds nothing then, that may be under way.
constexpr std::size_t kMostUnderWay = 32;
/// How far announcements may run ahead.
constexpr std::uint64_t kMostAnnounced = 1U << 16U;

/// The last message of a receiver ends its socket; of a sender, the last record of its last message.
bool ends_acknowledgements(std::span<const std::byte> message) {
    Acknowledgement news;
    std::memcpy(&news, message.data(), std::min(sizeof news, message.size()));
    return news.refused == kClosed;
}
bool ends_records(std::span<const std::byte> message) {
    Record last{};
    if (message.size() >= sizeof last) {
        std::memcpy(&last, message.last(sizeof last).data(), sizeof last);
    }
    return message.size() >= sizeof last && last.kind == RecordKind::closing && last.size == 0 &&
           last.value == kClosed;
}

class MessageSendLane final : public SendLane {
  public:
    MessageSendLane(const MessageConnection& connection, std::uint32_t* acked)
        : connection_(connection),
          word_(acked),
          outbox_(connection.context, connection.peer),
          inbox_({connection.context, connection.peer, connection.tag + 1}, sizeof(Acknowledgement),
                 ends_acknowledgements) {}

    job::Rank peer() const override { return connection_.peer_in_world; }

    bool announce(std::uint64_t transfer, const TransferHead& head) override {
        progress();
        if (transfer - news_.received >= kMostAnnounced) {
            return false;
        }
        add({RecordKind::head, 0, sizeof head}, std::as_bytes(std::span(&head, 1)));
        return true;
    }

    std::uint32_t acked() override {
        progress();
        return news_.acked;
    }

    void write(std::uint32_t offset, std::span<const std::byte> bytes) override {
        while (!bytes.empty()) {
            const std::size_t room = kMostMessage - std::min(kMostMessage, message_.size() + sizeof(Record));
            if (room == 0) {
                flush();
                continue;
            }
            const std::span<const std::byte> piece = bytes.first(std::min(room, bytes.size()));
            add({RecordKind::bytes, offset, static_cast<std::uint32_t>(piece.size())}, piece);
            offset += static_cast<std::uint32_t>(piece.size());
            bytes = bytes.subspan(piece.size());
        }
    }

    void publish(std::uint32_t sent) override { add({RecordKind::count, sent, 0}, {}); }

    void notify() override { flush(); }

    std::optional<TransferHead> take_offer(std::uint64_t transfer, std::size_t block) override {
        progress();
        if (news_.offer != transfer + 1 || news_.offer_block != block || taken_ == news_.offer) {
            return std::nullopt;
        }
        taken_ = news_.offer;
        delivered_bytes_ = 0;
        return news_.offer_head;
    }

    bool deliver(std::span<const std::byte> rest, std::uint32_t sent, std::size_t) override {
        outbox_.sweep();
        while (delivered_bytes_ < rest.size()) {
            if (outbox_.under_way() >= kMostUnderWay) {
                return false;
            }
            const std::size_t bytes = std::min(rest.size() - delivered_bytes_, kMostMessage - sizeof(Record));
            add({RecordKind::past_fifo, 0, static_cast<std::uint32_t>(bytes)},
                rest.subspan(delivered_bytes_, bytes));
            flush();
            delivered_bytes_ += bytes;
        }
        add({RecordKind::count, sent, 0}, {});
        add({RecordKind::delivered, 0, 0}, {});
        return true;
    }

    void refuse() override {
        add({RecordKind::refusal, 0, 0}, {});
        flush();
    }
    bool refused() const override { return news_.refused == 1; }
    bool peer_closed() const override { return news_.refused == kClosed; }
    void close() override {
        add({RecordKind::closing, kClosed, 0}, {});
        flush();
    }
    bool peer_lives() override { return true; }  // the MPI launcher ends the job of a rank that dies

  private:
    void add(const Record& record, std::span<const std::byte> bytes) {
        if (message_.size() + sizeof record + bytes.size() > kMostMessage) {
            flush();
        }
        const auto head = std::as_bytes(std::span(&record, 1));
        message_.insert(message_.end(), head.begin(), head.end());
        message_.insert(message_.end(), bytes.begin(), bytes.end());
    }

    void flush() {
        if (!message_.empty()) {
            outbox_.send(std::exchange(message_, {}), connection_.tag);
            message_.reserve(kMostMessage);
        }
    }

    void progress() {
        outbox_.sweep();
        inbox_.drain([this](std::span<const std::byte> message) {
            std::memcpy(&news_, message.data(), std::min(sizeof news_, message.size()));
            std::atomic_ref(*word_).store(news_.acked, std::memory_order_release);
        });
    }

    MessageConnection connection_;
    std::uint32_t* word_;
    Outbox outbox_;
    Inbox inbox_;
    Bytes message_;
    Acknowledgement news_;
    std::uint64_t taken_ = 0;  ///< the last offer that was
    std::size_t delivered_bytes_ = 0;
};

class MessageReceiveLane final : public ReceiveLane {
  public:
    MessageReceiveLane(const MessageConnection& connection, std::uint32_t* sent, std::span<std::byte> fifo)
        : connection_(connection),
          word_(sent),
          fifo_(fifo),
          outbox_(connection.context, connection.peer),
          inbox_({connection.context, connection.peer, connection.tag}, kMostMessage, ends_records) {}

    job::Rank peer() const override { return connection_.peer_in_world; }

    std::uint32_t sent() override {
        progress();
        return sent_;
    }

    std::optional<TransferHead> announced(std::uint64_t transfer) override {
        progress();
        const std::uint64_t known = first_head_ + heads_.size();
        return transfer < first_head_ || transfer >= known
                   ? std::nullopt
                   : std::optional(heads_[static_cast<std::size_t>(transfer - first_head_)]);
    }

    std::span<const std::byte> fifo() const override { return fifo_; }

    void acknowledge(std::uint32_t acked) override {
        news_.acked = acked;
        has_news_ = true;
    }
    void notify() override {
        if (has_news_) {
            tell();
        }
    }
    void finish(std::uint64_t transfer) override {
        while (!heads_.empty() && first_head_ <= transfer) {
            heads_.pop_front();
            ++first_head_;
        }
        news_.received = transfer + 1;
        has_news_ = true;
    }

    // What need not go past the FIFO goes through it: a message is copied either way.
    void offer(std::uint64_t transfer, std::size_t block, const TransferHead& head,
               std::span<std::byte> space) override {
        if (head.direct != 0) {
            space_ = space;
            taken_ = false;
            delivered_ = false;
            news_.offer = transfer + 1;
            news_.offer_block = block;
            news_.offer_head = head;
            has_news_ = true;
        }
    }
    bool withdraw() override {
        space_ = {};  // what still comes falls on nothing
        return true;
    }
    bool offer_taken() const override { return taken_; }
    bool delivered() override {
        progress();
        return delivered_;
    }

    void refuse() override {
        news_.refused = 1;
        tell();
    }
    bool refused() const override { return peer_refused_; }
    bool peer_closed() const override { return peer_closed_; }
    void close() override {
        news_.refused = kClosed;
        tell();
    }
    bool peer_lives() override { return true; }

  private:
    void tell() {
        has_news_ = false;
        const auto bytes = std::as_bytes(std::span(&news_, 1));
        outbox_.send(Bytes(bytes.begin(), bytes.end()), connection_.tag + 1);
    }

    void progress() {
        inbox_.drain([this](std::span<const std::byte> message) {
            while (message.size() >= sizeof(Record)) {
                Record record{};
                std::memcpy(&record, message.data(), sizeof record);
                message = message.subspan(sizeof record);
                take(record, message.first(std::min<std::size_t>(record.size, message.size())));
                message = message.subspan(std::min<std::size_t>(record.size, message.size()));
            }
        });
    }

    void take(const Record& record, std::span<const std::byte> bytes) {
        switch (record.kind) {
            case RecordKind::head:
                heads_.emplace_back();
                std::memcpy(&heads_.back(), bytes.data(), std::min(bytes.size(), sizeof(TransferHead)));
                break;
            case RecordKind::bytes:
                if (record.value <= fifo_.size() && bytes.size() <= fifo_.size() - record.value) {
                    std::ranges::copy(bytes, fifo_.begin() + record.value);
                }
                break;
            case RecordKind::count:
                sent_ = record.value;
                std::atomic_ref(*word_).store(sent_, std::memory_order_release);
                break;
            case RecordKind::past_fifo:
                taken_ = true;
                bytes = bytes.first(std::min(bytes.size(), space_.size()));
                std::ranges::copy(bytes, space_.begin());
                space_ = space_.subspan(bytes.size());
                break;
            case RecordKind::delivered:
                taken_ = true;
                delivered_ = true;
                break;
            case RecordKind::refusal:
                peer_refused_ = true;
                break;
            case RecordKind::closing:
                peer_closed_ = true;
                break;
        }
    }

    MessageConnection connection_;
    std::uint32_t* word_;
    std::span<std::byte> fifo_;
    Outbox outbox_;
    Inbox inbox_;
    std::uint32_t sent_ = 0;
    bool peer_refused_ = false;
    bool peer_closed_ = false;
    std::deque<TransferHead> heads_;
    std::uint64_t first_head_ = 0;
    Acknowledgement news_;
    bool has_news_ = false;
    std::span<std::byte> space_;  ///< that has been offered, and is still to be filled
    bool taken_ = false;
    bool delivered_ = false;
};

}  // namespace

std::unique_ptr<SendLane> make_message_send_lane(const MessageConnection& connection, std::uint32_t* acked) {
    return std::make_unique<MessageSendLane>(connection, acked);
}

std::unique_ptr<ReceiveLane> make_message_receive_lane(const MessageConnection& connection,
                                                       std::uint32_t* sent, std::span<std::byte> fifo) {
    return std::make_unique<MessageReceiveLane>(connection, sent, fifo);
}

}  // namespace tt_run::sockets
