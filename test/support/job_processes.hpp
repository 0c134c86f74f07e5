#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace tt_run::test {

/// Every living process (zombies are none) whose environment has this `NAME=VALUE` and whose program file has
/// this name (any, if it is empty), ascending.
std::vector<pid_t> processes_with(const std::string& entry, const std::string& program);

/// The parent of a living process; 0 if it has gone.
pid_t parent_of(pid_t process);

}  // namespace tt_run::test
