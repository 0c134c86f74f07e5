#pragma once

#include <chrono>
#include <vector>

#include <sys/types.h>

namespace tt_run::launcher {

/// The parent of a process; 0 if the process has gone.
pid_t parent_of(pid_t process);

/// Whether this process is below that one.
bool is_below(pid_t process);

/// Every process below `root`, parents before their children, as /proc shows them now. A process that forks
/// meanwhile can be missed: whoever wants none left asks again.
std::vector<pid_t> descendants_of(pid_t root);

/// Sends the signal to each, and CONT after a deadly one that a stopped process would not notice.
void signal_all(const std::vector<pid_t>& processes, int signal);

/// Between one KILL and the next, for what forked meanwhile.
inline constexpr std::chrono::milliseconds kKillRound{5};

/// Ends every process below this one, a subreaper: after the time in which they may end by themselves TERM,
/// after the grace KILL, again and again. Blocks until none is left, and reaps them.
void end_descendants(std::chrono::milliseconds time_to_notice, std::chrono::milliseconds grace);

}  // namespace tt_run::launcher
