#pragma once

#include "cli/commands.hpp"

namespace tt_run::cli {

/// Whether `word` names the report of a run: a directory with a report.json, or such a file.
bool is_report(const CommandContext& context, const std::string& word);

/// `tt-run show DIR`, where DIR is the report of a run.
int run_show_report(const CommandContext& context);

/// `tt-run diff BEFORE AFTER` of two reports, which stand at these positions of the command line. `format` is
/// text or json, and goes to the file `output`, or to standard output if that is empty.
int run_diff_reports(const CommandContext& context, std::size_t before, std::size_t after,
                     const std::string& format, const std::string& output);

}  // namespace tt_run::cli
