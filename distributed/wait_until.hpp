#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "tt_run/distributed/waits.hpp"

namespace tt_run::distributed {

/// Shows one wait among `current_waits()` for as long as it lives.
class WaitScope {
  public:
    explicit WaitScope(std::string what);
    ~WaitScope();
    WaitScope(const WaitScope&) = delete;
    WaitScope& operator=(const WaitScope&) = delete;

    /// Runs the interrupt check and throws std::runtime_error if the deadline has passed.
    void check() const;

  private:
    std::uint64_t number_ = 0;
};

/// Calls `done` until it returns true, less and less often: at once for a few microseconds, then yielding,
/// then sleeping up to half a millisecond, so that a waiting rank leaves the processor to those that work.
/// Only a wait that outlives its first polls shows among `current_waits()`; `what` is asked for its name
/// then. Throws what `done` or the interrupt check throws, and std::runtime_error past the deadline.
void wait_until(const std::function<bool()>& done, const std::function<std::string()>& what);

}  // namespace tt_run::distributed
