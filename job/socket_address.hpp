#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "job/descriptor.hpp"
#include "support/error.hpp"

namespace tt_run::job {

/// A socket that waits for the ranks of a job, and how they reach it: `unix:NAME` (Linux's abstract
/// namespace: no file, gone with its owner) or `tcp:PORT:ADDRESS,ADDRESS`, any of which may be reachable from
/// a given host. Addresses are numeric: a static program cannot look names up.
struct Listener {
    Descriptor descriptor;  ///< close-on-exec, non-blocking
    std::string address;
};

/// For ranks on this host. `name` must be unlike any other; its secrecy is not relied on.
support::Result<Listener> listen_on_unix(const std::string& name);

/// For ranks on other hosts: a free port on every interface. Tells the IPv4 addresses of `interface` alone if
/// that is one of this host's, else those of all interfaces that are up, loopback last.
support::Result<Listener> listen_on_tcp(const std::string& interface);

/// Connects to the first address that answers within a few seconds. Blocking; the descriptor is
/// close-on-exec.
support::Result<Descriptor> connect_to(std::string_view address);

}  // namespace tt_run::job
