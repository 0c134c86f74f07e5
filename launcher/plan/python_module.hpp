#pragma once

#include <filesystem>
#include <optional>

#include "support/host_environment.hpp"

namespace tt_run::launcher {

/// The directory with the emulated `ttnn` that was built or installed with this tt-run, for PYTHONPATH;
/// nothing if it came without. Never tt-metal's own.
std::optional<std::filesystem::path> find_python_module(const support::HostEnvironment& host);

}  // namespace tt_run::launcher
