#include "launcher/run/host_watch.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "launcher/plan/folded_lines.hpp"

namespace tt_run::launcher {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestInterval{2000};
/// So many heartbeats fit into the time after which an agent is lost.
constexpr int kBeats = 4;

}  // namespace

milliseconds HostWatch::interval() const {
    return std::clamp(plan_.supervision.host_timeout / kBeats, milliseconds(1), kLongestInterval);
}

std::optional<HostWatch::Verdict> HostWatch::look(Clock::time_point now, PeerSet& ranks) {
    if (!is_on_) {
        return std::nullopt;
    }
    if (now - looked_ > 2 * interval()) {
        blameless_until_ = now;  // it was this process that slept
    }
    looked_ = now;
    if (now >= beat_at_) {
        beat_at_ = now + interval();
        ranks.send_all(job::Heartbeat{});
    }
    std::vector<job::Rank> lost = silent_for(plan_.supervision.host_timeout, now, ranks);
    return lost.empty() ? std::nullopt : std::optional(Verdict{lost, render(lost)});
}

std::vector<job::Rank> HostWatch::suspects(Clock::time_point now, const PeerSet& ranks) const {
    return is_on_ ? silent_for(2 * interval(), now, ranks) : std::vector<job::Rank>();
}

std::vector<job::Rank> HostWatch::silent_for(Clock::duration time, Clock::time_point now,
                                             const PeerSet& ranks) const {
    std::vector<job::Rank> silent;
    for (const PlannedRank& rank : plan_.ranks) {
        const auto heard = ranks.last_heard(rank.rank);
        if (heard && now - std::max(*heard, blameless_until_) >= time) {
            silent.push_back(rank.rank);
        }
    }
    return silent;
}

std::string HostWatch::render(const std::vector<job::Rank>& lost) const {
    std::map<std::string, std::vector<job::Rank>> by_host;
    for (const job::Rank rank : lost) {
        by_host[plan_.ranks[static_cast<std::size_t>(rank.value)].place.host].push_back(rank);
    }
    std::string text;
    for (const auto& [host, ranks] : by_host) {
        text += fmt::format(
            "tt-run: host {} does not answer for {} s (--host-timeout): frozen, down, or cut off; on it "
            "{}\n",
            host, static_cast<double>(plan_.supervision.host_timeout.count()) / 1000, name_ranks(ranks));
    }
    return text;
}

}  // namespace tt_run::launcher
