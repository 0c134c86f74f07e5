#pragma once

#include "cli/command_page.hpp"
#include "cli/commands.hpp"

namespace tt_run::cli {

/// `tt-run show [cluster|mgd|mapping|links] FILE...`: hardware, a Mesh Graph Descriptor, or the one on the
/// other; without a word the files tell.
int run_show_topology(const CommandContext& context);

/// Its page, for manual pages and completions.
void describe_show_topology(const PageVisitor& visit);

}  // namespace tt_run::cli
