#include "launcher/plan/supervised_command.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "job/variable_names.hpp"
#include "launcher/plan/remote_files.hpp"

namespace tt_run::launcher {

namespace {

/// The caller's variables that an MPI launcher itself needs or heeds. The agent keeps them from its program.
constexpr std::array<std::string_view, 9> kNames{"PATH",   "HOME", "USER",          "TMPDIR",    "LANG",
                                                 "LC_ALL", "TERM", "SSH_AUTH_SOCK", "KRB5CCNAME"};
constexpr std::array<std::string_view, 7> kPrefixes{"HYDRA_",    "MPIEXEC_",  "SLURM_",     "OMPI_MCA_",
                                                    "PRTE_MCA_", "PMIX_MCA_", "OPAL_PREFIX"};

bool is_launchers(std::string_view name) {
    return std::find(kNames.begin(), kNames.end(), name) != kNames.end() ||
           std::any_of(kPrefixes.begin(), kPrefixes.end(),
                       [&](std::string_view prefix) { return name.starts_with(prefix); });
}

}  // namespace

SupervisedCommand build_supervised_command(const LaunchPlan& plan, const support::HostEnvironment& host,
                                           const SupervisorAddress& supervisor) {
    SupervisedCommand command;
    command.arguments.push_back(plan.mpiexec.string());
    for (const LauncherFlag& flag : plan.flags) {
        if (flag.form != LauncherFlag::Form::direct) {
            command.arguments.insert(command.arguments.end(), flag.words.begin(), flag.words.end());
        }
    }
    command.arguments.insert(command.arguments.end(), {"-n", fmt::format("{}", plan.ranks.size())});
    command.arguments.insert(command.arguments.end(), plan.agent.begin(), plan.agent.end());
    for (const auto& [name, value] : host.variables) {
        if (is_launchers(name)) {
            command.environment[name] = value;
        }
    }
    command.environment[job::kSupervisorVariable] = supervisor.address;
    command.environment[job::kJobVariable] = supervisor.job;
    command.environment[job::kTokenVariable] = supervisor.token;
    return command;
}

job::StartOrder build_start_order(const PlannedRank& rank, const LaunchPlan& plan,
                                  const SupervisorAddress& supervisor, const RankStart& where) {
    job::StartOrder order;
    order.arguments = program_of(rank, plan);
    order.directory = plan.working_directory.string();
    order.has_input = where.has_input;
    order.grace_ms = static_cast<std::uint32_t>(plan.supervision.grace.count());
    if (where.between_hosts) {
        order.silence_ms = static_cast<std::uint32_t>(plan.supervision.host_timeout.count());
        order.files = read_remote_files(rank);
    }
    for (const auto& [name, value] : rank.environment) {
        order.environment.push_back(name + "=" + value.value);
    }
    order.environment.push_back(std::string(job::kJobVariable) + "=" + supervisor.job);
    order.environment.push_back(std::string(job::kSupervisorVariable) + "=" + supervisor.address);
    order.environment.push_back(std::string(job::kTokenVariable) + "=" + supervisor.token);
    order.wants_phases = where.wants_phases;
    if (where.wants_phases) {
        order.environment.push_back(std::string(job::kPhasesVariable) + "=1");
    }
    return order;
}

}  // namespace tt_run::launcher
