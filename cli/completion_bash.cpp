#include <fmt/format.h>

#include "cli/completion.hpp"
#include "support/text.hpp"

namespace tt_run::cli {

namespace {

/// The case label of an option of a command: `"show fabric:--table"`; `"joined:...` if its value is joined to
/// it.
std::string label(const CompletedCommand& command, const CompletedOption& option) {
    std::vector<std::string> labels;
    for (const std::string& name : option.text.names) {
        labels.push_back(
            fmt::format("\"{}{}:{}\"", option.text.value_optional ? "joined:" : "", command.name, name));
    }
    return support::join(labels, "|");
}

std::string answer(const CompletedOption& option) {
    switch (option.kind) {
        case ValueKind::choice:
            return fmt::format("words {}", support::join(option.text.choices, " "));
        case ValueKind::cluster:
            return "cluster";
        case ValueKind::file:
            return "file";
        case ValueKind::directory:
            return "directory";
        case ValueKind::network_interface:
            return "interface";
        case ValueKind::anything:
            break;
    }
    return "anything";
}

std::string names_of(const CompletedCommand& command) {
    std::string names;
    for (const CompletedOption& option : command.options) {
        for (const std::string& name : option.text.names) {
            names += (names.empty() ? "" : " ") + name;
        }
    }
    return names;
}

constexpr std::string_view kBody = R"bash(
_tt_run_complete_value() {  # KIND [WORD...]: what may stand for a value
    local kind=$1 cur=$2
    shift 2
    case $kind in
        words) COMPREPLY=($(compgen -W "$*" -- "$cur")) ;;
        cluster) COMPREPLY=($(compgen -W "$_tt_run_systems" -- "$cur") $(compgen -f -- "$cur")) ;;
        file) COMPREPLY=($(compgen -f -- "$cur")) ;;
        directory) COMPREPLY=($(compgen -d -- "$cur")) ;;
        interface) COMPREPLY=($(compgen -W "$(command ls /sys/class/net 2>/dev/null)" -- "$cur")) ;;
    esac
    compopt -o filenames 2>/dev/null
}

_tt_run() {
    COMPREPLY=()
    local cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command= joined= at=1
    # bash makes three words of --option=value.
    if [ "$cur" = = ]; then
        cur=
        joined=joined:
    elif [ "$previous" = = ]; then
        previous=${COMP_WORDS[COMP_CWORD-2]}
        joined=joined:
    fi
    if [ "$COMP_CWORD" -gt 1 ] && [[ " $_tt_run_verbs " == *" ${COMP_WORDS[1]} "* ]]; then
        command=${COMP_WORDS[1]}
        if [ "$COMP_CWORD" -gt 2 ] && [ -n "$(_tt_run_options "$command ${COMP_WORDS[2]}")" ]; then
            command="$command ${COMP_WORDS[2]}"
        fi
    else
        # A launch's options end at its program.
        while [ "$at" -lt "$COMP_CWORD" ]; do
            case ${COMP_WORDS[at]} in
                --) at=$((at + 1)) ;;
                -*)
                    if [ "${COMP_WORDS[at+1]}" = = ]; then
                        at=$((at + 3))
                    elif [ -n "$(_tt_run_value_of ":${COMP_WORDS[at]}")" ]; then
                        at=$((at + 2))
                    else
                        at=$((at + 1))
                    fi
                    continue
                    ;;
            esac
            if [ "$at" -lt "$COMP_CWORD" ]; then
                if declare -F _command_offset >/dev/null; then
                    _command_offset "$at"
                else
                    COMPREPLY=($(compgen -f -- "$cur"))
                fi
                return
            fi
        done
    fi
    local value
    value=$(_tt_run_value_of "$command:$previous")
    [ -n "$value" ] || value=$(_tt_run_value_of "$joined$command:$previous")
    if [ -n "$value" ]; then
        local kind=${value%% *}
        _tt_run_complete_value "$kind" "$cur" ${value#"$kind"}
    elif [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W "$(_tt_run_options "$command")" -- "$cur"))
    elif [ -z "$command" ]; then
        # A program comes after an option.
        if [ "$COMP_CWORD" -eq 1 ]; then
            COMPREPLY=($(compgen -W "$_tt_run_verbs" -- "$cur"))
        else
            COMPREPLY=($(compgen -c -- "$cur") $(compgen -f -- "$cur"))
            compopt -o filenames 2>/dev/null
        fi
    else
        _tt_run_complete_value "$(_tt_run_words_of "$command")" "$cur"
        [ "$COMP_CWORD" -eq 2 ] && COMPREPLY+=($(compgen -W "$(_tt_run_first_words_of "$command")" -- "$cur"))
    fi
}

complete -F _tt_run tt-run
)bash";

}  // namespace

std::string render_bash_completion() {
    std::string verbs;
    std::string first_words;
    std::string options;
    std::string values;
    std::string words;
    for (const CompletedCommand& command : completed_commands()) {
        if (!command.name.empty() && command.name.find(' ') == std::string::npos) {
            verbs += (verbs.empty() ? "" : " ") + command.name;
        }
        if (!command.first_words.empty()) {
            first_words += fmt::format("        \"{}\") echo {} ;;\n", command.name,
                                       support::join(command.first_words, " "));
        }
        options += fmt::format("        \"{}\") echo \"{}\" ;;\n", command.name, names_of(command));
        words += command.takes_clusters ? fmt::format("        \"{}\") echo cluster ;;\n", command.name) : "";
        for (const CompletedOption& option : command.options) {
            if (!option.text.value.empty()) {
                values += fmt::format("        {}) echo {} ;;\n", label(command, option), answer(option));
            }
        }
    }
    return fmt::format(
        "# Completes tt-run in bash. Made by `tt-run completion bash`.\n\n"
        "_tt_run_verbs=\"{}\"\n_tt_run_systems=\"{}\"\n\n"
        "_tt_run_options() {{\n    case $1 in\n{}    esac\n}}\n\n"
        "_tt_run_value_of() {{\n    case $1 in\n{}    esac\n}}\n\n"
        "_tt_run_words_of() {{\n    case $1 in\n{}        *) echo file ;;\n    esac\n}}\n\n"
        "_tt_run_first_words_of() {{\n    case $1 in\n{}    esac\n}}\n{}",
        verbs, system_words(), options, values, words, first_words, kBody);
}

}  // namespace tt_run::cli
