#include "cli/completion.hpp"

#include <CLI/CLI.hpp>

#include "cli/commands.hpp"
#include "support/text.hpp"
#include "topology/physical/synthetic_system.hpp"

namespace tt_run::cli {

namespace {

/// By what stands for the value in help texts.
ValueKind kind_of(const OptionText& option) {
    const std::string& value = option.value;
    return !option.choices.empty()                                ? ValueKind::choice
           : value == "X"                                         ? ValueKind::cluster
           : value == "DIR" || value == "DIRECTORY"               ? ValueKind::directory
           : value == "FILE" || value == "PATH" || value == "OUT" ? ValueKind::file
           : value == "NIC"                                       ? ValueKind::network_interface
                                                                  : ValueKind::anything;
}

/// The words between bars in a usage line: `list|clear`, `[cluster|mgd|mapping|links]`.
std::vector<std::string> alternatives_in(std::string_view usage) {
    std::vector<std::string> found;
    for (std::string_view word : support::split(usage, ' ')) {
        if (word.find('|') == std::string_view::npos) {
            continue;
        }
        word = word.starts_with('[') ? word.substr(1, word.size() - 2) : word;
        for (const std::string_view choice : support::split(word, '|')) {
            found.emplace_back(choice);
        }
    }
    return found;
}

/// Pictures are the second words of commands of two; whoever asks for a manual page names a command.
void add_first_words(std::vector<CompletedCommand>& commands) {
    for (CompletedCommand& command : commands) {
        for (const CompletedCommand& other : commands) {
            if (other.name.starts_with(command.name + " ") && !command.name.empty()) {
                command.first_words.push_back(other.name.substr(command.name.size() + 1));
            } else if (command.name == "manual" && !other.name.empty() &&
                       other.name.find(' ') == std::string::npos) {
                command.first_words.push_back(other.name);
            }
        }
    }
}

}  // namespace

std::vector<CompletedCommand> completed_commands() {
    std::vector<CompletedCommand> commands;
    visit_commands([&](const CommandPage& page, const CLI::App& app) {
        CompletedCommand command;
        command.name = page.name;
        command.brief = page.brief;
        command.first_words = alternatives_in(page.words);
        command.takes_clusters = page.words.find(" X") != std::string_view::npos ||
                                 page.words.find("ACTUAL") != std::string_view::npos;
        for (OptionText& option : option_texts(app)) {
            const ValueKind kind = kind_of(option);
            command.options.push_back({std::move(option), kind});
        }
        if (page.takes_launch_options) {
            const std::vector<CompletedOption>& launch = commands.front().options;
            command.options.insert(command.options.end(), launch.begin(), launch.end());
        }
        OptionText help;
        help.names = {"-h", "--help"};
        help.text = "how it is used";
        command.options.push_back({std::move(help), ValueKind::anything});
        commands.push_back(std::move(command));
    });
    add_first_words(commands);
    return commands;
}

std::string system_words() {
    std::string words;
    for (const topology::SyntheticWord& word : topology::synthetic_words()) {
        words += (words.empty() ? "" : " ") + std::string(word.word);
    }
    return words;
}

}  // namespace tt_run::cli
