#include "topology/mapping/seat_paths.hpp"

#include <algorithm>

namespace tt_run::topology {

namespace {

constexpr std::uint32_t kNone = ~0U;

}  // namespace

SeatPaths::SeatPaths(const SeatGraph& graph, std::span<const SeatPair> links)
    : graph_(graph), next_(graph.size()) {
    for (const SeatPair& link : links) {
        next_[link.a].push_back(link.b);
        next_[link.b].push_back(link.a);
    }
    walk_all();
}

void SeatPaths::walk_all() {
    paths_.clear();
    std::vector<bool> seen(next_.size(), false);
    for (const std::size_t neighbours : {1U, 2U}) {  // first the open ones, from their ends
        for (std::uint32_t seat = 0; seat < next_.size(); ++seat) {
            if (!seen[seat] && next_[seat].size() == neighbours) {
                paths_.push_back(walk(seat, seen));
            }
        }
    }
}

std::vector<std::uint32_t> SeatPaths::walk(std::uint32_t start, std::vector<bool>& seen) const {
    std::vector<std::uint32_t> path;
    for (std::uint32_t here = start; here != kNone;) {
        seen[here] = true;
        path.push_back(here);
        const auto next = std::find_if(next_[here].begin(), next_[here].end(),
                                       [&](std::uint32_t other) { return !seen[other]; });
        here = next == next_[here].end() ? kNone : *next;
    }
    return path;
}

void SeatPaths::join() {
    for (bool joined = true; joined && paths_.size() > 1;) {
        joined = false;
        std::vector<std::uint32_t> path_of(next_.size(), kNone);
        for (std::uint32_t path = 0; path < paths_.size(); ++path) {
            for (const std::uint32_t seat : paths_[path]) {
                path_of[seat] = path;
            }
        }
        for (std::uint32_t a = 0; a < next_.size() && !joined; ++a) {
            for (std::size_t k = 0; k < next_[a].size() && !joined; ++k) {
                joined = join_at(a, next_[a][k], path_of);
            }
        }
        if (joined) {
            walk_all();
        }
    }
}

bool SeatPaths::join_at(std::uint32_t a, std::uint32_t b, const std::vector<std::uint32_t>& path_of) {
    for (const std::uint32_t c : graph_.beside(a)) {
        if (path_of[c] == kNone || path_of[c] == path_of[a]) {
            continue;
        }
        for (const std::uint32_t d : next_[c]) {
            if (graph_.touches(b, d)) {
                exchange(a, b, c);
                exchange(b, a, d);
                exchange(c, d, a);
                exchange(d, c, b);
                return true;
            }
        }
    }
    return false;
}

void SeatPaths::exchange(std::uint32_t seat, std::uint32_t from, std::uint32_t to) {
    *std::find(next_[seat].begin(), next_[seat].end(), from) = to;
}

}  // namespace tt_run::topology
