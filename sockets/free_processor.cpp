#include "sockets/free_processor.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace tt_run::sockets {

namespace {

using Clock = std::chrono::steady_clock;

/// An answer is good for so long: asking takes as long as copying a tenth of a mebibyte.
constexpr std::chrono::milliseconds kGoodFor{1};

/// Threads that run or want to, on the whole machine; 0 if nobody says.
long running_threads() {
    static const int file = ::open("/proc/loadavg", O_RDONLY | O_CLOEXEC);
    std::array<char, 128> text{};
    const ssize_t size = ::pread(file, text.data(), text.size(), 0);
    if (size <= 0) {
        return 0;
    }
    // `0.52 0.41 0.30 3/512 9876`: the fourth word's first number.
    std::string_view rest(text.data(), static_cast<std::size_t>(size));
    for (int word = 0; word < 3; ++word) {
        rest.remove_prefix(std::min(rest.size(), rest.find(' ') + 1));
    }
    long running = 0;
    std::from_chars(rest.data(), rest.data() + rest.size(), running);
    return running;
}

bool has_idle_processor() {
    thread_local Clock::time_point asked{};
    thread_local bool answer = false;
    if (Clock::now() - asked > kGoodFor) {
        answer = running_threads() <= ::sysconf(_SC_NPROCESSORS_ONLN);
        asked = Clock::now();
    }
    return answer;
}

}  // namespace

FreeProcessor::FreeProcessor(int taken) {
    cpu_set_t allowed;
    if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0 || CPU_COUNT(&allowed) < 2 ||
        !has_idle_processor()) {
        return;
    }
    is_free_ = true;
    if (taken >= 0 && ::sched_getcpu() == taken) {
        cpu_set_t others = allowed;
        CPU_CLR(static_cast<std::size_t>(taken), &others);
        if (::sched_setaffinity(0, sizeof others, &others) == 0) {
            before_ = allowed;
        }
    }
}

FreeProcessor::~FreeProcessor() {
    if (before_) {
        ::sched_setaffinity(0, sizeof *before_, &*before_);
    }
}

}  // namespace tt_run::sockets
