#pragma once

#include "cli/commands.hpp"

namespace tt_run::cli {

/// `tt-run show [cluster|mgd|mapping|links] FILE...`: hardware, a Mesh Graph Descriptor, or the one on the
/// other; without a word the files tell.
int run_show_topology(const CommandContext& context);

}  // namespace tt_run::cli
