#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace tt_run::test {

/// Every living process (zombies are none) whose environment has this `NAME=VALUE` and whose program file has
/// this name (any, if it is empty), ascending.
std::vector<pid_t> processes_with(const std::string& entry, const std::string& program);

}  // namespace tt_run::test
