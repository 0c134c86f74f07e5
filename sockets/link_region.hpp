#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "job/descriptor.hpp"
#include "sockets/doorbell.hpp"
#include "sockets/lane.hpp"
#include "support/error.hpp"

namespace tt_run::sockets {

/// What the two ends of one connection keep in shared memory beside the protocol's own words (which stand in
/// the chips' L1). All zero is a new one.
struct LaneControl {
    enum OfferState : std::uint64_t { none, posted, taken, delivered };
    /// Of a word: the state in its last two bits, the offer's number above, so that a sender cannot take
    /// another offer than the one that it has looked at.
    static OfferState state_of(std::uint64_t word) { return static_cast<OfferState>(word & 3U); }
    static std::uint64_t with_state(std::uint64_t word, OfferState state) {
        return (word & ~std::uint64_t{3}) | state;
    }

    // The offer of space: the receiver fills it in before it posts (release). The sender looks at the next
    // two to decide, and reads the others once it has taken the offer (acquire): nobody changes them then.
    alignas(64) std::atomic<std::uint64_t> offer{none};
    std::atomic<std::uint64_t> offer_transfer{0};
    std::atomic<std::uint64_t> offer_block{0};
    std::uint64_t offer_destination = 0;  ///< in the file of the receiver's memory
    TransferHead offer_head;

    // The copy into it: filled in by the sender before `chunks` says that there is something to do (release).
    alignas(64) std::atomic<std::uint32_t> next_chunk{0};
    std::atomic<std::uint32_t> chunks{0};  ///< 0 as long as the receiver has nothing to help with
    std::atomic<std::uint32_t> chunks_copied{0};
    std::uint64_t source = 0;  ///< in the file of the sender's memory
    std::uint64_t bytes = 0;
    std::uint64_t in_all = 0;     ///< bytes that move with these; both ends copy in the same way
    std::int32_t processor = -1;  ///< the sender's, for the receiver to keep away from

    alignas(64) std::atomic<std::uint64_t> announced{0};  ///< transfers
    std::atomic<std::uint64_t> received{0};               ///< transfers
    std::atomic<std::uint32_t> refused{0};                ///< by either end
    std::atomic<std::uint32_t> sender_closed{0};
    std::atomic<std::uint32_t> receiver_closed{0};
};

/// Shared memory of the two processes at the ends of a socket's connections: two bells, and for each
/// connection its control and a ring of heads. A file without a name, lent by descriptor; gone with its last
/// user.
class LinkRegion {
  public:
    /// Heads that can be announced ahead: more than transfers that fit the FIFO at once.
    static std::size_t heads_for(std::uint32_t fifo_bytes, std::uint32_t payload);

    static support::Result<std::shared_ptr<LinkRegion>> create(std::size_t lanes, std::size_t heads);
    /// One that the other end has made for as many of both.
    static support::Result<std::shared_ptr<LinkRegion>> open(job::Descriptor file, std::size_t lanes,
                                                             std::size_t heads);
    ~LinkRegion();
    LinkRegion(const LinkRegion&) = delete;
    LinkRegion& operator=(const LinkRegion&) = delete;

    int descriptor() const { return file_.get(); }
    Doorbell& sender_bell() const;
    Doorbell& receiver_bell() const;
    /// Whether the receiver, once woken, has found no processor free to help with a copy; the sender does not
    /// wake it for that again until it has.
    std::atomic<std::uint32_t>& receiver_is_in_the_way() const;

    /// A ring that is due, once however often it is asked for. Each pair for one end's thread only.
    void owe_receiver_ring() { owes_receiver_ = true; }
    void ring_receiver();
    void owe_sender_ring() { owes_sender_ = true; }
    void ring_sender();

    LaneControl& lane(std::size_t index) const;
    TransferHead& head(std::size_t lane, std::uint64_t transfer) const;
    std::size_t heads() const { return heads_; }

  private:
    LinkRegion(job::Descriptor file, std::size_t lanes, std::size_t heads);
    static support::Result<std::shared_ptr<LinkRegion>> map(job::Descriptor file, std::size_t lanes,
                                                            std::size_t heads);

    job::Descriptor file_;
    std::size_t lanes_;
    std::size_t heads_;
    std::size_t bytes_ = 0;
    std::byte* base_ = nullptr;
    bool owes_receiver_ = false;
    bool owes_sender_ = false;
};

}  // namespace tt_run::sockets
