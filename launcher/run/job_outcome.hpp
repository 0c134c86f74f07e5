#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "job/rank.hpp"
#include "launcher/run/rank_phases.hpp"

namespace tt_run::launcher {

/// What became of one rank.
///   waiting -> running -> ended
///        \-> not_started  \-> lost (its agent went away; whatever the agent had told still holds)
struct RankOutcome {
    enum class State { waiting, running, ended, not_started, lost };

    job::Rank rank;
    State state = State::waiting;
    int wait_status = 0;             ///< if ended
    std::uint32_t told_signal = 0;   ///< a signal that somebody else sent by way of the agent, or 0
    std::optional<int> abort_code;   ///< it called MPI_Abort
    int error_number = 0;            ///< if not started
    std::string attempt;             ///< if not started
    bool was_asked_to_end = false;   ///< by us, before it ended
    bool crossed_our_order = false;  ///< it ended by itself while our order to end was on its way
    std::uint32_t pid = 0;
    std::uint64_t peak_memory_bytes = 0;
    double started_after_seconds = 0;  ///< since the launch; measured, for reports alone
    double ended_after_seconds = 0;
    RankPhases phases;  ///< empty unless they were wanted
    std::uint64_t output_bytes = 0;
    std::uint64_t error_bytes = 0;
    std::string last_errors;   ///< the last bytes of its standard error
    std::string report;        ///< what its runtime handed over at its end (rank-report.md), or nothing
    std::size_t ended_as = 0;  ///< 1 for the first end heard of, and so on; 0 if none, or lost with its host

    bool failed() const;
    /// What it did, it did by itself: nobody sent it a signal, and its agent is not what was lost.
    bool ended_by_itself() const;
};

/// Why a job ended other than by its ranks' own ends. `host`: one cannot be reached, or has another tt-run.
enum class EndCause {
    ranks,
    signal,
    start_timeout,
    timeout,
    idle_timeout,
    deadlock,
    launcher,
    host,
    lost_output
};

struct JobOutcome {
    EndCause cause = EndCause::ranks;
    int signal = 0;           ///< that was sent to tt-run, with cause signal
    std::string explanation;  ///< for people: the missing ranks, mpiexec's own words, the deadlock
    int launcher_status = 0;  ///< mpiexec's wait status
    std::vector<RankOutcome> ranks;
    double seconds = 0;
    /// Whose standard error is the last that stands on tt-run's own, if it does.
    std::optional<job::Rank> last_on_errors;
    int write_error = 0;  ///< an errno: some of what ranks printed could not be written

    /// The rank that failed first of its own: one that somebody else ended counts only if there is no other.
    /// News of a crash can be overtaken by the news of what it did to other ranks; they do not hide it.
    const RankOutcome* first_failure() const;

    /// 0 if all is well; 128 + n for the signal that we were sent; 124 for a limit or a deadlock; the first
    /// failing rank's exit code, 128 + n if signal n ended it; 125 if ranks never started.
    int exit_code() const;
};

/// As events and reports name them: "ended", "never-started", ...; "ranks", "signal", "deadlock", ...
const char* name_of(RankOutcome::State state);
const char* name_of(EndCause cause);

/// A rank's own exit code: 128 + n if signal n ended it, or KILL for want of an end after a signal n to its
/// agent; 127 or 126 if its program was not found or could not
/// be run, 137 if its agent was lost.
int exit_code_of(const RankOutcome& rank);

/// "exit code 7", "signal 11 (SIGSEGV)", "MPI_Abort with code 3", "still running".
std::string describe_end(const RankOutcome& rank);

/// "SIGSEGV"; "signal 40" if it has no name.
std::string signal_name(int signal);

}  // namespace tt_run::launcher
