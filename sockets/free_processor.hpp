#pragma once

#include <optional>

#include <sched.h>

namespace tt_run::sockets {

/// For as long as it lives, keeps the calling thread off one processor, that of a thread which it would help
/// and not hinder. False, and nothing changed, if this thread may run nowhere else or no other processor is
/// idle: as many threads want to run, on the whole machine, as there are processors, besides these two.
class FreeProcessor {
  public:
    explicit FreeProcessor(int taken);
    ~FreeProcessor();
    FreeProcessor(const FreeProcessor&) = delete;
    FreeProcessor& operator=(const FreeProcessor&) = delete;

    explicit operator bool() const { return is_free_; }

  private:
    bool is_free_ = false;
    std::optional<cpu_set_t> before_;  ///< what to go back to
};

}  // namespace tt_run::sockets
