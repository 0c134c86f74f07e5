#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

#include "job/descriptor.hpp"

namespace tt_run::launcher {

/// What the guard starts: argv, the whole environment, the directory, and what the program finds at 0, 1, 2.
struct Program {
    std::vector<std::string> arguments;
    std::vector<std::string> environment;
    std::string directory;
    int input = -1;
    int output = -1;
    int error = -1;
    int pmi = -1;  ///< kept open across exec, if there is one
    std::uint32_t grace_ms = 0;
};

/// From agent to guard.
struct GuardOrder {
    enum Kind : std::uint32_t { signal, terminate } kind;
    std::uint32_t value;  ///< the signal; the grace in milliseconds
};

/// From guard to agent, in this order: started or not_started; exited; gone.
struct GuardReport {
    enum Kind : std::uint32_t { started, not_started, exited, gone } kind;
    std::uint32_t value;       ///< pid; errno; wait status
    std::uint64_t peak_bytes;  ///< with exited: the first process's
};

/// A rank's processes live below the guard, a process of its own between them and the agent: whichever of the
/// two is killed, the other inherits all of them (both are subreapers) and ends them. The guard starts the
/// program in a process group of its own, obeys orders, and ends what the program's first process leaves
/// behind. It has a session of its own, so nothing sent to the agent's group reaches it.
///
///   agent --order--> guard --> program --> ...
///         <-report--
///
/// Forks. Gives back the agent's end (SOCK_SEQPACKET), and the guard's pid; an empty descriptor if there are
/// no more processes, with errno set. The guard ends when nothing is left of the rank.
struct Guard {
    job::Descriptor orders;
    pid_t pid = -1;
};
Guard start_guard(const Program& program);

}  // namespace tt_run::launcher
