#include <algorithm>

#include <fmt/format.h>

#include "cli/completion.hpp"
#include "support/text.hpp"

namespace tt_run::cli {

namespace {

/// Text between the brackets of a specification, inside single quotes.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char letter : text) {
        if (letter == '\'') {
            out += "'\\''";
        } else if (letter == '[' || letter == ']' || letter == ':' || letter == '\\') {
            out += std::string("\\") + letter;
        } else {
            out += letter;
        }
    }
    return out;
}

std::string action(const CompletedOption& option) {
    switch (option.kind) {
        case ValueKind::choice:
            return fmt::format("({})", support::join(option.text.choices, " "));
        case ValueKind::cluster:
            return "_tt_run_cluster";
        case ValueKind::file:
            return "_files";
        case ValueKind::directory:
            return "_files -/";
        case ValueKind::network_interface:
            return "_net_interfaces";
        case ValueKind::anything:
            break;
    }
    return " ";
}

/// What `_arguments` wants for each spelling of an option.
std::string specification(const CompletedOption& option) {
    const OptionText& text = option.text;
    std::string out;
    for (const std::string& name : text.names) {
        const bool is_long = name.starts_with("--");
        const std::string before = text.repeatable ? "*"
                                   : text.names.size() == 1
                                       ? ""
                                       : fmt::format("({})", support::join(text.names, " "));
        const std::string_view joint = text.value.empty()    ? ""
                                       : text.value_optional ? "=-"
                                       : is_long             ? "="
                                                             : "";
        const std::string value = text.value.empty()
                                      ? ""
                                      : fmt::format("{}{}:{}", text.value_optional ? "::" : ":",
                                                    escaped(text.value), action(option));
        out += fmt::format("    '{}{}{}[{}]{}' \\\n", before, name, joint, escaped(text.text), value);
    }
    return out;
}

/// The name of a function for a command: `_tt_run_of_show_fabric`.
std::string function_name(std::string_view prefix, std::string name) {
    std::replace(name.begin(), name.end(), ' ', '_');
    return std::string(prefix) + name;
}

/// The functions that complete a command that is no launch.
std::string functions_of(const CompletedCommand& command, const std::string& specifications) {
    const std::string_view rest = command.takes_clusters ? "cluster:_tt_run_cluster" : "file:_files";
    const std::string first = function_name("_tt_run_first_of_", command.name);
    const bool has_first = !command.first_words.empty();
    std::string out;
    if (has_first) {
        out = fmt::format("{}() {{\n  _alternative 'words:word:({})' 'rest:{}'\n}}\n\n", first,
                          support::join(command.first_words, " "), rest);
    }
    out += fmt::format("{}() {{\n  _arguments \\\n{}{}    '*:{}'\n}}\n\n",
                       function_name("_tt_run_of_", command.name), specifications,
                       has_first ? fmt::format("    '1:word:{}' \\\n", first) : "", rest);
    return out;
}

}  // namespace

std::string render_zsh_completion() {
    std::string verbs;
    std::string cases;
    for (const CompletedCommand& command : completed_commands()) {
        std::string specifications;
        for (const CompletedOption& option : command.options) {
            specifications += specification(option);
        }
        if (command.name.empty()) {
            cases += fmt::format(
                "_tt_run_launch() {{\n  _arguments -S -A '-*' \\\n{}    '(-)1:program:_tt_run_first' \\\n"
                "    '*::argument:_normal'\n}}\n\n",
                specifications);
            continue;
        }
        if (command.name.find(' ') == std::string::npos) {
            verbs += fmt::format("    '{}:{}'\n", command.name, escaped(command.brief));
        }
        cases += functions_of(command, specifications);
    }
    return fmt::format(
        "#compdef tt-run\n# Completes tt-run in zsh. Made by `tt-run completion zsh`.\n\n"
        "_tt_run_cluster() {{\n  _alternative 'systems:system:({})' 'files:file:_files'\n}}\n\n"
        "_tt_run_first() {{\n  local -a verbs\n  verbs=(\n{}  )\n"
        "  # A program comes after an option.\n"
        "  if (( ${{_tt_run_word:-2}} == 2 )); then\n    _describe -t verbs command verbs\n"
        "  else\n    _command_names -e\n  fi\n}}\n\n"
        "{}"
        "_tt_run() {{\n  local _tt_run_word=$CURRENT function=_tt_run_of_$words[2]\n"
        "  if (( CURRENT > 3 && $+functions[${{function}}_$words[3]] )); then\n"
        "    function=${{function}}_$words[3]\n    shift words\n    (( CURRENT-- ))\n  fi\n"
        "  if (( CURRENT > 2 && $+functions[$function] )); then\n    shift words\n    (( CURRENT-- ))\n    "
        "$function\n"
        "  else\n    _tt_run_launch\n  fi\n}}\n\n_tt_run \"$@\"\n",
        system_words(), verbs, cases);
}

}  // namespace tt_run::cli
