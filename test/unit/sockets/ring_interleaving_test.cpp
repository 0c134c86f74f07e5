// Every order in which two processes can pass pages through a FIFO, with the memory orders of
// shared_lane.cpp. A model of its own: operations, what orders them, and a search through all states. Each
// order is needed: with any one of them relaxed the search finds a page that is read wrong.

#include <array>
#include <cstdint>
#include <set>
#include <tuple>
#include <vector>

#include <catch2/catch.hpp>

namespace {

constexpr std::uint32_t kSlots = 2;
constexpr std::uint32_t kPages = 5;

/// `wait` goes on once the other end's count is `value`; `data` writes or reads the slot of page `value`;
/// `publish` makes this end's count `value`.
enum class Kind { wait, data, publish };

struct Operation {
    Kind kind;
    std::uint32_t value;
};

/// Which operations keep their place: an acquire before all that follow, a release behind all that precede.
struct Orders {
    bool wait_acquires = true;
    bool publish_releases = true;
};

struct End {
    std::vector<Operation> program;
    Orders orders;

    /// Whether `later` may not happen before `earlier`. A location's own operations always keep their order.
    bool ordered(std::size_t earlier, std::size_t later) const {
        const Operation& first = program[earlier];
        const Operation& second = program[later];
        const bool same_place = first.kind == second.kind &&
                                (first.kind != Kind::data || first.value % kSlots == second.value % kSlots);
        return same_place || (first.kind == Kind::wait && orders.wait_acquires) ||
               (second.kind == Kind::publish && orders.publish_releases);
    }
};

End sender(Orders orders) {
    End end{.program = {}, .orders = orders};
    for (std::uint32_t page = 0; page < kPages; ++page) {
        end.program.push_back({Kind::wait, page < kSlots ? 0 : page + 1 - kSlots});
        end.program.push_back({Kind::data, page});
        end.program.push_back({Kind::publish, page + 1});
    }
    return end;
}

End receiver(Orders orders) {
    End end{.program = {}, .orders = orders};
    for (std::uint32_t page = 0; page < kPages; ++page) {
        end.program.push_back({Kind::wait, page + 1});
        end.program.push_back({Kind::data, page});
        end.program.push_back({Kind::publish, page + 1});
    }
    return end;
}

/// What the two have done, as a bit for each operation, and what memory holds. Index 0 is the sender.
struct RingState {
    std::array<std::uint32_t, 2> done{};
    std::array<std::uint32_t, 2> count{};
    std::array<std::uint32_t, kSlots> slots{};  ///< page + 1
    bool operator<(const RingState& other) const {
        return std::tie(done, count, slots) < std::tie(other.done, other.count, other.slots);
    }
};

/// What a search saw.
struct Findings {
    std::size_t states = 0;
    bool wrong_page = false;
    bool stuck = false;
    bool finished = false;
};

class RingSearch {
  public:
    RingSearch(End sender, End receiver) : ends_{std::move(sender), std::move(receiver)} {}

    Findings run() {
        visit(RingState{});
        findings_.states = seen_.size();
        return findings_;
    }

  private:
    bool may_happen(const RingState& state, std::size_t end, std::size_t index) const {
        const std::uint32_t done = state.done[end];
        if ((done >> index & 1U) != 0) {
            return false;
        }
        for (std::size_t earlier = 0; earlier < index; ++earlier) {
            if ((done >> earlier & 1U) == 0 && ends_[end].ordered(earlier, index)) {
                return false;
            }
        }
        const Operation& operation = ends_[end].program[index];
        return operation.kind != Kind::wait || state.count[1 - end] >= operation.value;
    }

    RingState after(RingState state, std::size_t end, std::size_t index) {
        const Operation& operation = ends_[end].program[index];
        state.done[end] |= 1U << index;
        if (operation.kind == Kind::publish) {
            state.count[end] = operation.value;
        } else if (operation.kind == Kind::data) {
            std::uint32_t& slot = state.slots[operation.value % kSlots];
            if (end == 0) {
                slot = operation.value + 1;
            } else {
                findings_.wrong_page |= slot != operation.value + 1;
            }
        }
        return state;
    }

    void visit(const RingState& state) {
        if (!seen_.insert(state).second) {
            return;
        }
        bool moved = false;
        for (std::size_t end = 0; end < ends_.size(); ++end) {
            for (std::size_t index = 0; index < ends_[end].program.size(); ++index) {
                if (may_happen(state, end, index)) {
                    moved = true;
                    visit(after(state, end, index));
                }
            }
        }
        const std::uint32_t all = (1U << ends_[0].program.size()) - 1;
        const bool finished = state.done[0] == all && state.done[1] == all;
        findings_.finished |= finished;
        findings_.stuck |= !moved && !finished;
    }

    std::array<End, 2> ends_;
    std::set<RingState> seen_;
    Findings findings_;
};

}  // namespace

TEST_CASE("no order of events makes a receiver read a wrong page, or stops either end") {
    const Findings findings = RingSearch(sender({}), receiver({})).run();
    CHECK(findings.finished);
    CHECK_FALSE(findings.wrong_page);
    CHECK_FALSE(findings.stuck);
    CHECK(findings.states > kPages * 6);
}

TEST_CASE("each memory order of the ring is needed") {
    const Orders no_acquire{.wait_acquires = false};
    const Orders no_release{.publish_releases = false};
    CHECK(RingSearch(sender(no_acquire), receiver({})).run().wrong_page);
    CHECK(RingSearch(sender(no_release), receiver({})).run().wrong_page);
    CHECK(RingSearch(sender({}), receiver(no_acquire)).run().wrong_page);
    CHECK(RingSearch(sender({}), receiver(no_release)).run().wrong_page);
}
