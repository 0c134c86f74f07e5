// Hostile, broken and slow peers: nothing that they send reaches the listener, and the good ones are served.

#include "launcher/run/peer_set.hpp"

#include <algorithm>
#include <random>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "job/release.hpp"

using namespace tt_run;
using launcher::PeerSet;

namespace {

class Record final : public launcher::PeerListener {
  public:
    void agent_joined(job::Rank rank, const job::Hello&) override { joined.push_back(rank.value); }
    void agent_said(job::Rank, const job::Message& message) override { said.push_back(message.index()); }
    void agent_lost(job::Rank rank) override { lost.push_back(rank.value); }
    void runtime_said(job::Rank, const job::Message&) override { ++runtime; }
    void runtime_lost(job::Rank) override { ++runtime; }
    void agent_refused(job::Rank rank, const job::Hello& hello) override {
        refused.push_back(fmt::format("{} {} {}", rank.value, hello.host, hello.release));
    }
    void host_unreachable(const job::Unreachable& report) override {
        refused.push_back(report.host + " " + report.reason);
    }

    std::vector<int> joined;
    std::vector<std::size_t> said;
    std::vector<int> lost;
    std::vector<std::string> refused;
    int runtime = 0;
};

class Fixture {
  public:
    Fixture()
        : peers(*job::listen_on_unix(fmt::format("tt-run-test/{}.{}", ::getpid(), ++count_)),
                {"agent", "runtime"}, 4) {}

    job::Descriptor connect() const { return *job::connect_to(peers.address()); }

    void settle() {
        for (int quiet = 0; quiet < 2;) {
            pollfd wait{peers.descriptor(), POLLIN, 0};
            ::poll(&wait, 1, 5) == 0 ? void(++quiet) : peers.take_news(record);
        }
    }

    static void send(const job::Descriptor& to, const std::string& bytes) {
        CHECK(::send(to.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) >= 0);
    }
    /// The other end has been closed.
    static bool is_dropped(const job::Descriptor& connection) {
        char byte = 0;
        return ::recv(connection.get(), &byte, 1, MSG_DONTWAIT) == 0;
    }

    PeerSet peers;
    Record record;

  private:
    static inline int count_ = 0;
};

std::string hello(const std::string& token, int rank, job::Role role = job::Role::agent) {
    return job::encode(
        job::Hello{job::kProtocolVersion, token, role, {rank}, 1, "h", std::string(job::release())});
}

}  // namespace

TEST_CASE("an agent is let in by its token, once per rank") {
    Fixture f;
    const auto first = f.connect();
    Fixture::send(first, hello("agent", 2) + job::encode(job::Started{5}));
    f.settle();
    CHECK(f.record.joined == std::vector<int>{2});
    CHECK(f.record.said.size() == 1);
    const auto second = f.connect();
    Fixture::send(second, hello("agent", 2));
    f.settle();
    CHECK(Fixture::is_dropped(second));
    CHECK(f.record.lost.empty());
    CHECK(f.peers.has_agent({2}));
}

TEST_CASE("whoever has no token, or the wrong one, is dropped unheard") {
    Fixture f;
    const std::vector<std::string> openings{
        hello("guess", 0),
        hello("runtime", 0),                    // a program's token makes no agent
        hello("agent", 0, job::Role::runtime),  // nor the other way round
        hello("agent", 4),                      // no such rank
        hello("agent", -1),
        job::encode(job::Exited{0, 0, 0}),
        job::encode(job::Hello{99, "runtime", job::Role::runtime, {0}, 1, "h", ""}),
        std::string("\xff\xff\xff\x7f", 4),
        std::string("GET / HTTP/1.0\r\n\r\n"),
        hello("agent", 0).substr(0, 4) + std::string(500, '\0'),
    };
    for (const std::string& opening : openings) {
        const auto peer = f.connect();
        Fixture::send(peer, opening + job::encode(job::Exited{256, 0, 0}));
        f.settle();
        CHECK(Fixture::is_dropped(peer));
    }
    CHECK(f.record.joined.empty());
    CHECK(f.record.said.empty());
    CHECK(f.record.lost.empty());
    CHECK(f.record.runtime == 0);
}

TEST_CASE("another user's process is dropped, whatever it knows") {
    if (::geteuid() != 0) {
        WARN("SKIPPED: only root can be somebody else");
        return;
    }
    constexpr uid_t kNobody = 65534;
    Fixture f;
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        if (::setresuid(kNobody, kNobody, kNobody) != 0) {
            ::_exit(2);
        }
        const auto peer = job::connect_to(f.peers.address());
        const std::string bytes = hello("agent", 2) + job::encode(job::Aborted{9});
        if (!peer || ::send(peer->get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) {
            ::_exit(3);
        }
        static_cast<void>(!::write(ready[1], "", 1));
        char byte = 0;
        ::_exit(::recv(peer->get(), &byte, 1, 0) > 0 ? 4 : 0);  // until it is dropped
    }
    char byte = 0;
    ::close(ready[1]);
    CHECK(::read(ready[0], &byte, 1) == 1);
    f.settle();
    int status = -1;
    CHECK(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(f.record.joined.empty());
    CHECK(f.record.said.empty());
    const auto own = f.connect();
    Fixture::send(own, hello("agent", 2));
    f.settle();
    CHECK(f.record.joined == std::vector<int>{2});
    ::close(ready[0]);
}

TEST_CASE("an agent of another release is refused, and named") {
    Fixture f;
    const auto newer = f.connect();
    Fixture::send(newer, job::encode(job::Hello{99, "agent", job::Role::agent, {0}, 1, "far", "9.9.9"}));
    const auto same_protocol = f.connect();
    Fixture::send(same_protocol, job::encode(job::Hello{
                                     job::kProtocolVersion, "agent", job::Role::agent, {1}, 1, "off", "0"}));
    const auto stranger = f.connect();
    Fixture::send(stranger, job::encode(job::Hello{99, "guess", job::Role::agent, {0}, 1, "far", "9.9.9"}));
    f.settle();
    std::ranges::sort(f.record.refused);
    CHECK(f.record.refused == std::vector<std::string>{"0 far 9.9.9", "1 off 0"});
    CHECK(
        (Fixture::is_dropped(newer) && Fixture::is_dropped(same_protocol) && Fixture::is_dropped(stranger)));
    CHECK(f.record.joined.empty());
}

TEST_CASE("a host that ssh cannot reach is told by who has the agents' token, and takes no rank's place") {
    Fixture f;
    for (const std::string token : {"agent", "runtime"}) {
        const auto reach = f.connect();
        Fixture::send(reach, hello(token, 0, job::Role::reach) +
                                 job::encode(job::Unreachable{"h1", "no route"}) +
                                 job::encode(job::Exited{}));
        f.settle();
        // Once it has been heard it need not wait; one with another token is sent away unheard.
        CHECK(Fixture::is_dropped(reach));
    }
    CHECK(f.record.refused == std::vector<std::string>{"h1 no route"});
    CHECK(f.record.said.empty());
    const auto agent = f.connect();
    Fixture::send(agent, hello("agent", 0));
    f.settle();
    CHECK(f.record.joined == std::vector<int>{0});
    CHECK(f.record.lost.empty());
}

TEST_CASE("an agent that is given up is spoken to no more") {
    Fixture f;
    const auto agent = f.connect();
    CHECK(!f.peers.last_heard({3}));
    Fixture::send(agent, hello("agent", 3));
    f.settle();
    CHECK(f.peers.last_heard({3}));
    f.peers.give_up({3});
    f.settle();
    CHECK(Fixture::is_dropped(agent));
    CHECK(!f.peers.has_agent({3}));
    CHECK(f.record.lost.empty());
}

TEST_CASE("silent peers are dropped in time, and never keep an agent out") {
    Fixture f;
    std::vector<job::Descriptor> silent;
    for (int k = 0; k < 600; ++k) {
        silent.push_back(f.connect());
    }
    f.settle();
    f.peers.drop_silent(std::chrono::steady_clock::now() + std::chrono::seconds(6));
    const auto agent = f.connect();
    Fixture::send(agent, hello("agent", 0));
    f.settle();
    f.peers.drop_silent(std::chrono::steady_clock::now() + std::chrono::seconds(6));
    f.settle();
    CHECK(f.record.joined == std::vector<int>{0});
}

TEST_CASE("random bytes in random pieces change nothing for an agent that is there") {
    const auto seed = std::random_device()();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    Fixture f;
    const auto agent = f.connect();
    Fixture::send(agent, hello("agent", 1));
    f.settle();
    for (int round = 0; round < 300; ++round) {
        const auto peer = f.connect();
        std::string bytes = random() % 2 == 0 ? hello("agent", 1) : std::string(random() % 700, '\0');
        for (unsigned hits = random() % 20 + (bytes.size() > 100 ? 50 : 1); hits != 0 && !bytes.empty();
             --hits) {
            bytes[random() % bytes.size()] = static_cast<char>(random());
        }
        for (std::size_t at = 0; at < bytes.size();) {
            const std::size_t piece = 1 + random() % 64;
            ::send(peer.get(), bytes.data() + at, std::min(piece, bytes.size() - at), MSG_NOSIGNAL);
            at += piece;
            f.peers.take_news(f.record);
        }
    }
    f.settle();
    Fixture::send(agent, job::encode(job::Gone{}));
    f.settle();
    CHECK(f.record.said.size() == 1);
    CHECK(f.record.lost.empty());
}
