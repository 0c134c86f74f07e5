#pragma once

#include <string>
#include <vector>

#include "test/support/child.hpp"

namespace tt_run::test {

/// Ways to carry a socket's bytes: shared memory, and messages.
inline const std::vector<std::string> kTransports{"", "mpi"};

/// A program of socket_program under `tt-run --emulate`, on the bindings of a system in configs/.
struct SocketRun {
    std::string config = "split-galaxy-4x4";
    std::vector<std::string> options = {};
    std::string transport = "";
    std::vector<std::string> launcher = {};  ///< instead of tt-run and all of the above
};
ChildOutcome run_sockets(const std::string& program, const SocketRun& how = {});

/// CHECKs.
void must_succeed(const ChildOutcome& outcome);

}  // namespace tt_run::test
