#pragma once

#include <string>
#include <string_view>

#include "cli/commands.hpp"
#include "topology/physical/load_cluster.hpp"

namespace tt_run::cli {

/// What may stand wherever a cluster is named.
inline constexpr std::string_view kClusterHelp =
    "a cluster: a descriptor, a mapping file, a directory of them, several files with commas between them,\n"
    "     or a system known by name such as `t3k*2` (`tt-run show --list`)";

/// A word of the command line as `load_cluster` wants it: without the quotes that a shell needs round it.
support::Span cluster_span(const Arguments& arguments, std::size_t word);
/// The same for an option's value.
support::Span cluster_span(const support::Span& shown, const std::string& value);

/// 2 if the cluster could not be read at all, 1 if it is wrong.
int exit_code_of_unloaded(const support::DiagnosticSink& sink);

/// Writes `text` to `file`, below the working directory, or to standard output if no file is named. The exit
/// code: 0, or 2 after saying why it could not be written.
int deliver(const CommandContext& context, const std::string& file, std::string_view text);

}  // namespace tt_run::cli
