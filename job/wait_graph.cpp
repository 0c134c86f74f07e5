#include "job/wait_graph.hpp"

#include <algorithm>
#include <tuple>

namespace tt_run::job {

namespace {

/// Peers of one wait that a line names.
constexpr std::size_t kMostNamed = 8;

std::size_t index_of(Rank rank) {
    return static_cast<std::size_t>(rank.value);
}

/// By key, the largest count first.
bool comes_before(const Brought& a, const Brought& b) {
    return std::tie(a.key, b.count, a.kind) < std::tie(b.key, a.count, b.kind);
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
    for (Wait& wait : node.report.waits) {
        std::erase_if(wait.peers, [&](Rank peer) { return index_of(peer) >= nodes_.size(); });
    }
    std::erase_if(node.report.waits, [](const Wait& wait) { return wait.peers.empty(); });
    std::sort(node.report.brought.begin(), node.report.brought.end(), comes_before);
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
    nodes_.at(index_of(rank)) = {};
}

bool WaitGraph::has_brought(std::size_t peer, const Wait& wait) const {
    if (wait.key == 0) {
        return false;
    }
    // A report may list very many, and a rank that lies may give a key twice: its largest count counts.
    const std::vector<Brought>& all = nodes_[peer].report.brought;
    const auto most =
        std::partition_point(all.begin(), all.end(), [&](const Brought& one) { return one.key < wait.key; });
    return most != all.end() && most->key == wait.key &&
           (most->count > wait.need ||
            (most->count == wait.need &&
             std::binary_search(most, all.end(), Brought{wait.key, wait.need, wait.kind}, comes_before)));
}

std::vector<bool> WaitGraph::find_stuck() const {
    // Backwards from the ranks that can go on. A wait stands as long as one of its peers does: `holders` of
    // it; `left[r]` of r's waits still hold it.
    struct Held {
        std::size_t rank;
        std::size_t wait;
    };
    std::vector<std::vector<Held>> waiters(nodes_.size());
    std::vector<std::vector<std::size_t>> holders(nodes_.size());
    std::vector<std::size_t> left(nodes_.size(), 0);
    std::vector<std::size_t> going;
    std::vector<bool> stuck(nodes_.size(), true);
    const auto free_rank = [&](std::size_t rank) {
        if (stuck[rank]) {
            stuck[rank] = false;
            going.push_back(rank);
        }
    };
    for (std::size_t rank = 0; rank < nodes_.size(); ++rank) {
        const Node& node = nodes_[rank];
        const std::vector<Wait>& waits = node.report.waits;
        if (node.has_left) {
            stuck[rank] = false;  // not stuck, and of no help to anybody either
            continue;
        }
        if (!node.is_blocked || node.report.ends_itself || waits.empty()) {
            free_rank(rank);
            continue;
        }
        left[rank] = node.report.any ? 1 : waits.size();
        for (std::size_t k = 0; k < waits.size(); ++k) {
            std::size_t holding = 0;
            for (const Rank peer : waits[k].peers) {
                if (!has_brought(index_of(peer), waits[k])) {
                    waiters[index_of(peer)].push_back({rank, k});
                    ++holding;
                }
            }
            holders[rank].push_back(holding);
            if (holding == 0 && --left[rank] == 0) {
                free_rank(rank);
                break;
            }
        }
    }
    while (!going.empty()) {
        const std::size_t peer = going.back();
        going.pop_back();
        for (const Held& held : waiters[peer]) {
            if (stuck[held.rank] && --holders[held.rank][held.wait] == 0 && --left[held.rank] == 0) {
                free_rank(held.rank);
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
        std::optional<std::size_t> next;
        for (const Wait& wait : nodes_[at].report.waits) {
            for (const Rank peer : wait.peers) {
                if (!next && stuck[index_of(peer)] && !has_brought(index_of(peer), wait)) {
                    next = index_of(peer);
                }
            }
        }
        if (!next) {  // it waits for ranks that have gone, and for no stuck one
            found.is_ring = false;
            break;
        }
        at = *next;
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
        std::string peers;
        std::size_t named = 0;
        std::size_t missing = 0;
        for (const Rank peer : wait.peers) {
            if (has_brought(index_of(peer), wait)) {
                continue;
            }
            ++missing;
            if (named < kMostNamed) {
                ++named;
                peers += (peers.empty() ? "" : ", ") + std::to_string(peer.value) +
                         (nodes_[index_of(peer)].has_left ? ", which has ended," : "");
            }
        }
        if (missing > named) {
            peers += " and " + std::to_string(missing - named) + " more";
        }
        text += "  rank " + std::to_string(rank.value) + " waits in " + wait.object +
                (missing == 1 ? " for rank " : " for ranks ") + peers;
        if (wait.key == 0) {
            text += " (has " + std::to_string(wait.have) + " of " + std::to_string(wait.need) + ")";
        }
        text += "\n";
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
