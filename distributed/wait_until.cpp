#include "distributed/wait_until.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "support/require.hpp"
#include "support/text.hpp"

namespace tt_run::distributed {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr int kPollsAtOnce = 64;
constexpr int kPollsYielding = 64;
constexpr microseconds kFirstSleep{20};
constexpr microseconds kLongestSleep{500};
constexpr milliseconds kBetweenChecks{5};

milliseconds deadline_from_environment() {
    const char* text = std::getenv("TT_RUN_WAIT_TIMEOUT");
    const auto seconds = text == nullptr ? std::nullopt : support::parse_integer(text);
    return milliseconds(seconds && *seconds > 0 ? *seconds * 1000 : 0);
}

struct Waits {
    struct Entry {
        std::string what;
        Clock::time_point since;
    };
    std::mutex mutex;
    std::map<std::uint64_t, Entry> entries;  ///< by number, that is, by age
    std::uint64_t next = 0;
    std::function<void()> interrupt_check;
    milliseconds deadline = deadline_from_environment();
};

/// Never destroyed: threads may still wait while the process ends.
Waits& waits() {
    static Waits* const all = new Waits;
    return *all;
}

}  // namespace

std::vector<Wait> current_waits() {
    const std::lock_guard lock(waits().mutex);
    std::vector<Wait> result;
    for (const auto& [number, entry] : waits().entries) {
        result.push_back({entry.what, Clock::now() - entry.since});
    }
    return result;
}

void set_interrupt_check(std::function<void()> check) {
    const std::lock_guard lock(waits().mutex);
    waits().interrupt_check = std::move(check);
}

void set_wait_deadline(std::chrono::milliseconds deadline) {
    const std::lock_guard lock(waits().mutex);
    waits().deadline = deadline;
}

WaitScope::WaitScope(std::string what) {
    const std::lock_guard lock(waits().mutex);
    number_ = waits().next++;
    waits().entries.emplace(number_, Waits::Entry{std::move(what), Clock::now()});
}

WaitScope::~WaitScope() {
    const std::lock_guard lock(waits().mutex);
    waits().entries.erase(number_);
}

void WaitScope::check() const {
    std::function<void()> interrupt_check;
    std::string overdue;
    {
        const std::lock_guard lock(waits().mutex);
        interrupt_check = waits().interrupt_check;
        const Waits::Entry& entry = waits().entries.at(number_);
        if (waits().deadline.count() != 0 && Clock::now() - entry.since > waits().deadline) {
            overdue = fmt::format("gave up waiting for {} after {:.1f} s", entry.what,
                                  std::chrono::duration<double>(waits().deadline).count());
        }
    }
    TT_RUN_REQUIRE(overdue.empty(), "{}", overdue);
    if (interrupt_check) {
        interrupt_check();
    }
}

void wait_until(const std::function<bool()>& done, const std::function<std::string()>& what) {
    for (int poll = 0; poll < kPollsAtOnce; ++poll) {
        if (done()) {
            return;
        }
    }
    const WaitScope scope(what());
    for (int poll = 0; poll < kPollsYielding; ++poll) {
        std::this_thread::yield();
        if (done()) {
            return;
        }
    }
    microseconds sleep = kFirstSleep;
    for (Clock::time_point next_check = Clock::now(); !done();) {
        if (Clock::now() >= next_check) {
            scope.check();
            next_check = Clock::now() + kBetweenChecks;
        }
        std::this_thread::sleep_for(sleep);
        sleep = std::min(sleep * 2, kLongestSleep);
    }
}

}  // namespace tt_run::distributed
