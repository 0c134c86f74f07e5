#pragma once

#include <vector>

#include <sys/types.h>

namespace tt_run::launcher {

/// Every process below `root`, parents before their children, as /proc shows them now. A process that forks
/// meanwhile can be missed: whoever wants none left asks again.
std::vector<pid_t> descendants_of(pid_t root);

/// Sends the signal to each, and CONT after a deadly one that a stopped process would not notice.
void signal_all(const std::vector<pid_t>& processes, int signal);

}  // namespace tt_run::launcher
