#pragma once

#include <string>
#include <vector>

#include "cli/command_page.hpp"

namespace tt_run::cli {

/// What can stand where a value is expected.
enum class ValueKind { anything, choice, file, directory, cluster, network_interface };

struct CompletedOption {
    OptionText text;
    ValueKind kind = ValueKind::anything;
};

/// One command as a shell completes it.
struct CompletedCommand {
    std::string name;  ///< "show fabric"; empty for a launch
    std::string brief;
    std::vector<CompletedOption> options;
    bool takes_clusters = false;  ///< its words may be clusters, not files alone
    /// What its first word may be besides: `list` and `clear` of a cache, the commands that have a manual
    /// page.
    std::vector<std::string> first_words;
};

/// All commands, a launch first. Where a command takes a launch's options, they are among its own.
std::vector<CompletedCommand> completed_commands();

/// The names of synthetic systems, between blanks.
std::string system_words();

std::string render_bash_completion();
std::string render_zsh_completion();
std::string render_fish_completion();

}  // namespace tt_run::cli
