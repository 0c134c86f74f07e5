#pragma once

#include <string>

#include "cli/command_page.hpp"

namespace tt_run::cli {

/// "tt-run" of a launch, "tt-run-show-fabric" of `tt-run show fabric`.
std::string manual_name(const CommandPage& page);

/// The source of a manual page of section 1, as `man` reads it.
std::string render_manual(const CommandPage& page, const CLI::App& app);

}  // namespace tt_run::cli
