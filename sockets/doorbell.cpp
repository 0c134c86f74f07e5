#include "sockets/doorbell.hpp"

#include <climits>
#include <ctime>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace tt_run::sockets {

namespace {

/// Without FUTEX_PRIVATE_FLAG: the other side is another process. (std::atomic::wait is for one process.)
void futex(std::atomic<std::uint32_t>& word, int operation, std::uint32_t value, const timespec* timeout) {
    ::syscall(SYS_futex, &word, operation, value, timeout, nullptr, 0);
}

}  // namespace

void Doorbell::ring() {
    rings_.fetch_add(1, std::memory_order_seq_cst);
    if (sleepers_.load(std::memory_order_seq_cst) != 0) {
        futex(rings_, FUTEX_WAKE, INT_MAX, nullptr);
    }
}

void Doorbell::wait(std::uint32_t ticket, std::chrono::microseconds longest) {
    sleepers_.fetch_add(1, std::memory_order_seq_cst);
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(longest);
    const timespec timeout{seconds.count(), std::chrono::nanoseconds(longest - seconds).count()};
    futex(rings_, FUTEX_WAIT, ticket, &timeout);
    sleepers_.fetch_sub(1, std::memory_order_seq_cst);
}

}  // namespace tt_run::sockets
