// Every order of steps in which a receiver offers space, takes the offer back and makes the next, while a
// sender looks at offers and takes one: shared_lane.cpp's steps, as a model of its own. A step reads or
// writes one word (the fields that are written before an offer is posted are one: nobody may look at them
// before). Without the offer's number in its word the search finds a sender that takes another offer than it
// has looked at.

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <tuple>
#include <vector>

#include <catch2/catch.hpp>

namespace {

enum Offer : std::uint8_t { none, posted, taken, delivered };

/// The receiver makes offers 1, 2, ... each for a block of its own; between two of them the block of the
/// first comes through the FIFO, so it is withdrawn.
constexpr std::uint8_t kOffers = 3;

struct OfferState {
    // Shared: the offer's word, and the block that it is for.
    std::uint8_t state = none;
    std::uint8_t number = 0;
    std::uint8_t block = 0;
    // Receiver: which offer it is at, and its next step.
    std::uint8_t own_offer = 0;
    std::uint8_t receiver_step = 0;  ///< 0 fill in, 1 post, 2 wait or withdraw, 3 done
    std::uint8_t received_block = 0;
    // Sender: what it has seen, and its next step. It is at a block of its own, and moves on as the receiver
    // withdraws, for that is when a block went through the FIFO.
    std::uint8_t sender_step = 0;  ///< 0 load word, 1 load block, 2 exchange, 3 deliver, 4 done
    std::uint8_t seen_state = none;
    std::uint8_t seen_number = 0;
    std::uint8_t sender_block = 1;
    bool wrong = false;

    auto key() const {
        return std::tie(state, number, block, own_offer, receiver_step, received_block, sender_step,
                        seen_state, seen_number, sender_block, wrong);
    }
    bool operator<(const OfferState& other) const { return key() < other.key(); }
};

class OfferSearch {
  public:
    explicit OfferSearch(bool numbered) : numbered_(numbered) {}

    struct Findings {
        std::size_t states = 0;
        bool wrong = false;
        bool stuck = false;
        bool delivered = false;
        bool withdrawn = false;
    };
    Findings run() {
        visit(OfferState{});
        findings_.states = seen_.size();
        return findings_;
    }

  private:
    bool receiver_may(const OfferState& s) const {
        return s.receiver_step < 2 || (s.receiver_step == 2 && (s.state == delivered || s.state == posted));
    }

    OfferState receiver(OfferState s) {
        if (s.receiver_step == 0) {
            ++s.own_offer;
            s.block = s.own_offer;
            s.receiver_step = 1;
        } else if (s.receiver_step == 1) {
            s.state = posted;
            s.number = s.own_offer;
            s.receiver_step = 2;
        } else if (s.state == delivered) {
            s.received_block = s.own_offer;
            s.receiver_step = 3;
            findings_.delivered = true;
        } else if (s.own_offer < kOffers) {
            // Its block came through the FIFO: withdrawn, in one exchange, and the sender is at the next
            // block.
            s.state = none;
            s.receiver_step = 0;
            findings_.withdrawn = true;
        }
        return s;
    }

    bool sender_may(const OfferState& s) const { return s.sender_step < 4; }

    OfferState sender(OfferState s) {
        switch (s.sender_step) {
            case 0:
                s.seen_state = s.state;
                s.seen_number = s.number;
                s.sender_step = s.state == posted ? 1 : 0;
                // It sends blocks through the FIFO meanwhile: at most as far as the receiver has read.
                s.sender_block = s.state == posted ? s.sender_block : std::max(s.sender_block, s.own_offer);
                break;
            case 1:
                s.sender_step = s.block == s.sender_block ? 2 : 0;
                s.sender_block = s.sender_step == 2 ? s.sender_block : std::max(s.sender_block, s.own_offer);
                break;
            case 2:
                if (s.state == s.seen_state && (!numbered_ || s.number == s.seen_number)) {
                    s.state = taken;
                    s.sender_step = 3;
                } else {
                    s.sender_step = 0;
                }
                break;
            default:
                // It writes into the space that the fields name now, what follows from its own block on.
                s.wrong = s.wrong || s.block != s.sender_block || s.own_offer != s.block;
                s.state = delivered;
                s.sender_step = 4;
        }
        return s;
    }

    void visit(const OfferState& s) {
        if (!seen_.insert(s).second) {
            return;
        }
        findings_.wrong |= s.wrong;
        bool moved = false;
        if (receiver_may(s)) {
            moved = true;
            visit(receiver(s));
        }
        if (sender_may(s)) {
            moved = true;
            visit(sender(s));
        }
        findings_.stuck |= !moved && !(s.receiver_step == 3 && s.sender_step == 4);
    }

    bool numbered_;
    std::set<OfferState> seen_;
    Findings findings_;
};

}  // namespace

TEST_CASE("no order of steps delivers into an offer that was taken back, and none stops either end") {
    const OfferSearch::Findings findings = OfferSearch(true).run();
    CHECK(findings.delivered);
    CHECK(findings.withdrawn);
    CHECK_FALSE(findings.wrong);
    CHECK_FALSE(findings.stuck);
    CHECK(findings.states > 50);
}

TEST_CASE("an offer's number is needed") {
    CHECK(OfferSearch(false).run().wrong);
}
