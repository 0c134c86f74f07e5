#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "job/rank.hpp"

namespace tt_run::sockets {

/// What both ends of a transfer must agree on; goes ahead of the data, which does not say what it is.
struct TransferHead {
    std::uint32_t page = 0;    ///< bytes, aligned
    std::uint32_t stride = 0;  ///< within a block
    std::uint32_t block = 0;
    std::uint32_t data_type = 0;
    std::uint32_t layout = 0;
    std::uint32_t direct = 0;  ///< 1: past the FIFO (send_direct_async)
    std::uint64_t pages = 0;
    bool operator==(const TransferHead&) const = default;
};

/// How the two differ, as "the sender's tensor has 4 pages, the receiver's 5".
std::string describe_difference(const TransferHead& sender, const TransferHead& receiver);

/// A receiver that waits and lets the sender put the rest of a transfer where it belongs.
struct OfferedSpace {
    std::size_t blocks_before = 0;  ///< blocks of this transfer that went through the FIFO
    TransferHead head;
};

/// A connection as its sending end sees it. Nothing here blocks. Transfers are numbered from 0 on both ends
/// alike. One thread at a time.
class SendLane {
  public:
    virtual ~SendLane() = default;
    /// The rank at the other end.
    virtual job::Rank peer() const = 0;

    /// Announces a transfer; false if too many are announced that the receiver has not begun.
    virtual bool announce(std::uint64_t transfer, const TransferHead& head) = 0;
    /// The receiver's count, as far as it is known.
    virtual std::uint32_t acked() = 0;
    /// Puts bytes into the FIFO; they are seen after `publish` only.
    virtual void write(std::uint32_t offset, std::span<const std::byte> bytes) = 0;
    virtual void publish(std::uint32_t sent) = 0;
    /// Wakes the receiver, or sends what it is to hear, if anything has changed since the last time. A
    /// receiver that is awake may see it sooner.
    virtual void notify() = 0;

    /// Whether the receiver offers space for the rest of this transfer, from this block on. Taking the offer
    /// obliges to `deliver`.
    virtual std::optional<TransferHead> take_offer(std::uint64_t transfer, std::size_t block) = 0;
    /// Copies the rest into the offered space, perhaps with the receiver's help. `sent` is the count after
    /// it, `in_all` the bytes that go with these, over other connections too. False if not all of it could go
    /// now: to be called again with the same.
    virtual bool deliver(std::span<const std::byte> rest, std::uint32_t sent, std::size_t in_all) = 0;

    /// Tells the receiver that the two ends' tensors differ; and whether it has said so.
    virtual void refuse() = 0;
    virtual bool refused() const = 0;
    /// Its process lives; it has closed this connection.
    virtual bool peer_lives() = 0;
    virtual bool peer_closed() const = 0;
    /// This end goes away.
    virtual void close() = 0;
};

/// A connection as its receiving end sees it; the same rules.
class ReceiveLane {
  public:
    virtual ~ReceiveLane() = default;
    virtual job::Rank peer() const = 0;

    /// The sender's count. Bytes up to it are in the FIFO.
    virtual std::uint32_t sent() = 0;
    /// What was announced; nothing if it was not yet.
    virtual std::optional<TransferHead> announced(std::uint64_t transfer) = 0;
    virtual std::span<const std::byte> fifo() const = 0;
    virtual void acknowledge(std::uint32_t acked) = 0;
    /// As at the sender.
    virtual void notify() = 0;
    /// This transfer has been received.
    virtual void finish(std::uint64_t transfer) = 0;

    /// Offers the space for the rest of a transfer, from a block on. Every transport uses it for a direct
    /// transfer, and for others if it gains by it.
    virtual void offer(std::uint64_t transfer, std::size_t block, const TransferHead& head,
                       std::span<std::byte> space) = 0;
    /// Takes the offer back. False if the sender has taken it: then `delivered` will come true.
    virtual bool withdraw() = 0;
    virtual bool offer_taken() const = 0;
    /// Helps with the copy, and says whether it is done; the counts of both ends are the sender's then.
    virtual bool delivered() = 0;

    virtual void refuse() = 0;
    virtual bool refused() const = 0;
    /// Its process lives; it has closed this connection.
    virtual bool peer_lives() = 0;
    virtual bool peer_closed() const = 0;
    /// This end goes away.
    virtual void close() = 0;
};

}  // namespace tt_run::sockets
