#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "job/descriptor.hpp"
#include "job/supervision_message.hpp"

namespace tt_run::launcher {

/// The exit code in a PMI-1 or PMI-2 line that asks for the job's end (`cmd=abort exitcode=3`); nothing for
/// any other.
std::optional<std::uint32_t> abort_code(std::string_view line);

/// What the program is at once this line of PMI-1 has passed, in either direction: MPI starts with `init` and
/// has started once the last barrier of all ranks is behind it. Nothing for other lines.
std::optional<job::PhaseKind> phase_after(std::string_view line);

/// Passes the PMI socket that the MPI launcher gave us on to the program, byte for byte and both ways, except
/// for a request to abort the job: that is kept, for the launcher would kill every agent before it has told
/// what happened. Passive: its owner polls both descriptors. Not thread-safe.
///   open -> program_gone; the launcher's end stays open until this object goes, for it takes a PMI
///   connection that closes without a finalize for a failure and kills the others
class PmiRelay {
  public:
    /// Takes over the launcher's descriptor; `program_end` is what the program gets.
    PmiRelay(int launcher, job::Descriptor agent_end);

    int launcher() const { return launcher_open_ ? launcher_.get() : -1; }
    int program() const { return program_.get(); }

    void take_from_launcher();
    /// The exit code if the program asked to abort just now.
    std::optional<std::uint32_t> take_from_program();
    /// What the program is at, if that has changed since the last call.
    std::optional<job::PhaseKind> take_phase() { return std::exchange(phase_, std::nullopt); }

  private:
    void look_for_phases(std::string_view lines);
    void keep_unfinished(std::string& lines);

    job::Descriptor launcher_;
    bool launcher_open_ = true;
    job::Descriptor program_;
    std::string line_;           ///< of the program, unfinished
    std::string launcher_line_;  ///< the same the other way
    std::optional<job::PhaseKind> phase_;
};

}  // namespace tt_run::launcher
