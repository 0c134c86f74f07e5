#include "launcher/run/failure_report.hpp"

#include <algorithm>
#include <csignal>
#include <map>

#include <fmt/format.h>
#include <sys/wait.h>

#include "launcher/plan/folded_lines.hpp"

namespace tt_run::launcher {

namespace {

using State = RankOutcome::State;

constexpr std::size_t kLinesShown = 20;
constexpr std::size_t kLongestShown = 400;

const PlannedRank& planned(const LaunchPlan& plan, const RankOutcome& rank) {
    return plan.ranks[static_cast<std::size_t>(rank.rank.value)];
}

std::string render_mesh(const PlannedRank& rank) {
    std::string text = fmt::format("mesh {}", rank.mesh_id.value);
    if (rank.mesh_host_rank) {
        text += fmt::format(" host rank {}", rank.mesh_host_rank->value);
    }
    return text;
}

std::string render_place(const PlannedRank& rank) {
    std::string text = fmt::format("host {}, {}", rank.place.host, render_mesh(rank));
    const auto chips = rank.environment.find("TT_VISIBLE_DEVICES");
    return chips == rank.environment.end() ? text : text + fmt::format(", chips {}", chips->second.value);
}

/// What an end often means, where its number alone does not say it.
std::string hint_for(const RankOutcome& rank) {
    const int code = exit_code_of(rank);
    if (rank.state == State::ended && code == 137) {
        return fmt::format(
            "  killed: if nobody did it by hand, the host may have run out of memory (the rank had "
            "used up to {} MiB); `dmesg` tells\n",
            rank.peak_memory_bytes >> 20U);
    }
    if (rank.told_signal != 0) {
        return fmt::format("  {} came by way of the MPI launcher or was sent to the rank's agent\n",
                           signal_name(static_cast<int>(rank.told_signal)));
    }
    return "";
}

std::string render_cause(const JobOutcome& outcome) {
    switch (outcome.cause) {
        case EndCause::signal:
            return fmt::format("tt-run: ended by {}\n", signal_name(outcome.signal));
        case EndCause::lost_output:
            return "tt-run: nobody reads its output any more; the job was ended\n";
        case EndCause::launcher:
            return WIFSIGNALED(outcome.launcher_status)
                       ? fmt::format("tt-run: the MPI launcher was ended by {}\n",
                                     signal_name(WTERMSIG(outcome.launcher_status)))
                       : fmt::format("tt-run: the MPI launcher ended early, with exit code {}\n",
                                     WEXITSTATUS(outcome.launcher_status));
        case EndCause::start_timeout:
        case EndCause::timeout:
        case EndCause::idle_timeout:
        case EndCause::deadlock:
        case EndCause::host:
        case EndCause::ranks:
            break;
    }
    return "";
}

std::string indented(const std::string& text) {
    std::string indented_text;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        indented_text += "  | " + text.substr(at, end - at) + "\n";
        at = end + 1;
    }
    return indented_text;
}

std::string render_first(const LaunchPlan& plan, const RankOutcome& rank, bool is_shown_above) {
    std::string text = fmt::format("tt-run: rank {} failed first: {}\n", rank.rank.value, describe_end(rank));
    text += fmt::format("  {}, pid {}, after {:.2f} s\n", render_place(planned(plan, rank)), rank.pid,
                        rank.ended_after_seconds);
    text += hint_for(rank);
    if (is_shown_above) {
        return text;
    }
    const std::string lines = last_lines(rank.last_errors, kLinesShown, "  | ");
    return lines.empty() ? text : text + "  its last lines of standard error:\n" + lines;
}

std::string end_in_table(const RankOutcome& rank) {
    return describe_end(rank) + (rank.was_asked_to_end ? ", ended by tt-run" : "");
}

/// Ranks of one host with one fate share a row.
std::string render_table(const LaunchPlan& plan, const JobOutcome& outcome) {
    std::map<std::pair<std::string, std::string>, std::vector<job::Rank>> rows;
    for (const RankOutcome& rank : outcome.ranks) {
        rows[{planned(plan, rank).place.host, end_in_table(rank)}].push_back(rank.rank);
    }
    std::vector<std::pair<std::vector<job::Rank>, std::string>> lines;
    for (const auto& [key, ranks] : rows) {
        lines.emplace_back(ranks, fmt::format("on {}: {}", key.first, key.second));
    }
    std::sort(lines.begin(), lines.end());
    std::string text;
    for (const auto& [ranks, line] : lines) {
        text += fmt::format("  {} {}\n", name_ranks(ranks), line);
    }
    return text;
}

}  // namespace

std::string last_lines(const std::string& text, std::size_t most, std::string_view indent) {
    std::size_t end = text.size();
    while (end > 0 && text[end - 1] == '\n') {
        --end;
    }
    std::size_t begin = end;
    for (std::size_t lines = 0; begin > 0 && lines < most; ++lines) {
        const std::size_t before = text.rfind('\n', begin - 1);
        begin = before == std::string::npos ? 0 : lines + 1 == most ? before + 1 : before;
    }
    std::string shown;
    for (std::size_t at = text[begin] == '\n' ? begin + 1 : begin; at < end;) {
        const std::size_t line_end = std::min(text.find('\n', at), end);
        shown += std::string(indent) + text.substr(at, std::min(line_end - at, kLongestShown)) +
                 (line_end - at > kLongestShown ? "...\n" : "\n");
        at = line_end + 1;
    }
    return shown;
}

std::string render_failure(const LaunchPlan& plan, const JobOutcome& outcome) {
    const RankOutcome* const first = outcome.first_failure();
    if (outcome.cause == EndCause::ranks && first == nullptr) {
        return "";
    }
    std::string text = render_cause(outcome);
    if (!outcome.explanation.empty()) {
        text += outcome.cause == EndCause::launcher ? indented(outcome.explanation) : outcome.explanation;
    }
    // After a signal to tt-run itself nobody asks which rank it reached first.
    if (first != nullptr && outcome.cause != EndCause::signal && !first->was_asked_to_end) {
        text += render_first(plan, *first, outcome.last_on_errors == first->rank);
    }
    return text + render_table(plan, outcome);
}

}  // namespace tt_run::launcher
