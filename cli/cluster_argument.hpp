#pragma once

#include <string>
#include <string_view>

#include "cli/commands.hpp"
#include "topology/physical/load_cluster.hpp"

namespace tt_run::cli {

/// A word of the command line as `load_cluster` wants it: without the quotes that a shell needs round it.
support::Span cluster_span(const Arguments& arguments, std::size_t word);
/// The same for an option's value.
support::Span cluster_span(const support::Span& shown, const std::string& value);

/// 2 if the cluster could not be read at all, 1 if it is wrong.
int exit_code_of_unloaded(const support::DiagnosticSink& sink);

}  // namespace tt_run::cli
