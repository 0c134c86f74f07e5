#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "job/supervision_message.hpp"

namespace tt_run::launcher {

/// tt-run's standard input on its way to rank 0, within the window. Passive: its owner polls the descriptor.
/// Not thread-safe.
class InputFeed {
  public:
    /// Borrows the descriptor; -1 for no input at all.
    explicit InputFeed(int descriptor) : descriptor_(descriptor) {}

    bool exists() const { return descriptor_ >= 0; }
    /// Rank 0 runs: input is wanted; or it has ended, and is not.
    void set_wanted(bool wanted) { is_wanted_ = wanted; }
    void add_window(std::uint32_t bytes);
    /// To be polled; -1 when nothing can be passed on.
    int descriptor() const { return is_wanted_ && window_ != 0 ? descriptor_ : -1; }
    /// Reads once. What is to be sent, whose bytes are good until the next call; nothing if there is nothing.
    std::optional<job::Input> take();

  private:
    int descriptor_;
    bool is_wanted_ = false;
    std::uint32_t window_ = job::kWindowBytes;
    std::string block_;
};

}  // namespace tt_run::launcher
