#pragma once

#include <string>
#include <string_view>

#include "cli/commands.hpp"

namespace tt_run::cli {

/// Writes `text` to `file`, below the working directory, or to standard output if no file is named. The exit
/// code: 0, or 2 after saying why it could not be written.
int deliver(const CommandContext& context, const std::string& file, std::string_view text);

/// Says that standard output did not take all of an answer, and why; the exit code for it.
int report_lost_output(const Console& console);

}  // namespace tt_run::cli
