#include "topology/mapping/room_left.hpp"

#include <algorithm>
#include <limits>

namespace tt_run::topology {

namespace {

constexpr std::uint32_t kNone = ~0U;

}  // namespace

RoomLeft::RoomLeft(const Demand& demand, const Adjacency& adjacency)
    : demand_(demand), adjacency_(adjacency), beside_(demand.meshes.size()) {
    for (const ConnectionDemand& connection : demand.connections) {
        if (connection.joins_two_meshes()) {
            beside_[connection.from[0]].push_back(connection.to[0]);
            beside_[connection.to[0]].push_back(connection.from[0]);
        }
    }
}

bool RoomLeft::suffices(std::span<const Footprint* const> placed, const std::vector<bool>& is_free) {
    find_regions(is_free);
    std::size_t wanted = 0;
    std::size_t smallest = std::numeric_limits<std::size_t>::max();
    for (std::size_t mesh = 0; mesh < placed.size(); ++mesh) {
        if (placed[mesh] == nullptr) {
            wanted += demand_.meshes[mesh].chip_count();
            smallest = std::min(smallest, demand_.meshes[mesh].chip_count());
        }
    }
    std::size_t usable = 0;
    for (const std::size_t size : region_sizes_) {
        usable += size >= smallest ? size : 0;
    }
    if (usable < wanted) {
        return false;
    }
    seen_.assign(placed.size(), false);
    for (std::size_t mesh = 0; mesh < placed.size(); ++mesh) {
        if (placed[mesh] == nullptr && !seen_[mesh] && !party_fits(mesh, placed)) {
            return false;
        }
    }
    return true;
}

void RoomLeft::find_regions(const std::vector<bool>& is_free) {
    region_.assign(is_free.size(), kNone);
    region_sizes_.clear();
    for (std::uint32_t start = 0; start < is_free.size(); ++start) {
        if (!is_free[start] || region_[start] != kNone) {
            continue;
        }
        const auto region = static_cast<std::uint32_t>(region_sizes_.size());
        region_[start] = region;
        queue_.assign(1, start);
        for (std::size_t at = 0; at < queue_.size(); ++at) {
            for (const Neighbour& neighbour : adjacency_.neighbours({queue_[at]})) {
                const std::uint32_t asic = neighbour.asic.value;
                if (is_free[asic] && region_[asic] == kNone) {
                    region_[asic] = region;
                    queue_.push_back(asic);
                }
            }
        }
        region_sizes_.push_back(queue_.size());
    }
}

/// A party: meshes not placed that hang together with the first.
bool RoomLeft::party_fits(std::size_t first, std::span<const Footprint* const> placed) {
    std::vector<std::size_t> party{first};
    seen_[first] = true;
    fitting_.assign(region_sizes_.size(), true);
    std::size_t chips = 0;
    for (std::size_t at = 0; at < party.size(); ++at) {
        chips += demand_.meshes[party[at]].chip_count();
        for (const std::size_t other : beside_[party[at]]) {
            if (placed[other] != nullptr) {
                keep_regions_beside(*placed[other]);
            } else if (!seen_[other]) {
                seen_[other] = true;
                party.push_back(other);
            }
        }
    }
    for (std::size_t region = 0; region < region_sizes_.size(); ++region) {
        if (fitting_[region] && region_sizes_[region] >= chips) {
            return true;
        }
    }
    return false;
}

void RoomLeft::keep_regions_beside(const Footprint& print) {
    touched_.assign(region_sizes_.size(), false);
    for (const AsicIndex asic : print.asics) {
        for (const Neighbour& neighbour : adjacency_.neighbours(asic)) {
            if (region_[neighbour.asic.value] != kNone) {
                touched_[region_[neighbour.asic.value]] = true;
            }
        }
    }
    for (std::size_t region = 0; region < region_sizes_.size(); ++region) {
        fitting_[region] = fitting_[region] && touched_[region];
    }
}

}  // namespace tt_run::topology
