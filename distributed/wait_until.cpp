#include "distributed/wait_until.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "distributed/wait_report.hpp"
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
        std::thread::id thread;
        Needs needs;
        Clock::time_point looked;
    };
    std::mutex mutex;
    std::map<std::uint64_t, Entry> entries;  ///< by number, that is, by age
    std::uint64_t next = 0;
    std::set<std::thread::id> program;  ///< its threads that have waited, as long as they live
    std::set<std::thread::id> workers;  ///< the runtime's that work
    std::function<void()> interrupt_check;
    milliseconds deadline = deadline_from_environment();
};

/// Never destroyed: threads may still wait while the process ends.
Waits& waits() {
    static Waits* const all = new Waits;
    return *all;
}

/// A thread is the program's own unless it is the runtime's.
thread_local bool is_worker = false;

/// Makes a thread of the program known until it ends.
struct ProgramThread {
    ProgramThread() {
        const std::lock_guard lock(waits().mutex);
        waits().program.insert(std::this_thread::get_id());
    }
    ~ProgramThread() {
        const std::lock_guard lock(waits().mutex);
        waits().program.erase(std::this_thread::get_id());
    }
    ProgramThread(const ProgramThread&) = delete;
    ProgramThread& operator=(const ProgramThread&) = delete;
};

std::string& purpose() {
    thread_local std::string text;
    return text;
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

void note_program_thread() {
    if (!is_worker) {
        thread_local const ProgramThread known;
    }
}

WaitScope::WaitScope(std::string what, Needs needs) {
    note_program_thread();
    const std::lock_guard lock(waits().mutex);
    number_ = waits().next++;
    waits().entries.emplace(number_, Waits::Entry{std::move(what), Clock::now(), std::this_thread::get_id(),
                                                  std::move(needs), Clock::now()});
}

WaitScope::~WaitScope() {
    {
        const std::lock_guard lock(waits().mutex);
        waits().entries.erase(number_);
    }
    WaitReport::look_if_told();
}

void WaitScope::update(Needs needs) const {
    const std::lock_guard lock(waits().mutex);
    waits().entries.at(number_).needs = std::move(needs);
}

void WaitScope::check() const {
    std::function<void()> interrupt_check;
    std::string overdue;
    {
        const std::lock_guard lock(waits().mutex);
        interrupt_check = waits().interrupt_check;
        Waits::Entry& entry = waits().entries.at(number_);
        entry.looked = Clock::now();
        if (!is_worker && waits().deadline.count() != 0 && Clock::now() - entry.since > waits().deadline) {
            overdue = fmt::format("gave up waiting for {} after {:.1f} s", entry.what,
                                  std::chrono::duration<double>(waits().deadline).count());
        }
    }
    TT_RUN_REQUIRE(overdue.empty(), "{}", overdue);
    if (interrupt_check && !is_worker) {
        interrupt_check();
    }
    WaitReport::look();
}

WorkScope::WorkScope() {
    is_worker = true;
    const std::lock_guard lock(waits().mutex);
    waits().workers.insert(std::this_thread::get_id());
}

WorkScope::~WorkScope() {
    const std::lock_guard lock(waits().mutex);
    waits().workers.erase(std::this_thread::get_id());
}

PurposeScope::PurposeScope(std::string text) : before_(std::exchange(purpose(), std::move(text))) {}

PurposeScope::~PurposeScope() {
    purpose() = std::move(before_);
}

const std::string& PurposeScope::current() {
    return purpose();
}

std::optional<StandingNeeds> standing_needs() {
    const std::lock_guard lock(waits().mutex);
    StandingNeeds found;
    std::set<std::thread::id> waiting;
    Clock::time_point youngest{};
    found.last_look = Clock::time_point::max();
    for (const auto& [number, entry] : waits().entries) {
        waiting.insert(entry.thread);
        youngest = std::max(youngest, entry.since);
        found.last_look = std::min(found.last_look, entry.looked);
        found.needs.ends_itself = found.needs.ends_itself || entry.needs.ends_itself;
        found.needs.any.insert(found.needs.any.end(), entry.needs.any.begin(), entry.needs.any.end());
    }
    const auto waits_too = [&](std::thread::id thread) { return waiting.contains(thread); };
    if (found.needs.any.empty() || waits().program.empty() ||
        !std::ranges::all_of(waits().program, waits_too) ||
        !std::ranges::all_of(waits().workers, waits_too)) {
        return std::nullopt;
    }
    found.waited = Clock::now() - youngest;
    return found;
}

bool is_working() {
    const std::lock_guard lock(waits().mutex);
    return !waits().workers.empty();
}

void wait_until(const std::function<bool()>& done, const std::function<std::string()>& what,
                const std::function<Needs()>& needs) {
    for (int poll = 0; poll < kPollsAtOnce; ++poll) {
        if (done()) {
            return;
        }
    }
    const WaitScope scope(what(), needs ? needs() : Needs{});
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
