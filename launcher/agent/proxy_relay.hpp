#pragma once

#include <string>
#include <vector>

#include "job/descriptor.hpp"

namespace tt_run::launcher {

/// Hydra's proxies reach mpiexec through the very ssh connection that starts them, for its port can be
/// reached from its own host alone (loopback_hold.hpp). At this end `reach_host` stands between mpiexec and
/// ssh; at the other `tt-run agent --proxy` stands between ssh and the proxy.

/// A connection to the port of this host in `--control-port HOST:PORT`, one of the words that start a proxy;
/// none if nobody listens there, or they start something else.
job::Descriptor connect_to_launcher(std::vector<std::string> words);

/// At the other end: runs a proxy (its words, with a `--control-port` of any value) and joins it to standard
/// input and output. Returns its exit code, or 128 and the signal that ended it.
int run_proxy(std::vector<std::string> words);

}  // namespace tt_run::launcher
