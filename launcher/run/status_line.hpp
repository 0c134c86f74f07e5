#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "launcher/run/job_outcome.hpp"
#include "support/diagnostic_render.hpp"

namespace tt_run::launcher {

/// One line on how a job is doing: `2.4 s  started 4/4  ready 3  blocked 1  exited 0  launch 0.1 open 0.2
/// run 2.1`. Ready are ranks with an open device, or, of programs that open none or belong to another
/// runtime, with MPI started; left out as long as no rank tells (rank_phases.hpp). Blocked are ranks whose
/// runtime has told that it waits. Then the seconds of each phase so far in the rank that it took longest.
/// Cut at `width`.
std::string render_status(const JobOutcome& outcome, std::size_t blocked, double seconds, std::size_t width);

/// That line on a terminal, below whatever else is written there: its owner erases it before others write,
/// and draws it again when it is due and nobody has a line unfinished. Passive, not thread-safe.
class StatusLine {
  public:
    using Clock = std::chrono::steady_clock;

    /// Nothing is ever drawn with -1. In colour it is dim.
    StatusLine(int terminal, support::Colour colour)
        : terminal_(terminal), colour_(colour), next_(Clock::now() + kFirst) {}

    /// When it is to be drawn next.
    std::optional<Clock::time_point> next() const {
        return terminal_ < 0 ? std::nullopt : std::optional(next_);
    }
    void draw(const std::string& line, Clock::time_point now);
    void erase();
    /// Columns of the terminal as it is now.
    std::size_t width() const;

  private:
    static constexpr std::chrono::milliseconds kFirst{300};  ///< short runs show none
    static constexpr std::chrono::milliseconds kEvery{100};

    void write(const std::string& bytes);

    int terminal_;
    support::Colour colour_;
    bool is_shown_ = false;
    Clock::time_point next_;
};

}  // namespace tt_run::launcher
