#include "launcher/hydra_command.hpp"

#include <algorithm>
#include <map>

#include "support/text.hpp"

namespace tt_run::launcher {

namespace {

/// Shared variables are mpiexec's; a variable that says who a rank is stays visible in its own segment.
bool is_shared(const std::string& name, const EnvironmentValue& value, const LaunchPlan& plan) {
    if (name.starts_with("TT_MESH_") || name.starts_with("TT_RUN_") || name.starts_with("TT_VISIBLE_")) {
        return false;
    }
    return std::all_of(plan.ranks.begin(), plan.ranks.end(), [&](const PlannedRank& rank) {
        const auto other = rank.environment.find(name);
        return other != rank.environment.end() && other->second.value == value.value;
    });
}

/// Hydra ends a segment at an argument `:`, wherever it stands; a shell can pass it on unharmed.
std::vector<std::string> program_words(const std::vector<std::string>& program) {
    if (std::find(program.begin(), program.end(), ":") == program.end()) {
        return program;
    }
    std::string script = "exec";
    for (const std::string& word : program) {
        script += " " + support::shell_quoted(word);
    }
    return {"/bin/sh", "-c", script};
}

bool is_needed_by_mpiexec(std::string_view name) {
    return name == "SSH_AUTH_SOCK" || name == "KRB5CCNAME" || name.starts_with("HYDRA_") ||
           name.starts_with("SLURM_");
}

}  // namespace

HydraCommand build_hydra_command(const LaunchPlan& plan, const support::HostEnvironment& host) {
    HydraCommand command;
    command.arguments.push_back(plan.mpiexec.string());
    bool is_forked = false;
    for (const LauncherFlag& flag : plan.flags) {
        if (flag.form == LauncherFlag::Form::supervised) {
            continue;
        }
        command.arguments.insert(command.arguments.end(), flag.words.begin(), flag.words.end());
        is_forked = is_forked || flag.words == std::vector<std::string>{"-launcher", "fork"};
    }
    for (const auto& [name, value] : plan.ranks.front().environment) {
        if (is_shared(name, value, plan)) {
            command.environment[name] = value.value;
        }
    }
    const std::vector<std::string> program = program_words(plan.program);
    for (const PlannedRank& rank : plan.ranks) {
        if (&rank != &plan.ranks.front()) {
            command.arguments.emplace_back(":");
        }
        command.arguments.insert(command.arguments.end(), {"-n", "1"});
        for (const auto& [name, value] : rank.environment) {
            if (!command.environment.contains(name)) {
                command.arguments.insert(command.arguments.end(), {"-env", name, value.value});
            }
        }
        command.arguments.insert(command.arguments.end(), program.begin(), program.end());
    }
    for (const auto& [name, value] : host.variables) {
        if (!is_forked && is_needed_by_mpiexec(name) && command.environment.try_emplace(name, value).second) {
            command.leaking.push_back(name);
        }
    }
    return command;
}

}  // namespace tt_run::launcher
