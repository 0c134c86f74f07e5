#pragma once

#include <string>

namespace tt_run::cli {

/// `tt-run --help`, for one screen: the commands, the names of a launch's options, examples.
std::string render_launch_help();

/// `tt-run --help-all`: what each of a launch's options does, and the table of exit codes.
std::string render_all_launch_help();

}  // namespace tt_run::cli
