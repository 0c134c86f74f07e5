#pragma once

#include "cli/arguments.hpp"
#include "cli/command_page.hpp"
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

/// `tt-run show [WHAT] X...`: hardware, descriptors, the one on the other, routes, traffic and runs, as text,
/// pictures, pages or data; `--list` the systems known by name.
int run_show(const CommandContext& context);

/// `tt-run convert X [-o OUT]`: a Mesh Graph Descriptor as MGD 2.0 text, a cluster in one of its forms.
int run_convert(const CommandContext& context);

/// `tt-run diff EXPECTED ACTUAL`: how two clusters differ, or two runs.
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

/// `tt-run init X`: a Mesh Graph Descriptor and bindings for a machine, to begin with.
int run_init(const CommandContext& context);

/// `tt-run completion bash|zsh|fish`: a script for a shell.
int run_completion(const CommandContext& context);

/// `tt-run manual [COMMAND...]`: the source of a manual page.
int run_manual(const CommandContext& context);

/// Each shows its pages, with the options that it really reads.
void describe_launch(const PageVisitor& visit);
void describe_cache(const PageVisitor& visit);
void describe_check(const PageVisitor& visit);
void describe_completion(const PageVisitor& visit);
void describe_convert(const PageVisitor& visit);
void describe_diff(const PageVisitor& visit);
void describe_discover(const PageVisitor& visit);
void describe_doctor(const PageVisitor& visit);
void describe_env(const PageVisitor& visit);
void describe_generate_rank_bindings(const PageVisitor& visit);
void describe_init(const PageVisitor& visit);
void describe_manual(const PageVisitor& visit);
void describe_show(const PageVisitor& visit);

/// The pages of all commands: a launch's first, then the verbs', in the order of their names.
void visit_commands(const PageVisitor& visit);

/// tt-run: a verb counts only as the first argument; everything else is a launch. Returns the exit code.
int run(const CommandContext& context);

}  // namespace tt_run::cli
