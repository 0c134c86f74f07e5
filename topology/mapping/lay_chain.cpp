#include "topology/mapping/lay_chain.hpp"

#include <algorithm>
#include <tuple>

namespace tt_run::topology {

namespace {

constexpr std::uint32_t kNone = ~0U;

class ChainLayer {
  public:
    ChainLayer(const MeshChain& chain, const SeatGraph& graph, const std::vector<Footprint>& seats,
               std::span<const std::uint32_t> path)
        : chain_(chain), graph_(graph), seats_(seats), path_(path.begin(), path.end()) {
        std::vector<std::uint32_t> used;
        for (const std::uint32_t seat : path) {
            used.push_back(host_of(seat));
        }
        std::sort(used.begin(), used.end());
        used.erase(std::unique(used.begin(), used.end()), used.end());
        for (const std::size_t mesh : chain.order) {
            homes_.push_back(used[natural_host(mesh, path.size(), used.size())]);
        }
    }

    std::optional<Seating> lay(bool as_it_is) {
        if (!turn()) {
            return std::nullopt;
        }
        while (!as_it_is && chain_.is_uniform() && turn_parts()) {
            turn();
        }
        Seating seating(size());
        for (std::size_t k = 0; k < size(); ++k) {
            seating[chain_.order[k]] = path_[k];
        }
        return seating;
    }

  private:
    std::size_t size() const { return path_.size(); }
    std::uint32_t host_of(std::uint32_t seat) const { return seats_[seat].hosts[0]; }
    bool is_home(std::size_t k, std::uint32_t seat) const { return host_of(seat) == homes_[k]; }

    /// False if no turn has the links.
    bool turn() {
        const std::size_t n = size();
        std::size_t most_home = 0;
        std::vector<std::uint32_t> best;
        std::vector<std::uint32_t> turned(n);
        for (const bool back : {false, true}) {
            for (std::size_t start = 0; start < (chain_.closed ? n : 1); ++start) {
                std::size_t home = 0;
                for (std::size_t k = 0; k < n; ++k) {
                    turned[k] = path_[back ? (start + n - 1 - k) % n : (start + k) % n];
                    home += is_home(k, turned[k]) ? 1 : 0;
                }
                if (has_links(turned) &&
                    (best.empty() || std::tie(home, best) > std::tie(most_home, turned))) {
                    most_home = home;
                    best = turned;
                }
            }
        }
        path_ = best;
        return !best.empty();
    }

    bool has_links(const std::vector<std::uint32_t>& path) const {
        for (std::size_t k = 0; k < chain_.needs.size(); ++k) {
            if (graph_.links(path[k], path[(k + 1) % path.size()]) < chain_.needs[k]) {
                return false;
            }
        }
        return true;
    }

    /// Turns round every part that is better so; false if there was none.
    bool turn_parts() {
        where_.assign(graph_.size(), kNone);
        for (std::uint32_t k = 0; k < size(); ++k) {
            where_[path_[k]] = k;
        }
        bool turned = false;
        for (std::size_t first = chain_.closed ? 0 : 1; first < size(); ++first) {
            const std::uint32_t before = path_[(first + size() - 1) % size()];
            for (const std::uint32_t seat : graph_.beside(before)) {
                const std::size_t last = where_[seat];
                if (last != kNone && last > first && can_turn(first, last) && is_better_turned(first, last)) {
                    std::reverse(path_.begin() + static_cast<std::ptrdiff_t>(first),
                                 path_.begin() + static_cast<std::ptrdiff_t>(last) + 1);
                    for (std::size_t k = first; k <= last; ++k) {
                        where_[path_[k]] = static_cast<std::uint32_t>(k);
                    }
                    turned = true;
                }
            }
        }
        return turned;
    }

    /// Whether what stands before the part touches its end, and what stands behind it its beginning.
    bool can_turn(std::size_t first, std::size_t last) const {
        if (last - first + 2 > size()) {
            return false;  // all of it, or all but one: a turn of the whole
        }
        return (!chain_.closed && last + 1 == size()) ||
               graph_.touches(path_[first], path_[(last + 1) % size()]);
    }

    bool is_better_turned(std::size_t first, std::size_t last) const {
        std::int64_t home = 0;
        for (std::size_t k = first; k <= last; ++k) {
            home += is_home(k, path_[first + last - k]) ? 1 : 0;
            home -= is_home(k, path_[k]) ? 1 : 0;
        }
        const auto crosses = [&](std::size_t a, std::size_t b) {
            return host_of(path_[a]) != host_of(path_[b]) ? 1 : 0;
        };
        const std::size_t before = (first + size() - 1) % size();
        int crossings = crosses(before, last) - crosses(before, first);
        if (chain_.closed || last + 1 < size()) {
            const std::size_t behind = (last + 1) % size();
            crossings += crosses(first, behind) - crosses(last, behind);
        }
        return home > 0 || (home == 0 && crossings < 0);
    }

    const MeshChain& chain_;
    const SeatGraph& graph_;
    const std::vector<Footprint>& seats_;
    std::vector<std::uint32_t> path_;   ///< the seat of each mesh of the chain
    std::vector<std::uint32_t> homes_;  ///< the natural host of each
    std::vector<std::uint32_t> where_;  ///< per seat: its position in path_
};

}  // namespace

std::optional<Seating> lay_chain(const MeshChain& chain, const SeatGraph& graph,
                                 const std::vector<Footprint>& seats, std::span<const std::uint32_t> path,
                                 bool as_it_is) {
    return ChainLayer(chain, graph, seats, path).lay(as_it_is);
}

}  // namespace tt_run::topology
