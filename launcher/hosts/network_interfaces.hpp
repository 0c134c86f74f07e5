#pragma once

#include <string>
#include <vector>

#include "support/host_environment.hpp"

namespace tt_run::launcher {

/// The names of this host's network interfaces, sorted; empty where /sys does not tell.
std::vector<std::string> network_interfaces(const support::HostEnvironment& host);
bool has_network_interface(const support::HostEnvironment& host, const std::string& name);

}  // namespace tt_run::launcher
