#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace tt_run::cli {

/// What a command's options do not say of it. Help, manual pages and shell completions are all rendered from
/// such a page and the very CLI::App that reads the command's options; there is no second list of either.
struct CommandPage {
    std::string_view name;              ///< "check", "show fabric"; empty for a launch
    std::string_view words;             ///< the usage line behind the name: "[options] FILE..."
    std::string_view brief;             ///< what it does in a list of commands, a few words
    std::string_view summary;           ///< what it does, one sentence
    std::string_view notes{};           ///< what its words are, line by line, indented by two; may be empty
    std::string_view examples;          ///< command lines, indented by two
    bool takes_launch_options = false;  ///< besides its own
};

/// Called with a command's page and its options; both live for the time of the call.
using PageVisitor = std::function<void(const CommandPage&, const CLI::App&)>;

/// An option as people read it.
struct OptionText {
    std::vector<std::string> names;    ///< as they are typed: "-o", "--output"
    std::string value;                 ///< "FILE"; empty for a flag
    std::vector<std::string> choices;  ///< all its values, where they are known
    std::string text;                  ///< what it does, in one line
    std::string group;
    bool value_optional = false;  ///< a value has to be joined to it by `=`
    bool repeatable = false;
};

/// Every option of an App but its own help, in the order of their definition.
std::vector<OptionText> option_texts(const CLI::App& app);

/// "-o,--output FILE", "--emulate[=X]".
std::string usage_of(const OptionText& option);

/// The names of the groups of options, in order.
std::vector<std::string> groups_of(const std::vector<OptionText>& options);

/// Words, with line ends and runs of blanks as one blank, broken into lines of at most `width`.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);

/// Options under a heading: names in one column, what they do in the next.
std::string render_options(std::string_view heading, const std::vector<OptionText>& options);

/// A verb's help, for one screen.
std::string render_help(const CommandPage& page, const CLI::App& app);

}  // namespace tt_run::cli
