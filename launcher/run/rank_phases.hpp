#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "job/supervision_message.hpp"

namespace tt_run::launcher {

/// All that there are, in the order of their coming.
inline constexpr std::array<std::string_view, 6> kPhaseNames{"launch",  "MPI", "open",
                                                             "sockets", "run", "close"};

/// A stretch of a rank's time, in seconds since the launch.
struct PhaseStretch {
    std::string_view name;  ///< one of kPhaseNames
    double begin = 0;
    double end = 0;
};

/// What a rank has been at, as it tells: each stretch lasts until the next. Times are the rank's own, put
/// beside the launcher's by the moment of its start; no clock of another host is compared with ours. Bounded:
/// of a rank that changes more than a thousand times, the rest counts as the last.
class RankPhases {
  public:
    /// When the program started, by its host's clock.
    void set_start(std::uint64_t at_ns) { start_ns_ = at_ns; }

    /// The rank is at something else. What a runtime says (`by`) replaces what an agent has guessed from
    /// MPI's start, which counts no more. A pause of less than a millisecond between two stretches of one
    /// kind belongs to them: a hundred sockets made in a row are one stretch.
    void enter(const job::Phase& phase, job::Role by);

    /// Nobody has said anything: an MPI that is not Hydra's, or no MPI.
    bool is_unknown() const { return entered_.empty(); }
    /// A runtime has spoken, not an agent.
    bool is_told_by_runtime() const { return by_runtime_; }
    /// It runs, with its devices open; of a program that opens none, or of another runtime: with MPI started.
    bool is_ready() const;

    /// From the launch to `end`, without gaps, of a rank whose program started `start` seconds after it. Of a
    /// rank that nobody spoke for they are launch and run.
    std::vector<PhaseStretch> stretches(double start, double end) const;

  private:
    std::vector<job::Phase> entered_;
    std::uint64_t start_ns_ = 0;
    bool by_runtime_ = false;
};

}  // namespace tt_run::launcher
