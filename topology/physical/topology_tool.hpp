#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "support/error.hpp"
#include "support/host_environment.hpp"

namespace tt_run::topology {

/// Runs the vendor's `topology` program, which reads the chips' links and writes a cluster descriptor. Gives
/// back the descriptor's text. An error: it could not be started, failed, took longer than `deadline` (it is
/// killed, with its process group), or wrote nothing.
support::Result<std::string> run_topology_tool(const std::filesystem::path& program,
                                               const support::HostEnvironment& host,
                                               std::chrono::seconds deadline);

}  // namespace tt_run::topology
