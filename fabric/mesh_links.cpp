#include "fabric/mesh_links.hpp"

#include <algorithm>
#include <limits>

namespace tt_run::fabric {

namespace {

constexpr std::array<std::string_view, 6> kDirections{"N", "E", "S", "W", "Z", "C"};

std::uint8_t capped(std::size_t count) {
    return static_cast<std::uint8_t>(std::min<std::size_t>(count, std::numeric_limits<std::uint8_t>::max()));
}

}  // namespace

std::string_view name_of(RoutingDirection direction) {
    return kDirections[static_cast<std::size_t>(direction)];
}

std::optional<RoutingDirection> parse_direction(std::string_view name) {
    const auto found = std::find(kDirections.begin(), kDirections.end(), name);
    return found == kDirections.end()
               ? std::nullopt
               : std::optional(static_cast<RoutingDirection>(found - kDirections.begin()));
}

MeshLinks::MeshLinks(const FabricSystem& system, const LinkStates& states, std::uint32_t mesh)
    : rows_(system.mesh(mesh).rows()),
      columns_(system.mesh(mesh).columns()),
      wraps_{system.mesh(mesh).wraps(0), system.mesh(mesh).wraps(1)},
      wanted_(static_cast<std::uint32_t>(system.mesh(mesh).channels.count)) {
    count_links(system, states, mesh);
    if (!system.mesh(mesh).express_links.empty()) {
        add_express(system, states, mesh);
    }
}

void MeshLinks::count_links(const FabricSystem& system, const LinkStates& states, std::uint32_t mesh) {
    const topology::Cluster& cluster = system.cluster();
    east_.assign(static_cast<std::size_t>(chips()), 0);
    south_.assign(static_cast<std::size_t>(chips()), 0);
    for (std::int32_t chip = 0; chip < chips(); ++chip) {
        const AsicIndex here = system.asic({mesh, chip});
        const std::int32_t east = neighbour(chip, 1);
        const std::int32_t south = neighbour(chip, 2);
        const AsicIndex east_asic = east < 0 ? here : system.asic({mesh, east});
        const AsicIndex south_asic = south < 0 ? here : system.asic({mesh, south});
        std::size_t to_east = 0;
        std::size_t to_south = 0;
        for (const std::uint32_t link : cluster.links_of(here)) {
            const AsicIndex far = topology::Cluster::far_end(cluster.links()[link], here).asic;
            if (far != here && (far == east_asic || far == south_asic) && states.carries(link)) {
                ++(far == east_asic ? to_east : to_south);
            }
        }
        east_[static_cast<std::size_t>(chip)] = capped(to_east);
        south_[static_cast<std::size_t>(chip)] = capped(to_south);
        broken_ = broken_ || (east >= 0 && to_east == 0) || (south >= 0 && to_south == 0);
    }
}

void MeshLinks::add_express(const FabricSystem& system, const LinkStates& states, std::uint32_t mesh) {
    struct Placed {
        std::int32_t chip;
        ExpressEnd end;
    };
    std::vector<Placed> ends;
    express_planes_ = wanted_;
    for (const auto& [first, last] : system.mesh(mesh).express_links) {
        const auto links = capped(live_links(system.cluster(), states, system.asic({mesh, first.value}),
                                             system.asic({mesh, last.value}))
                                      .size());
        const bool along_row = first.value / columns_ == last.value / columns_;
        const std::int32_t length = along_row ? columns_ : rows_;
        const std::int32_t apart = along_row ? last.value % columns_ - first.value % columns_
                                             : last.value / columns_ - first.value / columns_;
        const std::int32_t jump = (apart + length) % length;  // a block that wraps ends before it begins
        const auto dimension = static_cast<std::uint8_t>(along_row ? 1 : 0);
        ends.push_back({first.value, {last.value, jump, dimension, links}});
        ends.push_back({last.value, {first.value, -jump, dimension, links}});
        broken_ = broken_ || links == 0;
        express_planes_ = links == 0 ? express_planes_ : std::min<std::uint32_t>(express_planes_, links);
    }
    std::stable_sort(ends.begin(), ends.end(), [](const Placed& a, const Placed& b) {
        return std::pair(a.chip, a.end.far) < std::pair(b.chip, b.end.far);
    });
    first_express_.assign(static_cast<std::size_t>(chips()) + 1, 0);
    for (const Placed& placed : ends) {
        express_.push_back(placed.end);
        ++first_express_[static_cast<std::size_t>(placed.chip) + 1];
    }
    for (std::size_t chip = 1; chip < first_express_.size(); ++chip) {
        first_express_[chip] += first_express_[chip - 1];
    }
}

std::int32_t MeshLinks::neighbour(std::int32_t chip, Slot slot) const {
    if (slot >= kFirstExpressSlot) {
        const auto ends = express(chip);
        const auto at = static_cast<std::size_t>(slot - kFirstExpressSlot);
        return at < ends.size() ? ends[at].far : -1;
    }
    const std::int32_t row = chip / columns_;
    const std::int32_t column = chip % columns_;
    switch (slot) {
        case 0:
            return row > 0 ? chip - columns_ : wraps_[0] ? chip + (rows_ - 1) * columns_ : -1;
        case 1:
            return column + 1 < columns_ ? chip + 1 : wraps_[1] ? chip - (columns_ - 1) : -1;
        case 2:
            return row + 1 < rows_ ? chip + columns_ : wraps_[0] ? column : -1;
        default:
            return column > 0 ? chip - 1 : wraps_[1] ? chip + columns_ - 1 : -1;
    }
}

std::uint32_t MeshLinks::links(std::int32_t chip, Slot slot) const {
    if (slot >= kFirstExpressSlot) {
        const auto ends = express(chip);
        const auto at = static_cast<std::size_t>(slot - kFirstExpressSlot);
        return at < ends.size() ? ends[at].links : 0;
    }
    if (slot == 1 || slot == 2) {
        return (slot == 1 ? east_ : south_)[static_cast<std::size_t>(chip)];
    }
    const std::int32_t next = neighbour(chip, slot);
    return next < 0 ? 0 : (slot == 3 ? east_ : south_)[static_cast<std::size_t>(next)];
}

std::uint32_t MeshLinks::planes(std::size_t dimension, std::int32_t line, bool with_wrap) const {
    const std::int32_t length = dimension == 0 ? rows_ : columns_;
    const bool closed = with_wrap && wraps_[dimension];
    const auto columns = static_cast<std::size_t>(columns_);
    const auto number = static_cast<std::size_t>(line);
    const std::size_t first = dimension == 0 ? number : number * columns;
    const std::size_t step = dimension == 0 ? columns : 1;
    const std::vector<std::uint8_t>& counts = dimension == 0 ? south_ : east_;
    std::uint32_t least = 0;
    for (std::int32_t k = 0; k < length - (closed ? 0 : 1); ++k) {
        const std::uint32_t links = counts[first + static_cast<std::size_t>(k) * step];
        if (links != 0) {
            least = least == 0 ? links : std::min(least, links);
        }
    }
    return std::min(least, wanted_);
}

}  // namespace tt_run::fabric
