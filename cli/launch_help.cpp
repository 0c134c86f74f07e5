#include "cli/launch_help.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"

namespace tt_run::cli {

namespace {

constexpr std::size_t kWidth = 100;

/// The commands, a line each; a picture's own page ("show fabric") is told of by its verb's.
std::string list_of_commands() {
    std::string out;
    visit_commands([&](const CommandPage& page, const CLI::App&) {
        if (!page.name.empty() && page.name.find(' ') == std::string_view::npos) {
            out += fmt::format("  {:<24}{}\n", page.name, page.brief);
        }
    });
    return out;
}

std::vector<OptionText> of_group(const std::vector<OptionText>& options, const std::string& group) {
    std::vector<OptionText> found;
    for (const OptionText& option : options) {
        if (option.group == group) {
            found.push_back(option);
        }
    }
    return found;
}

/// Each group of options as one paragraph of their names.
std::string list_of_options(const std::vector<OptionText>& options) {
    std::string out;
    for (const std::string& group : groups_of(options)) {
        std::string names;
        for (const OptionText& option : of_group(options, group)) {
            names += option.names.front() + " ";
        }
        std::string_view begin = group;
        for (const std::string& line : wrapped(names, kWidth - 26)) {
            out += fmt::format("  {:<22}  {}\n", begin, line);
            begin = "";
        }
    }
    return out;
}

}  // namespace

std::string render_launch_help() {
    std::string out;
    describe_launch([&](const CommandPage& page, const CLI::App& app) {
        out = fmt::format(
            "Usage: tt-run {}\n{}\n\n"
            "Commands (`tt-run COMMAND --help`):\n{}\n"
            "Options (`tt-run --help-all` says what each does):\n{}\n"
            "Examples:\n{}"
            "Exit code: the first failing rank's, 128 + n for signal n; 2 if nothing was started; 124 if a\n"
            "limit of time or a deadlock ended the job. `tt-run --version` says what this tt-run is made "
            "of.\n",
            page.words, page.summary, list_of_commands(), list_of_options(option_texts(app)), page.examples);
    });
    return out;
}

std::string render_all_launch_help() {
    std::string out;
    describe_launch([&](const CommandPage& page, const CLI::App& app) {
        out = fmt::format("Usage: tt-run {}\n\n{}\n\n{}\n", page.words, page.summary, page.notes);
        const std::vector<OptionText> options = option_texts(app);
        for (const std::string& group : groups_of(options)) {
            out += render_options(group, of_group(options, group)) + "\n";
        }
        out += fmt::format("{}\nExamples:\n{}", kExitCodeHelp, page.examples);
    });
    return out;
}

}  // namespace tt_run::cli
