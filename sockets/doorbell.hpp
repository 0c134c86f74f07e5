#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace tt_run::sockets {

/// In memory that two processes share: one waits here, the other rings after it has changed something that
/// the first looks at. Any number of threads may do either. All zero is a new one.
///
/// No ring is lost: a waiter takes the ticket before it looks, and sleeps only while no bell has rung since.
/// Orders: what the ringer wrote before `ring` (release: the increment) is seen by a waiter whose ticket is
/// the new one (acquire: the load). `sleepers_` and `rings_` are sequentially consistent between the two
/// sides: either the ringer sees the sleeper and wakes it, or the sleeper's futex call sees the new number.
class Doorbell {
  public:
    std::uint32_t ticket() const { return rings_.load(std::memory_order_acquire); }
    void ring();
    /// Sleeps until somebody rings, but not if that has happened since the ticket was taken, nor longer than
    /// this. May return early.
    void wait(std::uint32_t ticket, std::chrono::microseconds longest);

  private:
    std::atomic<std::uint32_t> rings_{0};
    std::atomic<std::uint32_t> sleepers_{0};
};

}  // namespace tt_run::sockets
