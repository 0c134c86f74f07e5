#pragma once

#include <array>
#include <cstddef>

#include <poll.h>

namespace tt_run::launcher {

/// Carries bytes from one descriptor to another as they come, holding a few at most. Passive: its owner polls
/// `wish` and calls `move`. Both descriptors are non-blocking and the owner's. Not thread-safe.
///   open -> source has ended, bytes are held -> ended (also if nobody takes them any more)
class BytePump {
  public:
    BytePump(int from, int to);

    bool has_ended() const { return has_ended_; }
    /// Whether anything has come from the source yet.
    bool has_begun() const { return end_ > 0; }
    /// What to poll for: the source if nothing is held, else the sink; nothing (-1) once it has ended.
    pollfd wish() const;
    /// Reads or writes what can be.
    void move();

  private:
    int from_;
    int to_;
    std::array<char, std::size_t{16} << 10U> held_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    bool has_ended_ = false;
};

}  // namespace tt_run::launcher
