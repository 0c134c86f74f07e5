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
        std::string function = command.name;
        std::replace(function.begin(), function.end(), ' ', '_');
        cases +=
            fmt::format("_tt_run_of_{}() {{\n  _arguments \\\n{}    '*:{}'\n}}\n\n", function, specifications,
                        command.takes_clusters ? "cluster:_tt_run_cluster" : "file:_files");
    }
    return fmt::format(
        "#compdef tt-run\n# Completes tt-run in zsh. Made by `tt-run completion zsh`.\n\n"
        "_tt_run_cluster() {{\n  _alternative 'systems:system:({})' 'files:file:_files'\n}}\n\n"
        "_tt_run_first() {{\n  local -a verbs\n  verbs=(\n{}  )\n"
        "  (( ${{_tt_run_word:-2}} == 2 )) && _describe -t verbs command verbs\n  _command_names -e\n}}\n\n"
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
