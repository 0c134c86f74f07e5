#include "launcher/plan/render_plan.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "launcher/plan/direct_command.hpp"
#include "launcher/plan/folded_lines.hpp"
#include "support/counted.hpp"
#include "support/text.hpp"

namespace tt_run::launcher {

using support::counted;

namespace {

/// A value in a comment must stay on its line.
std::string on_one_line(std::string_view value) {
    std::string line;
    for (const char c : value) {
        line += static_cast<unsigned char>(c) < ' ' ? '?' : c;
    }
    return line;
}

std::string render_rank(const PlannedRank& rank) {
    std::string line = fmt::format("#   rank {}: {}, mesh {}", rank.rank.value, on_one_line(rank.place.host),
                                   rank.mesh_id.value);
    if (rank.mesh_host_rank) {
        line += fmt::format(" host rank {}", rank.mesh_host_rank->value);
    }
    if (const auto devices = rank.environment.find("TT_VISIBLE_DEVICES"); devices != rank.environment.end()) {
        line += fmt::format(", devices {}", on_one_line(devices->second.value));
    }
    return line + "\n";
}

std::string render_words(const std::vector<std::string>& words) {
    std::string line;
    for (const std::string& word : words) {
        line += (line.empty() ? "" : " ") + support::shell_quoted(word);
    }
    return line;
}

/// One line per segment, so that ranks can be told apart.
std::string render_command(const DirectCommand& command) {
    std::string text = "env -i";
    for (const auto& [name, value] : command.environment) {
        text += " \\\n  " + support::shell_quoted(fmt::format("{}={}", name, value));
    }
    text += " \\\n ";
    bool at_segment = false;
    for (const std::string& word : command.arguments) {
        if (word == "-n" && !at_segment) {
            text += " \\\n   ";
        }
        at_segment = word == ":";
        text += at_segment ? " : \\\n   " : " " + support::shell_quoted(word);
    }
    return text + "\n";
}

}  // namespace

std::string render_debugger_commands(const LaunchPlan& plan) {
    std::string text;
    for (const PlannedRank& rank : plan.ranks) {
        if (!rank.program.empty() && rank.program.front() == "gdbserver") {
            text += fmt::format("rank {} waits for a debugger: gdb -ex 'target remote {}{}'\n",
                                rank.rank.value, rank.place.host, rank.program[1]);
        }
    }
    return text;
}

std::string render_plan(const LaunchPlan& plan, const support::HostEnvironment& host) {
    const DirectCommand command = build_direct_command(plan, host);
    std::map<std::string, std::vector<job::Rank>> hosts;
    for (const PlannedRank& rank : plan.ranks) {
        hosts[rank.place.host].push_back(rank.rank);
    }
    std::string text = fmt::format("# {} on {}, started by {} ({})\n", counted(plan.ranks.size(), "rank"),
                                   counted(hosts.size(), "host"), plan.mpi_version, plan.mpiexec.string());
    text += fmt::format("# launcher: {}\n", on_one_line(plan.launcher_reason));
    text += fmt::format("# placed by: {}\n", on_one_line(plan.placement_reason));
    if (hosts.size() > 1) {
        for (const auto& [name, ranks] : hosts) {
            text += fmt::format("#   host {}: {}\n", on_one_line(name), name_ranks(ranks));
        }
    }
    for (const PlannedRank& rank : plan.ranks) {
        text += render_rank(rank);
    }
    text += "# flags:\n";
    for (const LauncherFlag& flag : plan.flags) {
        const char* const only = flag.form == LauncherFlag::Form::direct       ? "; --direct only"
                                 : flag.form == LauncherFlag::Form::supervised ? "; supervised only"
                                                                               : "";
        text += fmt::format("#   {}  ({}{})\n", on_one_line(render_words(flag.words)),
                            on_one_line(flag.reason), only);
    }
    if (!plan.is_direct) {
        text +=
            "# supervised: each rank is started by its own tt-run-agent; what follows is the --direct form\n";
    }
    if (!command.leaking.empty()) {
        text += fmt::format("# mpiexec needs these, so ranks on this host see them too: {}\n",
                            support::join(command.leaking, " "));
    }
    for (const std::filesystem::path& directory : plan.directories) {
        text += fmt::format("mkdir -p {} &&\n", support::shell_quoted(directory.string()));
    }
    return text + fmt::format("cd {} &&\n", support::shell_quoted(plan.working_directory.string())) +
           render_command(command);
}

}  // namespace tt_run::launcher
