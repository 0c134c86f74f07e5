// Every order of steps of one that rings a Doorbell and one that waits at it (doorbell.cpp): no ring is lost.
// The model is sequentially consistent, as the doorbell's two words are; the other order of taking the ticket
// shows that the search finds a lost ring where there is one.

#include <cstddef>
#include <set>
#include <tuple>

#include <catch2/catch.hpp>

namespace {

enum class Waiter { take_ticket, look, count_in, sleep_or_return, asleep, count_out, finished };
enum class Ringer { change, ring, look_for_sleepers, wake, finished };

/// Once the waiter sees the change, it is finished.
struct State {
    Waiter waiter = Waiter::take_ticket;
    Ringer ringer = Ringer::change;
    bool changed = false;
    unsigned rings = 0;
    unsigned ticket = 0;
    unsigned sleepers = 0;
    bool operator<(const State& other) const { return key() < other.key(); }

  private:
    std::tuple<Waiter, Ringer, bool, unsigned, unsigned, unsigned> key() const {
        return {waiter, ringer, changed, rings, ticket, sleepers};
    }
};

enum class TicketIsTaken { before_the_look, after_the_look };

class Search {
  public:
    explicit Search(TicketIsTaken order) : ticket_first_(order == TicketIsTaken::before_the_look) {}

    /// Whether the waiter can sleep on when nobody is left to ring.
    bool loses_a_ring() {
        State start;
        start.waiter = begin();
        visit(start);
        return lost_;
    }
    std::size_t states() const { return seen_.size(); }
    bool slept() const { return slept_; }

  private:
    Waiter begin() const { return ticket_first_ ? Waiter::take_ticket : Waiter::look; }

    State step_waiter(State state) const {
        switch (state.waiter) {
            case Waiter::take_ticket:
                state.ticket = state.rings;
                state.waiter = ticket_first_ ? Waiter::look : Waiter::count_in;
                break;
            case Waiter::look:
                state.waiter = state.changed   ? Waiter::finished
                               : ticket_first_ ? Waiter::count_in
                                               : Waiter::take_ticket;
                break;
            case Waiter::count_in:
                ++state.sleepers;
                state.waiter = Waiter::sleep_or_return;
                break;
            case Waiter::sleep_or_return:  // one step: the kernel compares and enqueues under one lock
                state.waiter = state.rings == state.ticket ? Waiter::asleep : Waiter::count_out;
                break;
            case Waiter::count_out:
                --state.sleepers;
                state.waiter = begin();
                break;
            case Waiter::asleep:
            case Waiter::finished:
                break;
        }
        return state;
    }

    static State step_ringer(State state) {
        switch (state.ringer) {
            case Ringer::change:
                state.changed = true;
                state.ringer = Ringer::ring;
                break;
            case Ringer::ring:
                ++state.rings;
                state.ringer = Ringer::look_for_sleepers;
                break;
            case Ringer::look_for_sleepers:
                state.ringer = state.sleepers != 0 ? Ringer::wake : Ringer::finished;
                break;
            case Ringer::wake:
                if (state.waiter == Waiter::asleep) {
                    state.waiter = Waiter::count_out;
                }
                state.ringer = Ringer::finished;
                break;
            case Ringer::finished:
                break;
        }
        return state;
    }

    void visit(const State& state) {
        if (!seen_.insert(state).second) {
            return;
        }
        slept_ |= state.waiter == Waiter::asleep;
        lost_ |= state.waiter == Waiter::asleep && state.ringer == Ringer::finished;
        visit(step_waiter(state));
        visit(step_ringer(state));
    }

    bool ticket_first_;
    bool lost_ = false;
    bool slept_ = false;
    std::set<State> seen_;
};

}  // namespace

TEST_CASE("no order of steps loses a ring") {
    Search search(TicketIsTaken::before_the_look);
    CHECK_FALSE(search.loses_a_ring());
    CHECK(search.slept());
    CHECK(search.states() > 20);
}

TEST_CASE("a ticket taken after the look would lose rings") {
    CHECK(Search(TicketIsTaken::after_the_look).loses_a_ring());
}
