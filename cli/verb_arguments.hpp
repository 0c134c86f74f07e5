#pragma once

#include <expected>
#include <functional>
#include <vector>

#include "cli/arguments.hpp"
#include "cli/command_page.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"

namespace tt_run::cli {

/// A verb's command line: options may stand before, between and behind the words that are none.
struct VerbArguments {
    ParsedArguments options;
    std::vector<std::size_t> words;  ///< positions of the words that are no options, in order
};

/// Reports what is wrong with words that could be read, but that the command cannot use.
using JudgeWords = std::function<void(const VerbArguments&)>;

/// How every verb begins: lets `app` read all that stands behind the verb (words behind `--` are no options),
/// answers
/// `--help` from `page`, and asks `judge`. Returns an exit code exactly when the command is over: kYes after
/// its help, kUsage after an error, which was printed with all that `sink` holds.
std::expected<VerbArguments, ExitCode> read_verb(const CommandContext& context, const CommandPage& page,
                                                 CLI::App& app, support::DiagnosticSink& sink,
                                                 const JudgeWords& judge = {});

}  // namespace tt_run::cli
