#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "support/diagnostic.hpp"
#include "support/source_text.hpp"

namespace CLI {
class App;
}

namespace tt_run::cli {

/// The command line as a source text, so that what is wrong with it gets a caret: its words as a shell would
/// need them, under the name `<command line>`.
class Arguments {
  public:
    /// argv, with the program's own name first.
    explicit Arguments(std::vector<std::string> words);

    const std::vector<std::string>& words() const { return words_; }
    support::Span span(std::size_t word) const { return spans_.at(word); }

  private:
    std::vector<std::string> words_;
    std::vector<support::Span> spans_;
};

/// What an App found on a command line.
struct ParsedArguments {
    /// Where each option's values stand, by the option's long name (`--mpi-args`), in order.
    std::map<std::string, std::vector<support::Span>, std::less<>> value_spans;
    /// The long names of the options with values that stand there, even with an empty value.
    std::set<std::string, std::less<>> given;
    /// The first word that is no option (or the first behind `--`); words().size() if there is none.
    std::size_t first_positional = 0;
    bool help_wanted = false;
    bool all_help_wanted = false;  ///< by an App that has an option for it

    /// The last value's place, or nowhere.
    support::Span span_of(const std::string& option) const;
};

/// Lets `app` read the options from word `from` up to the first word that is none (or behind `--`): an
/// option's value may look like an option, and what stands behind the first positional is never looked at.
/// Unlike CLI11 alone, which takes options anywhere. Reports unknown options with their nearest spelling, and
/// missing or unusable values; empty exactly when it reported an error. An empty value counts as not given.
std::optional<ParsedArguments> parse_arguments(CLI::App& app, const Arguments& arguments, std::size_t from,
                                               support::DiagnosticSink& sink);

}  // namespace tt_run::cli
