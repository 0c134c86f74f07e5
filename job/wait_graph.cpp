#include "job/wait_graph.hpp"

#include <algorithm>

namespace tt_run::job {

namespace {

std::size_t index_of(Rank rank) {
    return static_cast<std::size_t>(rank.value);
}

}  // namespace

WaitGraph::WaitGraph(std::size_t ranks) : nodes_(ranks) {}

void WaitGraph::block(Rank rank, const Blocked& report) {
    Node& node = nodes_.at(index_of(rank));
    if (node.has_epoch && report.epoch < node.last_epoch) {
        return;
    }
    // A wait that was taken back does not come again under its number.
    if (node.has_epoch && report.epoch == node.last_epoch && !node.is_blocked) {
        return;
    }
    node.is_blocked = true;
    node.has_epoch = true;
    node.last_epoch = report.epoch;
    node.report = report;
    std::erase_if(node.report.waits, [&](const Wait& wait) { return index_of(wait.peer) >= nodes_.size(); });
}

void WaitGraph::unblock(Rank rank, const Unblocked& report) {
    Node& node = nodes_.at(index_of(rank));
    if (!node.has_epoch || report.epoch >= node.last_epoch) {
        node.is_blocked = false;
        node.has_epoch = true;
        node.last_epoch = report.epoch;
    }
}

void WaitGraph::leave(Rank rank) {
    Node& node = nodes_.at(index_of(rank));
    node.is_blocked = false;
    node.has_left = true;
}

void WaitGraph::forget(Rank rank) {
    Node fresh;
    fresh.has_left = nodes_.at(index_of(rank)).has_left;
    nodes_.at(index_of(rank)) = std::move(fresh);
}

std::vector<bool> WaitGraph::find_stuck() const {
    // Backwards from the ranks that can go on: `left[r]` of r's waits still hold it.
    std::vector<std::vector<std::size_t>> waiters(nodes_.size());
    std::vector<std::size_t> left(nodes_.size(), 0);
    std::vector<std::size_t> going;
    std::vector<bool> stuck(nodes_.size(), true);
    for (std::size_t rank = 0; rank < nodes_.size(); ++rank) {
        const Node& node = nodes_[rank];
        left[rank] = node.report.any ? 1 : node.report.waits.size();
        for (const Wait& wait : node.is_blocked ? node.report.waits : std::vector<Wait>{}) {
            waiters[index_of(wait.peer)].push_back(rank);
        }
        if (node.has_left) {
            stuck[rank] = false;  // not stuck, and of no help to anybody either
        } else if (!node.is_blocked || node.report.waits.empty()) {
            stuck[rank] = false;
            going.push_back(rank);
        }
    }
    while (!going.empty()) {
        const std::size_t peer = going.back();
        going.pop_back();
        for (const std::size_t rank : waiters[peer]) {
            if (stuck[rank] && --left[rank] == 0) {
                stuck[rank] = false;
                going.push_back(rank);
            }
        }
    }
    return stuck;
}

WaitGraph::Deadlock WaitGraph::trace(const std::vector<bool>& stuck) const {
    Deadlock found;
    std::vector<std::size_t> path;
    std::vector<bool> seen(nodes_.size(), false);
    std::size_t at = static_cast<std::size_t>(std::find(stuck.begin(), stuck.end(), true) - stuck.begin());
    for (;;) {
        if (seen[at]) {  // the ring begins where we have been
            path.erase(path.begin(), std::find(path.begin(), path.end(), at));
            break;
        }
        seen[at] = true;
        path.push_back(at);
        const auto holds = [&](const Wait& wait) { return stuck[index_of(wait.peer)]; };
        const std::vector<Wait>& waits = nodes_[at].report.waits;
        const auto next = std::find_if(waits.begin(), waits.end(), holds);
        if (next == waits.end()) {  // it waits for ranks that have gone, and for no stuck one
            found.is_ring = false;
            break;
        }
        at = index_of(next->peer);
    }
    for (const std::size_t rank : path) {
        found.chain.push_back({static_cast<std::int32_t>(rank)});
    }
    return found;
}

std::optional<WaitGraph::Deadlock> WaitGraph::find_deadlock() const {
    const std::vector<bool> stuck = find_stuck();
    if (std::find(stuck.begin(), stuck.end(), true) == stuck.end()) {
        return std::nullopt;
    }
    Deadlock found = trace(stuck);
    for (std::size_t rank = 0; rank < stuck.size(); ++rank) {
        if (stuck[rank]) {
            found.ranks.push_back({static_cast<std::int32_t>(rank)});
            found.epochs.push_back(nodes_[rank].report.epoch);
        }
    }
    return found;
}

std::string WaitGraph::render_rank(Rank rank) const {
    std::string text;
    const Node& node = nodes_[index_of(rank)];
    for (const Wait& wait : node.report.waits) {
        text += "  rank " + std::to_string(rank.value) + " waits in " + wait.object + " for rank " +
                std::to_string(wait.peer.value) +
                (nodes_[index_of(wait.peer)].has_left ? ", which has ended," : "") + " (has " +
                std::to_string(wait.have) + " of " + std::to_string(wait.need) + ")\n";
    }
    if (node.report.any && node.report.waits.size() > 1) {
        text += "  (rank " + std::to_string(rank.value) + " could go on with any one of these)\n";
    }
    return text;
}

std::string WaitGraph::render(const Deadlock& deadlock) const {
    std::string text =
        deadlock.is_ring ? "these ranks wait for each other: " : "ranks wait for one that has ended: ";
    for (const Rank rank : deadlock.chain) {
        text += std::to_string(rank.value) + " -> ";
    }
    text += deadlock.is_ring ? std::to_string(deadlock.chain.front().value) : "gone";
    text += "\n";
    for (const Rank rank : deadlock.ranks) {
        text += render_rank(rank);
    }
    return text;
}

std::string WaitGraph::render_waits() const {
    std::string text;
    for (std::size_t rank = 0; rank < nodes_.size(); ++rank) {
        if (nodes_[rank].is_blocked) {
            text += render_rank({static_cast<std::int32_t>(rank)});
        }
    }
    return text;
}

}  // namespace tt_run::job
