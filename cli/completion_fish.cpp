#include <fmt/format.h>

#include "cli/completion.hpp"
#include "support/text.hpp"

namespace tt_run::cli {

namespace {

/// In single quotes, as fish reads them.
std::string fish_quoted(std::string_view text) {
    std::string out = "'";
    for (const char letter : text) {
        out += letter == '\'' || letter == '\\' ? std::string("\\") + letter : std::string(1, letter);
    }
    return out + "'";
}

/// `-x`: a value and no files; `-r`: a value and files too.
std::string value_of(const CompletedOption& option) {
    if (option.text.value.empty() || option.text.value_optional) {
        return "";
    }
    switch (option.kind) {
        case ValueKind::choice:
            return " -x -a " + fish_quoted(support::join(option.text.choices, " "));
        case ValueKind::cluster:
            return " -r -F -a \"$__tt_run_systems\"";
        case ValueKind::file:
            return " -r -F";
        case ValueKind::directory:
            return " -x -a '(__fish_complete_directories)'";
        case ValueKind::network_interface:
            return " -x -a '(__fish_print_interfaces)'";
        case ValueKind::anything:
            break;
    }
    return " -x";
}

constexpr std::string_view kFunctions = R"fish(
# The command that is being typed: a verb, a verb and its picture, or nothing for a launch.
function __tt_run_command
    set -l words (commandline -opc)
    set -e words[1]
    if contains -- "$words[1]" $__tt_run_verbs
        if contains -- "$words[1] $words[2]" $__tt_run_pictures
            echo "$words[1] $words[2]"
        else
            echo "$words[1]"
        end
    else
        echo launch
    end
end

function __tt_run_is
    test (__tt_run_command) = "$argv"
end

function __tt_run_at_second_word
    test (count (commandline -opc)) -eq 2
end

function __tt_run_at_first_word
    test (count (commandline -opc)) -eq 1
end

)fish";

}  // namespace

std::string render_fish_completion() {
    const std::vector<CompletedCommand> commands = completed_commands();
    std::string verbs;
    std::string pictures;
    std::string lines;
    for (const CompletedCommand& command : commands) {
        const std::string condition =
            fish_quoted("__tt_run_is " + (command.name.empty() ? "launch" : command.name));
        if (command.name.find(' ') != std::string::npos) {
            pictures += " " + fish_quoted(command.name);
        } else if (!command.name.empty()) {
            verbs += " " + command.name;
            lines += fmt::format("complete -c tt-run -n __tt_run_at_first_word -a {} -d {}\n", command.name,
                                 fish_quoted(command.brief));
        }
        if (!command.first_words.empty()) {
            lines +=
                fmt::format("complete -c tt-run -n '__tt_run_at_second_word; and __tt_run_is {}' -a {}\n",
                            command.name, fish_quoted(support::join(command.first_words, " ")));
        }
        if (command.takes_clusters) {
            lines += fmt::format("complete -c tt-run -n {} -F -a \"$__tt_run_systems\"\n", condition);
        }
        for (const CompletedOption& option : command.options) {
            std::string names;
            for (const std::string& name : option.text.names) {
                names += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
            }
            lines += fmt::format("complete -c tt-run -n {}{}{} -d {}\n", condition, names, value_of(option),
                                 fish_quoted(option.text.text));
        }
    }
    return fmt::format(
        "# Completes tt-run in fish. Made by `tt-run completion fish`.\n\n"
        "set -g __tt_run_verbs{}\nset -g __tt_run_pictures{}\nset -g __tt_run_systems {}\n{}"
        "complete -c tt-run -n '__tt_run_is launch; and not __tt_run_at_first_word' -x -a "
        "'(__fish_complete_subcommand)'\n{}",
        verbs, pictures, fish_quoted(system_words()), kFunctions, lines);
}

}  // namespace tt_run::cli
