#include "cli/completion.hpp"

#include <CLI/CLI.hpp>

#include "cli/commands.hpp"
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

}  // namespace

std::vector<CompletedCommand> completed_commands() {
    std::vector<CompletedCommand> commands;
    visit_commands([&](const CommandPage& page, const CLI::App& app) {
        CompletedCommand command;
        command.name = page.name;
        command.brief = page.brief;
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
