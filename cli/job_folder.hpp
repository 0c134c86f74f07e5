#pragma once

#include <optional>
#include <string>

#include "cli/commands.hpp"
#include "support/diagnostic.hpp"

namespace tt_run::cli {

/// The file that a word of the command line names. A job's directory, as `tt-run init` and
/// `generate-rank-bindings` write them, stands for the file there that leads to all others: the mapping of
/// sub-contexts, else the rank bindings, else the Mesh Graph Descriptor. A directory without any of these, or
/// with a description of hardware, stands for itself. Reports that several of one kind are there and none
/// leads to the others; nothing exactly then.
std::optional<std::string> file_named_by(const CommandContext& context, std::size_t word,
                                         support::DiagnosticSink& sink);

}  // namespace tt_run::cli
