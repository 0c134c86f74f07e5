#pragma once

#include "cli/commands.hpp"

namespace tt_run::cli {

/// Whether `word` names the report of a run: a directory with a report.json, or such a file.
bool is_report(const CommandContext& context, const std::string& word);

/// The verbs `show` and `diff`, when what they are given are reports.
int run_show_report(const CommandContext& context);
int run_diff_reports(const CommandContext& context);

}  // namespace tt_run::cli
