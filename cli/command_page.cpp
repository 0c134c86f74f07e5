#include "cli/command_page.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/exit_code.hpp"
#include "support/text.hpp"

namespace tt_run::cli {

namespace {

constexpr std::size_t kWidth = 100;
constexpr std::size_t kWidestNames = 32;  ///< longer ones have their text on the next line

/// CLI11 puts what an option accepts behind its type's name: "KIND:{text,json}".
void split_type_name(const std::string& type_name, OptionText& into) {
    const std::size_t colon = type_name.find(':');
    into.value = type_name.substr(0, colon);
    if (colon != std::string::npos && type_name[colon + 1] == '{') {
        const std::string set = type_name.substr(colon + 2, type_name.size() - colon - 3);
        for (const std::string_view choice : support::split(set, ',')) {
            into.choices.emplace_back(choice);
        }
    }
    // An optional value is written with the sign that joins it: "[=X]".
    into.value_optional = into.value.starts_with("[=");
    if (into.value_optional) {
        into.value = into.value.substr(2, into.value.size() - 3);
    }
}

}  // namespace

std::vector<OptionText> option_texts(const CLI::App& app) {
    std::vector<OptionText> texts;
    for (const CLI::Option* option : app.get_options()) {
        if (option == app.get_help_ptr() || option == app.get_help_all_ptr() || option->get_group().empty()) {
            continue;
        }
        OptionText text;
        for (const std::string& name : option->get_snames()) {
            text.names.push_back("-" + name);
        }
        for (const std::string& name : option->get_lnames()) {
            text.names.push_back("--" + name);
        }
        const bool is_flag = option->get_items_expected_max() == 0;
        if (!is_flag) {
            split_type_name(option->get_type_name(), text);
        }
        text.repeatable = !is_flag && option->get_items_expected_max() > 1;
        text.text = support::join(wrapped(option->get_description(), std::string::npos), " ");
        text.group = option->get_group();
        texts.push_back(std::move(text));
    }
    return texts;
}

std::string usage_of(const OptionText& option) {
    const std::string names = support::join(option.names, ", ");
    return option.value.empty()    ? names
           : option.value_optional ? names + "[=" + option.value + "]"
                                   : names + " " + option.value;
}

std::vector<std::string> groups_of(const std::vector<OptionText>& options) {
    std::vector<std::string> groups;
    for (const OptionText& option : options) {
        if (std::find(groups.begin(), groups.end(), option.group) == groups.end()) {
            groups.push_back(option.group);
        }
    }
    return groups;
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
    std::vector<std::string> lines;
    std::string line;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t begin = text.find_first_not_of(" \n", at);
        if (begin == std::string_view::npos) {
            break;
        }
        at = std::min(text.find_first_of(" \n", begin), text.size());
        const std::string_view word = text.substr(begin, at - begin);
        if (!line.empty() && line.size() + 1 + word.size() > width) {
            lines.push_back(std::move(line));
            line.clear();
        }
        line += line.empty() ? "" : " ";
        line += word;
    }
    if (!line.empty()) {
        lines.push_back(std::move(line));
    }
    return lines;
}

std::string render_options(std::string_view heading, const std::vector<OptionText>& options) {
    std::size_t names = 0;
    for (const OptionText& option : options) {
        const std::size_t width = usage_of(option).size();
        names = width <= kWidestNames ? std::max(names, width) : names;
    }
    std::string out = fmt::format("{}:\n", heading);
    for (const OptionText& option : options) {
        const std::string usage = usage_of(option);
        const std::vector<std::string> lines = wrapped(option.text, kWidth - names - 4);
        out += "  " + usage;
        std::size_t column = usage.size();
        for (const std::string& line : lines) {
            if (column > names) {
                out += "\n  ";
                column = 0;
            }
            out += std::string(names + 2 - column, ' ') + line;
            column = kWidth;
        }
        out += "\n";
    }
    return out;
}

std::string render_help(const CommandPage& page, const CLI::App& app) {
    std::string out = fmt::format("Usage: tt-run {} {}\n\n", page.name, page.words);
    for (const std::string& line : wrapped(page.summary, kWidth)) {
        out += line + "\n";
    }
    out += page.notes.empty() ? "" : fmt::format("\n{}", page.notes);
    if (const std::vector<OptionText> options = option_texts(app); !options.empty()) {
        out += "\n" + render_options("Options", options);
    }
    out += fmt::format("\nExamples:\n{}\n{}", page.examples, kVerbExitCodeHelp);
    return out;
}

}  // namespace tt_run::cli
