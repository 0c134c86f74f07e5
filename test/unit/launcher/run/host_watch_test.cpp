// Silence of other hosts, told by the clock that the test sets.

#include "launcher/run/host_watch.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "job/release.hpp"

using namespace tt_run;
using launcher::HostWatch;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

class Nobody final : public launcher::PeerListener {
  public:
    void agent_joined(job::Rank, const job::Hello&) override { ++joined; }
    void agent_refused(job::Rank, const job::Hello&) override {}
    void agent_said(job::Rank, const job::Message&) override {}
    void agent_lost(job::Rank) override {}
    void runtime_said(job::Rank, const job::Message&) override {}
    void runtime_lost(job::Rank) override {}
    void host_unreachable(const job::Unreachable&) override {}
    int joined = 0;
};

/// A job of three ranks on two hosts, whose agents have all joined just now.
struct Fixture {
    Fixture()
        : peers(*job::listen_on_unix(fmt::format("tt-run-test/watch.{}", ::getpid())), {"agent", "runtime"},
                3) {
        for (int rank = 0; rank < 3; ++rank) {
            launcher::PlannedRank planned;
            planned.rank = {rank};
            planned.place.host = rank == 2 ? "far" : "near";
            plan.ranks.push_back(planned);
            agents.push_back(*job::connect_to(peers.address()));
            const std::string hello = job::encode(job::Hello{job::kProtocolVersion,
                                                             "agent",
                                                             job::Role::agent,
                                                             {rank},
                                                             1,
                                                             "h",
                                                             std::string(job::release())});
            REQUIRE(::send(agents.back().get(), hello.data(), hello.size(), 0) > 0);
        }
        plan.supervision.host_timeout = seconds(8);
        while (nobody.joined < 3) {
            pollfd wait{peers.descriptor(), POLLIN, 0};
            ::poll(&wait, 1, 1000);
            peers.take_news(nobody);
        }
    }
    launcher::LaunchPlan plan;
    launcher::PeerSet peers;
    std::vector<job::Descriptor> agents;
    Nobody nobody;
};

}  // namespace

TEST_CASE("hosts that are silent for too long are named with their ranks, once they have been asked") {
    Fixture f;
    HostWatch watch(f.plan, true);
    const auto start = HostWatch::Clock::now();
    for (milliseconds at{0}; at < seconds(7); at += milliseconds(500)) {
        CHECK(!watch.look(start + at, f.peers));
    }
    CHECK(watch.suspects(start + seconds(3), f.peers).empty());
    CHECK(watch.suspects(start + seconds(5), f.peers).size() == 3);  // two heartbeats
    char byte = 0;
    CHECK(::recv(f.agents[2].get(), &byte, 1, MSG_DONTWAIT) == 1);  // a heartbeat
    std::optional<HostWatch::Verdict> verdict;
    for (milliseconds at{7000}; at < seconds(10) && !verdict; at += milliseconds(500)) {
        verdict = watch.look(start + at, f.peers);
    }
    REQUIRE(verdict);
    CHECK(verdict->lost.size() == 3);
    CHECK(
        verdict->explanation ==
        "tt-run: host far does not answer for 8 s (--host-timeout): frozen, down, or cut off; on it rank 2\n"
        "tt-run: host near does not answer for 8 s (--host-timeout): frozen, down, or cut off; on it ranks "
        "0,1\n");
}

TEST_CASE("after a sleep of its own the watch begins anew") {
    Fixture f;
    HostWatch watch(f.plan, true);
    const auto start = HostWatch::Clock::now();
    CHECK(!watch.look(start, f.peers));
    CHECK(!watch.look(start + seconds(600), f.peers));
    CHECK(!watch.look(start + seconds(603), f.peers));
}

TEST_CASE("on one host nothing is watched") {
    Fixture f;
    HostWatch watch(f.plan, false);
    CHECK(!watch.next());
    CHECK(!watch.look(HostWatch::Clock::now() + seconds(600), f.peers));
}
