#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace tt_run::launcher {

/// Where each of these processes stands: every thread's stack by gdb or eu-stack when one is installed and
/// may look, else each thread's name, state, and the kernel function it waits in. Takes seconds; bounded in
/// time and size.
std::string describe_stacks(const std::vector<pid_t>& processes);

}  // namespace tt_run::launcher
