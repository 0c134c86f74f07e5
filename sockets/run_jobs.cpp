#include "sockets/run_jobs.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <map>

#include <fmt/format.h>

#include "distributed/wait_until.hpp"

namespace tt_run::sockets {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;

constexpr microseconds kSpin{50};
/// Between two looks at peers, probes and deadlines.
constexpr microseconds kSleep{50'000};
/// Where no bell rings, and the network has to be asked.
constexpr microseconds kShortestNap{20};
constexpr microseconds kLongestNap{2000};

bool step_all(JobSet& set) {
    bool moved = false;
    for (const auto& job : set.jobs) {
        while (!job->done() && job->step()) {
            moved = true;
        }
    }
    for (const auto& job : set.jobs) {
        job->notify();
    }
    return moved;
}

bool all_done(const JobSet& set) {
    return std::ranges::all_of(set.jobs, [](const auto& job) { return job->done(); });
}

/// One long wait: sleeps, and tells who asks what for.
class LongWait {
  public:
    explicit LongWait(JobSet& set) : set_(set), scope_("transfers through a socket") {}
    ~LongWait() {
        if (set_.waited_ns) {
            *set_.waited_ns +=
                static_cast<std::uint64_t>(std::chrono::nanoseconds(Clock::now() - begin_).count());
        }
    }
    LongWait(const LongWait&) = delete;
    LongWait& operator=(const LongWait&) = delete;

    /// Until something may have moved or it is time to look; true if something has.
    bool sleep() {
        if (set_.all_ring && set_.bells.size() == 1) {
            const std::uint32_t ticket = set_.bells.front()->ticket();
            if (step_all(set_)) {
                return true;
            }
            look_now_and_then();
            set_.bells.front()->wait(ticket, kSleep);
            return step_all(set_);
        }
        nap_ = std::min(kLongestNap, nap_ * 2);
        look_now_and_then();
        set_.bells.empty() ? take_nap() : set_.bells.front()->wait(set_.bells.front()->ticket(), nap_);
        return step_all(set_);
    }

  private:
    void take_nap() const {
        const timespec pause{0, std::chrono::nanoseconds(nap_).count()};
        ::nanosleep(&pause, nullptr);
    }

    /// Just after a step that moved nothing.
    void look_now_and_then() {
        if (Clock::now() < next_look_) {
            return;
        }
        next_look_ = Clock::now() + kSleep;
        for (const auto& job : set_.jobs) {
            if (!job->done()) {
                job->check_peer();
            }
        }
        scope_.update(needs());
        scope_.check();
    }

    /// One line for each peer: connections of a socket mostly stand together.
    distributed::Needs needs() const {
        std::map<std::vector<job::Rank>, std::pair<job::Wait, std::size_t>> by_peer;
        for (const auto& job : set_.jobs) {
            for (job::Wait& wait : job->done() ? std::vector<job::Wait>{} : job->waits()) {
                ++by_peer.try_emplace(wait.peers, std::move(wait), 0).first->second.second;
            }
        }
        distributed::Needs needs;
        for (auto& [peer, counted] : by_peer) {
            if (counted.second > 1) {
                counted.first.object += fmt::format(", like {} more connections,", counted.second - 1);
            }
            needs.any.push_back(std::move(counted.first));
        }
        return needs;
    }

    JobSet& set_;
    microseconds nap_ = kShortestNap;
    Clock::time_point begin_ = Clock::now();
    Clock::time_point next_look_ = Clock::now() + kSleep;
    distributed::WaitScope scope_;
};

}  // namespace

bool try_jobs(JobSet& set) {
    step_all(set);
    return all_done(set);
}

void run_jobs(JobSet& set) {
    while (!try_jobs(set)) {
        const Clock::time_point spin_end = Clock::now() + kSpin;
        bool moved = false;
        while (!moved && Clock::now() < spin_end) {
            moved = step_all(set);
        }
        if (moved || all_done(set)) {
            continue;
        }
        LongWait wait(set);
        while (!wait.sleep() && !all_done(set)) {
        }
    }
}

}  // namespace tt_run::sockets
