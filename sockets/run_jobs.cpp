#include "sockets/run_jobs.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "distributed/wait_until.hpp"
#include "sockets/wait_report.hpp"

namespace tt_run::sockets {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;

constexpr microseconds kSpin{50};
/// Between two looks at peers, probes and deadlines.
constexpr microseconds kSleep{50'000};
/// Where no bell rings, and the network has to be asked.
constexpr microseconds kShortestNap{20};
constexpr microseconds kLongestNap{500};

bool step_all(JobSet& set) {
    bool moved = false;
    for (const auto& job : set.jobs) {
        while (!job->done() && job->step()) {
            moved = true;
        }
    }
    return moved;
}

bool all_done(const JobSet& set) {
    return std::ranges::all_of(set.jobs, [](const auto& job) { return job->done(); });
}

/// One long wait: sleeps, and tells who asks what for.
class LongWait {
  public:
    LongWait(JobSet& set, bool by_caller) : set_(set), by_caller_(by_caller) {}
    ~LongWait() {
        if (told_) {
            WaitReport::get().moves(&set_);
        }
        if (set_.waited_ns) {
            *set_.waited_ns +=
                static_cast<std::uint64_t>(std::chrono::nanoseconds(Clock::now() - begin_).count());
        }
    }
    LongWait(const LongWait&) = delete;
    LongWait& operator=(const LongWait&) = delete;

    /// Until something moves or it is time to look.
    void sleep() {
        const bool has_bell = set_.all_ring && set_.bells.size() == 1;
        if (has_bell) {
            const std::uint32_t ticket = set_.bells.front()->ticket();
            if (step_all(set_)) {
                return moved();
            }
            look();
            set_.bells.front()->wait(ticket, kSleep);
            return;
        }
        nap_ = std::min(kLongestNap, nap_ * 2);
        if (Clock::now() >= next_look_) {
            next_look_ = Clock::now() + kSleep;
            look();
        }
        set_.bells.empty() ? distributed_nap() : set_.bells.front()->wait(set_.bells.front()->ticket(), nap_);
    }

    void moved() {
        nap_ = kShortestNap;
        if (told_) {
            WaitReport::get().moves(&set_);
            told_ = false;
        }
    }

  private:
    void distributed_nap() const {
        const timespec pause{0, std::chrono::nanoseconds(nap_).count()};
        ::nanosleep(&pause, nullptr);
    }

    void look() {
        if (!scope_ && by_caller_) {
            scope_.emplace("transfers through a socket");
        }
        if (scope_) {
            scope_->check();
        }
        WaitReport::get().stands(&set_, summarise(), by_caller_);
        told_ = true;
    }

    /// One line for each peer: connections of a socket mostly stand together.
    std::vector<job::Wait> summarise() {
        std::map<job::Rank, std::pair<job::Wait, std::size_t>> by_peer;
        for (const auto& job : set_.jobs) {
            if (job->done()) {
                continue;
            }
            job->check_peer();
            for (job::Wait& wait : job->waits()) {
                ++by_peer.try_emplace(wait.peer, std::move(wait), 0).first->second.second;
            }
        }
        std::vector<job::Wait> waits;
        for (auto& [peer, counted] : by_peer) {
            if (counted.second > 1) {
                counted.first.object += fmt::format(", like {} more connections", counted.second - 1);
            }
            waits.push_back(std::move(counted.first));
        }
        return waits;
    }

    JobSet& set_;
    bool by_caller_;
    bool told_ = false;
    microseconds nap_ = kShortestNap;
    Clock::time_point begin_ = Clock::now();
    Clock::time_point next_look_ = Clock::now() + kSleep;
    std::optional<distributed::WaitScope> scope_;
};

}  // namespace

bool try_jobs(JobSet& set) {
    step_all(set);
    return all_done(set);
}

void run_jobs(JobSet& set, bool by_caller) {
    while (!try_jobs(set)) {
        const Clock::time_point spin_end = Clock::now() + kSpin;
        bool moved = false;
        while (!moved && Clock::now() < spin_end) {
            moved = step_all(set);
        }
        if (moved) {
            continue;
        }
        LongWait wait(set, by_caller);
        do {
            wait.sleep();
            moved = step_all(set);
        } while (!moved && !all_done(set));
    }
}

}  // namespace tt_run::sockets
