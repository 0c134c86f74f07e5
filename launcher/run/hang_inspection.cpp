#include "launcher/run/hang_inspection.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "launcher/plan/folded_lines.hpp"

namespace tt_run::launcher {

namespace {

/// A debugger needs seconds per process, and agents give it eight.
constexpr std::chrono::seconds kTimeToAnswer{10};

}  // namespace

HangInspection::HangInspection(EndCause cause, std::vector<job::Rank> asked, Clock::time_point now)
    : cause_(cause), asked_(std::move(asked)), deadline_(now + kTimeToAnswer) {}

std::string HangInspection::render() const {
    std::string text;
    std::vector<job::Rank> silent;
    for (const job::Rank rank : asked_) {
        const auto answer = answers_.find(rank);
        if (answer == answers_.end()) {
            silent.push_back(rank);
        } else {
            text += fmt::format("rank {} stands at:\n{}", rank.value, answer->second);
        }
    }
    if (!silent.empty()) {
        text += fmt::format("of {} nothing was learnt in time\n", name_ranks(silent));
    }
    return text;
}

std::string render_limit(std::string_view what, std::chrono::milliseconds limit, std::string_view option) {
    return fmt::format("tt-run: the job {} {} s ({}); it is ended\n", what,
                       std::chrono::duration<double>(limit).count(), option);
}

std::string render_missing(const LaunchPlan& plan, const JobOutcome& outcome,
                           std::chrono::milliseconds limit) {
    std::map<std::string, std::vector<job::Rank>> missing;
    for (const RankOutcome& rank : outcome.ranks) {
        if (rank.state == RankOutcome::State::waiting) {
            missing[plan.ranks[static_cast<std::size_t>(rank.rank.value)].place.host].push_back(rank.rank);
        }
    }
    std::string text =
        fmt::format("tt-run: not every rank has started within {} s (--start-timeout); missing:\n",
                    std::chrono::duration<double>(limit).count());
    for (const auto& [host, ranks] : missing) {
        text += fmt::format("  {} on {}\n", name_ranks(ranks), host);
    }
    return text;
}

}  // namespace tt_run::launcher
