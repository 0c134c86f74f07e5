#pragma once

#include <vector>

#include "cli/arguments.hpp"

namespace tt_run::cli {

/// A verb's command line: options may stand before, between and behind the words that are none.
struct VerbArguments {
    ParsedArguments options;
    std::vector<std::size_t> words;  ///< positions of the words that are no options, in order
};

/// Reads everything behind the verb. Words behind `--` are no options. Empty exactly when it reported an
/// error.
std::optional<VerbArguments> parse_verb_arguments(CLI::App& app, const Arguments& arguments,
                                                  support::DiagnosticSink& sink);

}  // namespace tt_run::cli
