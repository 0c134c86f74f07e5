#pragma once

#include "cli/arguments.hpp"
#include "cli/console.hpp"
#include "support/host_environment.hpp"

namespace tt_run::cli {

/// What every command is given. Borrowed for the time of the call.
struct CommandContext {
    const Arguments& arguments;
    const support::HostEnvironment& host;
    const Console& console;
};

/// `tt-run [options] PROGRAM [args]`. Returns the exit code.
int run_launch(const CommandContext& context);

/// `tt-run cache list|clear`: the allocations kept below this directory.
int run_cache(const CommandContext& context);

/// `tt-run check [options] FILE...`: reads files of any kind and prints everything that is wrong with them.
int run_check(const CommandContext& context);

/// `tt-run show X`: what a cluster is, in counts and boards; `--list` the systems known by name.
int run_show(const CommandContext& context);

/// `tt-run convert X [-o OUT]`: a Mesh Graph Descriptor as MGD 2.0 text, a cluster in one of its forms.
int run_convert(const CommandContext& context);

/// `tt-run diff EXPECTED ACTUAL`: how two clusters differ.
int run_diff(const CommandContext& context);

/// `tt-run discover`: the devices of this host.
int run_discover(const CommandContext& context);

/// `tt-run generate-rank-bindings`: which rank owns which mesh, on which host and devices, as binding files.
int run_generate_rank_bindings(const CommandContext& context);
/// `tt-run doctor [--hosts A,B]`: what keeps jobs from running here, and how to put it right.
int run_doctor(const CommandContext& context);

/// `tt-run agent`: a rank's agent, on hosts that have no tt-run-agent. The MPI launcher starts it, nobody
/// else does.
int run_agent(const CommandContext& context);

/// `tt-run env --rank N [launch options]`: a rank's environment and where each value comes from.
int run_env(const CommandContext& context);

/// tt-run: a verb counts only as the first argument; everything else is a launch. Returns the exit code.
int run(const CommandContext& context);

}  // namespace tt_run::cli
