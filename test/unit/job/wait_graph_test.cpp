// Who waits for whom: the verdict against a slow checker that tries everything, and no false alarm on runs
// that are merely slow.

#include "job/wait_graph.hpp"

#include <algorithm>
#include <deque>
#include <random>
#include <set>

#include <catch2/catch.hpp>

#include "job/deadlock_watch.hpp"

using namespace tt_run::job;

namespace {

struct RandomWaits {
    std::vector<Blocked> reports;
    std::vector<bool> blocked;
    std::vector<bool> left;
};

RandomWaits random_waits(std::mt19937& random) {
    RandomWaits made;
    const std::size_t ranks = 1 + random() % 7;
    const unsigned density = random() % 4 + 1;
    for (std::size_t rank = 0; rank < ranks; ++rank) {
        Blocked report{random() % 5, 0, random() % 3 == 0, {}};
        for (unsigned k = random() % (density + 1); k != 0; --k) {
            std::vector<Rank> peers;
            for (unsigned n = 1 + random() % 2; n != 0; --n) {
                peers.push_back({static_cast<std::int32_t>(random() % ranks)});
            }
            report.waits.push_back({"w", peers, 0, 1});
        }
        made.reports.push_back(report);
        made.blocked.push_back(random() % 5 != 0);
        made.left.push_back(random() % 8 == 0);
    }
    return made;
}

/// The ranks that are freed in no order of events: tries, again and again, to free any one rank.
std::set<int> stuck_by_trying(const RandomWaits& waits) {
    std::set<int> going;
    const std::size_t ranks = waits.reports.size();
    for (std::size_t round = 0; round <= ranks; ++round) {
        for (std::size_t rank = 0; rank < ranks; ++rank) {
            const auto comes = [&](const Wait& wait) {
                return std::ranges::all_of(wait.peers, [&](Rank peer) { return going.contains(peer.value); });
            };
            const auto& list = waits.reports[rank].waits;
            const bool is_free = !waits.blocked[rank] || list.empty() ||
                                 (waits.reports[rank].any ? std::any_of(list.begin(), list.end(), comes)
                                                          : std::all_of(list.begin(), list.end(), comes));
            if (is_free && !waits.left[rank]) {
                going.insert(static_cast<int>(rank));
            }
        }
    }
    std::set<int> stuck;
    for (std::size_t rank = 0; rank < ranks; ++rank) {
        if (!waits.left[rank] && !going.contains(static_cast<int>(rank))) {
            stuck.insert(static_cast<int>(rank));
        }
    }
    return stuck;
}

}  // namespace

TEST_CASE("the verdict agrees with a slow checker on 2000 random wait graphs") {
    const auto seed = std::random_device()();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    std::size_t deadlocks = 0;
    for (int round = 0; round < 2000; ++round) {
        const RandomWaits waits = random_waits(random);
        WaitGraph graph(waits.reports.size());
        for (std::size_t rank = 0; rank < waits.reports.size(); ++rank) {
            const Rank r{static_cast<std::int32_t>(rank)};
            if (waits.blocked[rank]) {
                graph.block(r, waits.reports[rank]);
            }
            if (waits.left[rank]) {
                graph.leave(r);
            }
        }
        const auto found = graph.find_deadlock();
        std::set<int> stuck;
        for (const Rank rank : found ? found->ranks : std::vector<Rank>{}) {
            stuck.insert(rank.value);
        }
        REQUIRE(stuck == stuck_by_trying(waits));
        if (!found) {
            continue;
        }
        ++deadlocks;
        // Each of the chain really waits for the next, and the last for the first or for one that has gone.
        for (std::size_t k = 0; k < found->chain.size(); ++k) {
            const bool is_last = k + 1 == found->chain.size();
            const auto& list = waits.reports[static_cast<std::size_t>(found->chain[k].value)].waits;
            const bool holds = std::any_of(list.begin(), list.end(), [&](const Wait& wait) {
                return std::ranges::any_of(wait.peers, [&](Rank peer) {
                    return is_last && !found->is_ring
                               ? waits.left[static_cast<std::size_t>(peer.value)] == true
                               : peer == found->chain[is_last ? 0 : k + 1];
                });
            });
            CHECK(holds);
        }
    }
    CHECK(deadlocks > 200);
}

TEST_CASE("a deadlock is told with both ends of every wait") {
    WaitGraph graph(3);
    graph.block({0}, {1, 0, false, {{"socket 4 receive", {{1}}, 3, 4}}});
    graph.block({1}, {1, 0, false, {{"socket 5 receive", {{0}}, 0, 1}}});
    const auto found = graph.find_deadlock();
    REQUIRE(found);
    CHECK(graph.render(*found) ==
          "these ranks wait for each other: 0 -> 1 -> 0\n"
          "  rank 0 waits in socket 4 receive for rank 1 (has 3 of 4)\n"
          "  rank 1 waits in socket 5 receive for rank 0 (has 0 of 1)\n");
}

TEST_CASE("old reports change nothing") {
    WaitGraph graph(2);
    graph.block({0}, {5, 0, false, {{"w", {{0}}, 0, 1}}});
    graph.unblock({0}, {5});
    graph.block({0}, {5, 0, false, {{"w", {{0}}, 0, 1}}});
    graph.block({0}, {4, 0, false, {{"w", {{0}}, 0, 1}}});
    CHECK(!graph.find_deadlock());
    graph.block({0}, {6, 0, false, {{"w", {{0}}, 0, 1}}});
    CHECK(graph.find_deadlock());
    graph.unblock({0}, {5});
    CHECK(graph.find_deadlock());
}

TEST_CASE("a rank that runs one program after the other is not taken for one that has ended") {
    WaitGraph graph(2);
    graph.block({0}, {7, 0, false, {{"w", {{1}}, 0, 1}}});
    graph.leave({0});
    graph.forget({0});
    graph.block({1}, {1, 0, false, {{"w", {{0}}, 0, 1}}});
    CHECK(!graph.find_deadlock());
    graph.block({0}, {1, 0, false, {{"w", {{1}}, 0, 1}}});  // the next one counts from 1 again
    CHECK(graph.find_deadlock());
    graph.leave({0});
    CHECK(graph.find_deadlock()->ranks == std::vector<Rank>{{1}});
}

TEST_CASE("a peer that has brought its part holds nobody up, unless it is at something else") {
    WaitGraph graph(2);
    const auto barrier = [](std::int32_t peer, std::uint64_t number, std::uint64_t kind,
                            std::uint64_t own_number, std::uint64_t own_kind) {
        return Blocked{1, 0, true, {{"barrier", {{peer}}, 0, number, 7, kind}}, {{7, own_number, own_kind}}};
    };
    // Both have come to barrier 3: it is over as soon as they look.
    graph.block({0}, barrier(1, 3, 1, 3, 1));
    graph.block({1}, barrier(0, 3, 1, 3, 1));
    CHECK(!graph.find_deadlock());
    // One waits in another call of the same number.
    graph.block({1}, barrier(0, 3, 2, 3, 2));
    CHECK(graph.find_deadlock());
    // One stands at its second, the other at its third.
    graph.block({1}, barrier(0, 2, 1, 2, 1));
    REQUIRE(!graph.find_deadlock());
    // One waits for something else altogether, and has not come to it.
    graph.block({1}, {1, 0, true, {{"data", {{0}}, 0, 1}}, {{7, 2, 1}}});
    REQUIRE(graph.find_deadlock());
    CHECK(graph.render(*graph.find_deadlock()) ==
          "these ranks wait for each other: 0 -> 1 -> 0\n"
          "  rank 0 waits in barrier for rank 1\n"
          "  rank 1 waits in data for rank 0 (has 0 of 1)\n");
    // A wait with a deadline is no deadlock.
    Blocked limited{1, 0, true, {{"data", {{0}}, 0, 1}}, {{7, 2, 1}}, true};
    graph.block({1}, limited);
    CHECK(!graph.find_deadlock());
    CHECK(graph.render_waits().find("rank 1 waits in data") != std::string::npos);
}

namespace {

/// Ranks that pass tokens around, each slow in what it does and slower in telling: a report takes any number
/// of steps to arrive, and so does an answer. A step lets one random thing happen.
class SlowRun {
  public:
    SlowRun(std::mt19937& random, std::size_t ranks, bool deadlocks)
        : random_(random),
          inbox_(ranks, 0),
          waiting_(ranks, false),
          epoch_(ranks, 0),
          watch_(ranks),
          links_(ranks) {
        if (!deadlocks) {
            inbox_[0] = 1;
        }
    }

    std::optional<std::string> run(int steps) {
        for (int step = 0; step < steps; ++step) {
            const std::size_t rank = random_() % inbox_.size();
            switch (random_() % 4) {
                case 0:
                    move(rank);
                    break;
                case 1:
                    deliver(rank);
                    break;
                case 2:
                    answer(rank);
                    break;
                default:
                    if (auto verdict = look()) {
                        return verdict;
                    }
            }
        }
        return std::nullopt;
    }

  private:
    struct Link {
        std::deque<Message> to_watch;
        std::deque<Probe> to_rank;
    };

    /// A rank takes what came and passes it on, or says that it waits.
    void move(std::size_t rank) {
        if (inbox_[rank] > 0) {
            --inbox_[rank];
            ++inbox_[(rank + 1) % inbox_.size()];
            if (waiting_[rank]) {
                waiting_[rank] = false;
                links_[rank].to_watch.push_back(Unblocked{epoch_[rank]});
            }
        } else if (!waiting_[rank]) {
            waiting_[rank] = true;
            ++epoch_[rank];
            links_[rank].to_watch.push_back(wait_of(rank, 0));
        }
    }

    Blocked wait_of(std::size_t rank, std::uint64_t probe) const {
        const auto peer = static_cast<std::int32_t>((rank + inbox_.size() - 1) % inbox_.size());
        return {epoch_[rank], probe, false, {{"token", {{peer}}, 0, 1}}};
    }

    void deliver(std::size_t rank) {
        if (!links_[rank].to_watch.empty()) {
            const Message message = links_[rank].to_watch.front();
            links_[rank].to_watch.pop_front();
            const Rank r{static_cast<std::int32_t>(rank)};
            if (const auto* const blocked = std::get_if<Blocked>(&message)) {
                watch_.hear(r, *blocked);
            } else {
                watch_.hear(r, std::get<Unblocked>(message));
            }
        }
    }

    /// A rank that is asked looks first: a token that lies there ends the wait.
    void answer(std::size_t rank) {
        if (!links_[rank].to_rank.empty()) {
            const Probe probe = links_[rank].to_rank.front();
            links_[rank].to_rank.pop_front();
            if (waiting_[rank] && inbox_[rank] == 0) {
                links_[rank].to_watch.push_back(wait_of(rank, probe.number));
            } else {
                move(rank);
            }
        }
    }

    std::optional<std::string> look() {
        const DeadlockWatch::Step step = watch_.advance();
        for (const Rank rank : step.to_ask) {
            links_[static_cast<std::size_t>(rank.value)].to_rank.push_back(step.probe);
        }
        return step.verdict;
    }

    std::mt19937& random_;
    std::vector<int> inbox_;
    std::vector<bool> waiting_;
    std::vector<std::uint64_t> epoch_;
    DeadlockWatch watch_;
    std::vector<Link> links_;
};

}  // namespace

TEST_CASE("200 slow runs raise no false alarm, and the same runs without a token are found out") {
    const auto seed = std::random_device()();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    for (int round = 0; round < 200; ++round) {
        const std::size_t ranks = 2 + random() % 5;
        CHECK(!SlowRun(random, ranks, false).run(5000));
        CHECK(SlowRun(random, ranks, true).run(5000));
    }
}
