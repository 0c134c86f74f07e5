// The supervision protocol, both ways: what ranks say to tt-run, and what their agents hear.

#include <algorithm>
#include <cstring>

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "job/channel.hpp"
#include "job/deadlock_watch.hpp"
#include "job/frame_reader.hpp"
#include "job/release.hpp"
#include "job/supervision_message.hpp"
#include "launcher/run/hang_watch.hpp"
#include "launcher/run/job_record.hpp"
#include "launcher/run/peer_set.hpp"
#include "test/fuzz/target.hpp"

namespace tt_run::fuzz {

using job::Message;

namespace {

constexpr int kRanks = 4;

void decode_message(std::string_view bytes) {
    if (const auto message = job::decode(bytes)) {
        demand(std::string_view(job::encode(*message)).substr(4) == bytes, "a message has one form");
    }
}

/// The stream in two ways of cutting it gives the same payloads.
void read_frames(std::string_view bytes) {
    const auto payloads = [&](std::size_t step) {
        std::vector<std::string> found;
        job::FrameReader reader(job::kLargestHello);
        for (std::size_t at = 0; at < bytes.size(); at += step) {
            const std::string_view piece = bytes.substr(at, step);
            std::memcpy(reader.room(piece.size()), piece.data(), piece.size());
            reader.commit(piece.size());
            while (const auto payload = reader.next()) {
                demand(payload->size() <= job::kLargestHello, "no payload above the limit");
                found.emplace_back(*payload);
            }
        }
        return found;
    };
    demand(payloads(1) == payloads(std::max<std::size_t>(bytes.size(), 1)),
           "frames do not depend on how they arrive");
}

/// Wait reports of ranks that lie: each message is a rank in one byte, then a frame.
void watch_deadlocks(std::string_view bytes) {
    job::DeadlockWatch watch(kRanks);
    while (bytes.size() > 5) {
        const job::Rank rank{static_cast<unsigned char>(bytes.front()) % kRanks};
        std::uint32_t size = 0;
        std::memcpy(&size, bytes.data() + 1, sizeof size);
        size = std::min<std::uint32_t>(size, static_cast<std::uint32_t>(bytes.size() - 5));
        const auto message = job::decode(bytes.substr(5, size));
        bytes.remove_prefix(5 + size);
        if (message) {
            if (const auto* blocked = std::get_if<job::Blocked>(&*message)) {
                watch.hear(rank, *blocked);
            } else if (const auto* unblocked = std::get_if<job::Unblocked>(&*message)) {
                watch.hear(rank, *unblocked);
            } else if (std::holds_alternative<job::Gone>(*message)) {
                watch.leave(rank);
            } else if (std::holds_alternative<job::Leave>(*message)) {
                watch.forget(rank);
            }
        }
        const auto step = watch.advance();
        for (const job::Rank asked : step.to_ask) {
            demand(asked.value >= 0 && asked.value < kRanks, "only ranks of the job are asked");
        }
        watch.graph().render_waits();
    }
}

launcher::LaunchPlan small_plan() {
    launcher::LaunchPlan plan;
    for (int rank = 0; rank < kRanks; ++rank) {
        launcher::PlannedRank planned;
        planned.rank = {rank};
        planned.place = {"host", rank, kRanks};
        plan.ranks.push_back(planned);
    }
    plan.program = {"/bin/true"};
    return plan;
}

/// A supervisor's ears, without its hands: what peers say is recorded and watched as in a job.
class Ears final : public launcher::PeerListener {
  public:
    Ears() : plan_(small_plan()), record_(plan_, {}), watch_(plan_, {}) {}

    void agent_joined(job::Rank rank, const job::Hello& hello) override {
        record_.agent_joined(rank, hello.pid);
    }
    void agent_refused(job::Rank, const job::Hello&) override {}
    void agent_lost(job::Rank rank) override { record_.lost(rank, false); }
    void runtime_lost(job::Rank rank) override { watch_.runtime_lost(rank); }
    void host_unreachable(const job::Unreachable&) override {}
    void runtime_said(job::Rank rank, const Message& message) override {
        if (const auto* blocked = std::get_if<job::Blocked>(&message)) {
            watch_.hear(rank, *blocked, {});
        } else if (const auto* unblocked = std::get_if<job::Unblocked>(&message)) {
            watch_.hear(rank, *unblocked, {});
        } else if (const auto* report = std::get_if<job::Report>(&message)) {
            record_.reported(rank, *report);
        } else if (const auto* phase = std::get_if<job::Phase>(&message)) {
            record_.entered(rank, *phase, job::Role::runtime);
        }
    }
    void agent_said(job::Rank rank, const Message& message) override {
        if (const auto* started = std::get_if<job::Started>(&message)) {
            record_.started(rank, *started);
        } else if (const auto* output = std::get_if<job::Output>(&message)) {
            record_.printed(rank, *output);
        } else if (const auto* aborted = std::get_if<job::Aborted>(&message)) {
            record_.aborted(rank, *aborted, false);
        } else if (const auto* refused = std::get_if<job::NotStarted>(&message)) {
            record_.not_started(rank, *refused, false);
        } else if (const auto* ended = std::get_if<job::Exited>(&message)) {
            record_.ended(rank, *ended, false);
        } else if (const auto* stacks = std::get_if<job::Stacks>(&message)) {
            watch_.hear(rank, *stacks);
        } else if (const auto* phase = std::get_if<job::Phase>(&message)) {
            record_.entered(rank, *phase, job::Role::agent);
        }
    }
    void look(launcher::PeerSet& peers) {
        watch_.look(launcher::HangWatch::Clock::time_point(std::chrono::hours(1)), record_.outcome(), peers);
        demand(record_.outcome().exit_code() >= 0, "every outcome has an exit code");
        for (const launcher::RankOutcome& rank : record_.outcome().ranks) {
            describe_end(rank);
            demand(exit_code_of(rank) >= 0 && exit_code_of(rank) < 256, "a rank's exit code is one");
            double told = 0;
            for (const launcher::PhaseStretch& stretch : rank.phases.stretches(0.5, 2)) {
                demand(stretch.begin == told && stretch.end >= told, "phases leave no gaps");
                told = stretch.end;
            }
            demand(told == 2, "phases end with the rank");
            demand(!rank.failed() || exit_code_of(rank) != 0, "a failed rank's exit code says so");
        }
    }

  private:
    launcher::LaunchPlan plan_;
    launcher::JobRecord record_;
    launcher::HangWatch watch_;
};

/// Bytes on a real connection to a supervisor's door. The first byte: whether the peer knows a token.
void speak_to_supervisor(std::string_view bytes) {
    if (bytes.empty()) {
        return;
    }
    static int number = 0;
    launcher::PeerSet peers(*job::listen_on_unix(fmt::format("tt-run-fuzz/{}.{}", ::getpid(), ++number)),
                            {"agent", "runtime"}, kRanks);
    Ears ears;
    const auto door = job::connect_to(peers.address());
    demand(door.has_value(), "the door is open");
    const auto choice = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    if (choice % 3 != 2) {
        const bool agent = choice % 3 == 0;
        const std::string hello = job::encode(job::Hello{job::kProtocolVersion,
                                                         agent ? "agent" : "runtime",
                                                         agent ? job::Role::agent : job::Role::runtime,
                                                         {choice % kRanks},
                                                         1,
                                                         "h",
                                                         std::string(job::release())});
        ::send(door->get(), hello.data(), hello.size(), MSG_NOSIGNAL);
    }
    ::send(door->get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    ::shutdown(door->get(), SHUT_WR);
    pollfd news{peers.descriptor(), POLLIN, 0};
    for (int round = 0; round < 100 && ::poll(&news, 1, 0) == 1; ++round) {
        peers.take_news(ears);
        ears.look(peers);
    }
    demand(::poll(&news, 1, 0) == 0, "a peer that has gone is let go");
}

/// The agent's side: whatever comes instead of a supervisor's words.
void listen_as_agent(std::string_view bytes) {
    int ends[2];
    demand(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0,
           "sockets can be made");
    const job::Descriptor far_end(ends[1]);
    job::Channel channel(job::Descriptor(ends[0]), job::kLargestFromSupervisor);
    ::send(far_end.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    ::shutdown(far_end.get(), SHUT_WR);
    for (std::size_t round = 0; round < 100 && !channel.lost(); ++round) {
        channel.receive();
        while (channel.next()) {
        }
    }
    demand(channel.lost(), "a supervisor that has gone is lost");
}

std::vector<Message> one_of_each() {
    job::StartOrder order;
    order.arguments = {"/bin/true", "x"};
    order.environment = {"A=1"};
    order.directory = "/";
    order.files = {{"V", "/p", "bytes"}};
    job::Blocked blocked;
    blocked.epoch = 1;
    blocked.waits = {{"socket 3 receive", {{1}, {2}}, 0, 5, 7, 1}};
    blocked.brought = {{7, 3, 1}};
    return {job::Hello{job::kProtocolVersion, "agent", job::Role::agent, {1}, 1, "h", "r"},
            order,
            job::Started{5},
            job::NotStarted{2, "starting it"},
            job::Output{job::Stream::error, "words\n"},
            job::Credit{9},
            job::Input{"typed"},
            job::Exited{256, 0, 4096},
            job::Aborted{3},
            job::Gone{},
            job::Signal{15},
            job::Terminate{500},
            job::TakeStacks{},
            job::Stacks{"main"},
            job::Leave{},
            blocked,
            job::Unblocked{1},
            job::Probe{4},
            job::Report{"{}"},
            job::Heartbeat{},
            job::Unreachable{"h", "no route"},
            job::Phase{job::PhaseKind::open, 1000}};
}

std::vector<std::string> frames(std::string_view before) {
    std::vector<std::string> made;
    std::string all;
    for (const Message& message : one_of_each()) {
        made.push_back(std::string(before) + job::encode(message));
        all += made.back();
    }
    made.push_back(all);
    return made;
}

std::vector<std::string> payloads() {
    std::vector<std::string> made = frames("");
    for (std::string& frame : made) {
        frame.erase(0, 4);
    }
    return made;
}

/// Two ranks that wait for each other, and are asked twice.
std::vector<std::string> deadlocks() {
    std::string ring;
    for (std::uint64_t probe = 0; probe < 4; ++probe) {
        for (int rank = 0; rank < 2; ++rank) {
            job::Blocked blocked;
            blocked.epoch = 1;
            blocked.probe = probe;
            blocked.waits = {{"receive", {{1 - rank}}, 0, 1, 0, 0}};
            ring += static_cast<char>(rank);
            ring += job::encode(blocked);
        }
    }
    std::vector<std::string> made = frames(std::string_view("\1", 1));
    made.push_back(std::move(ring));
    return made;
}

}  // namespace

std::vector<Target> supervision_targets() {
    return {
        {.name = "agent-ear", .run = listen_as_agent, .made = [] { return frames(""); }},
        {.name = "deadlock-watch", .largest = 2048, .run = watch_deadlocks, .made = deadlocks},
        {.name = "frames", .largest = 2048, .run = read_frames, .made = [] { return frames(""); }},
        {.name = "message", .run = decode_message, .made = payloads},
        {.name = "supervisor-door",
         .run = speak_to_supervisor,
         .made = [] { return frames(std::string_view("\0", 1)); }},
    };
}

}  // namespace tt_run::fuzz
