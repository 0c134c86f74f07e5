#include "launcher/plan/direct_command.hpp"

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
           name.starts_with("SLURM_") || name.starts_with("OMPI_MCA_") || name.starts_with("PRTE_MCA_");
}

class CommandBuilder {
  public:
    CommandBuilder(const LaunchPlan& plan, const support::HostEnvironment& host) : plan_(plan), host_(host) {}

    DirectCommand build() {
        command_.arguments.push_back(plan_.mpiexec.string());
        for (const LauncherFlag& flag : plan_.flags) {
            if (flag.form != LauncherFlag::Form::supervised) {
                add(flag.words);
                is_forked_ = is_forked_ || flag.words == std::vector<std::string>{"-launcher", "fork"};
            }
        }
        for (const auto& [name, value] : plan_.ranks.front().environment) {
            if (is_shared(name, value, plan_)) {
                command_.environment[name] = value.value;
            }
        }
        plan_.flavour == Flavour::slurm ? add_slurm_ranks() : add_segments();
        for (const auto& [name, value] : host_.variables) {
            if (!is_forked_ && is_needed_by_mpiexec(name) &&
                command_.environment.try_emplace(name, value).second) {
                command_.leaking.push_back(name);
            }
        }
        return std::move(command_);
    }

  private:
    void add(const std::vector<std::string>& words) {
        command_.arguments.insert(command_.arguments.end(), words.begin(), words.end());
    }

    void add_segments() {
        for (const PlannedRank& rank : plan_.ranks) {
            if (&rank != &plan_.ranks.front()) {
                command_.arguments.emplace_back(":");
            }
            add({"-n", "1"});
            for (const auto& [name, value] : rank.environment) {
                const bool is_shared_value = command_.environment.contains(name);
                if (plan_.flavour != Flavour::hydra) {
                    add({"-x", is_shared_value ? name : name + "=" + value.value});
                } else if (!is_shared_value) {
                    add({"-env", name, value.value});
                }
            }
            add(program_words(program_of(rank, plan_)));
        }
    }

    /// srun starts one program for all: a shell chooses the rank's variables.
    void add_slurm_ranks() {
        std::string script = "case $SLURM_PROCID in\n";
        for (const PlannedRank& rank : plan_.ranks) {
            script += std::to_string(rank.rank.value) + ") export";
            for (const auto& [name, value] : rank.environment) {
                if (!command_.environment.contains(name)) {
                    script += " " + name + "=" + support::shell_quoted(value.value);
                }
            }
            if (!rank.program.empty()) {
                script += "; set --";
                for (const std::string& word : rank.program) {
                    script += " " + support::shell_quoted(word);
                }
            }
            script += ";;\n";
        }
        add({"--ntasks=" + std::to_string(plan_.ranks.size()), "/bin/sh", "-c", script + "esac\nexec \"$@\"",
             "sh"});
        add(plan_.program);
    }

    const LaunchPlan& plan_;
    const support::HostEnvironment& host_;
    DirectCommand command_;
    bool is_forked_ = false;
};

}  // namespace

DirectCommand build_direct_command(const LaunchPlan& plan, const support::HostEnvironment& host) {
    return CommandBuilder(plan, host).build();
}

}  // namespace tt_run::launcher
