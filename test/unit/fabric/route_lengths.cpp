#include "test/unit/fabric/route_lengths.hpp"

#include <algorithm>
#include <cstdlib>

namespace tt_run::test {

using namespace fabric;

namespace {

std::int32_t length_of(const Mesh& mesh, std::size_t dimension) {
    return mesh.device_dims[dimension];
}

}  // namespace

std::vector<std::int32_t> edge_of(const Mesh& mesh) {
    std::vector<std::int32_t> edge;
    for (std::int32_t column = 0; column < mesh.columns(); ++column) {
        edge.push_back(mesh.chip_at(0, column).value);
    }
    for (std::int32_t row = 1; row < mesh.rows(); ++row) {
        edge.push_back(mesh.chip_at(row, mesh.columns() - 1).value);
    }
    for (std::int32_t column = mesh.columns() - 2; column >= 0; --column) {
        edge.push_back(mesh.chip_at(mesh.rows() - 1, column).value);
    }
    for (std::int32_t row = mesh.rows() - 2; row > 0; --row) {
        edge.push_back(mesh.chip_at(row, 0).value);
    }
    return edge;
}

RouteLengths::RouteLengths(const ControlPlane& plane) : plane_(plane), system_(plane.system()) {}

bool RouteLengths::wraps(std::size_t mesh, std::size_t dimension) const {
    return system_.mesh(mesh).wraps(dimension) && uses_wraps(plane_.options().settings.config, dimension);
}

std::int32_t RouteLengths::search_line(std::size_t mesh, std::size_t dimension, std::int32_t from,
                                       std::int32_t distance, std::int32_t sense) const {
    const Mesh& grid = system_.mesh(mesh);
    const std::int32_t length = length_of(grid, dimension);
    const auto position = [&](ChipId chip) {
        return dimension == 0 ? chip.value / grid.columns() : chip.value % grid.columns();
    };
    const auto on_first_line = [&](ChipId chip) {
        return (dimension == 0 ? chip.value % grid.columns() : chip.value / grid.columns()) == 0;
    };
    std::vector<std::int32_t> steps(static_cast<std::size_t>(distance) + 1, 1 << 20);
    steps[0] = 0;  // by chips passed so far
    for (std::int32_t gone = 0; gone < distance; ++gone) {
        const std::int32_t so_far = steps[static_cast<std::size_t>(gone)];
        const std::int32_t here = ((from + sense * gone) % length + length) % length;
        const auto reach = [&](std::int32_t jump) {
            if (jump > 0 && gone + jump <= distance) {
                std::int32_t& best = steps[static_cast<std::size_t>(gone + jump)];
                best = std::min(best, so_far + 1);
            }
        };
        reach(1);
        for (const auto& [first, last] : grid.express_links) {
            const bool this_way = on_first_line(first) && on_first_line(last);
            const std::int32_t jump = ((position(last) - position(first)) % length + length) % length;
            if (this_way && position(sense == 1 ? first : last) == here) {
                reach(jump);
            }
        }
    }
    return steps[static_cast<std::size_t>(distance)];
}

std::int32_t RouteLengths::along(std::size_t mesh, std::size_t dimension, std::int32_t from,
                                 std::int32_t to) const {
    const std::int32_t length = length_of(system_.mesh(mesh), dimension);
    const std::int32_t ahead = ((to - from) % length + length) % length;
    if (ahead == 0) {
        return 0;
    }
    bool forward = to > from;
    if (wraps(mesh, dimension)) {
        forward = ahead * 2 == length ? dimension == 1 : ahead * 2 < length;
    }
    const std::int32_t distance = forward ? ahead : length - ahead;
    const bool express = !system_.mesh(mesh).express_links.empty() && is_2d(plane_.options().settings.config);
    if (!express) {
        return distance;
    }
    const auto [known, fresh] = searched_.try_emplace({mesh, dimension, from, to}, 0);
    if (fresh) {
        known->second = search_line(mesh, dimension, from, distance, forward ? 1 : -1);
    }
    return known->second;
}

std::int32_t RouteLengths::round_edge(std::size_t mesh, std::int32_t from, std::int32_t to) const {
    const std::vector<std::int32_t> edge = edge_of(system_.mesh(mesh));
    const auto apart =
        std::abs(std::find(edge.begin(), edge.end(), from) - std::find(edge.begin(), edge.end(), to));
    return static_cast<std::int32_t>(std::min<std::ptrdiff_t>(apart, std::ssize(edge) - apart));
}

std::int32_t RouteLengths::within(std::size_t mesh, std::int32_t from, std::int32_t to) const {
    const std::int32_t columns = system_.mesh(mesh).columns();
    const bool in_line = from / columns == to / columns || from % columns == to % columns;
    if (plane_.options().settings.config == FabricConfig::ring && !in_line) {
        return round_edge(mesh, from, to);
    }
    return along(mesh, 0, from / columns, to / columns) + along(mesh, 1, from % columns, to % columns);
}

std::vector<std::int32_t> RouteLengths::live_neighbours(std::size_t mesh, std::int32_t chip) const {
    const Mesh& grid = system_.mesh(mesh);
    const std::int32_t row = chip / grid.columns();
    const std::int32_t column = chip % grid.columns();
    std::vector<std::int32_t> candidates;
    const auto add = [&](std::int32_t to_row, std::int32_t to_column) {
        const bool over_row = to_row < 0 || to_row >= grid.rows();
        const bool over_column = to_column < 0 || to_column >= grid.columns();
        if ((over_row && !wraps(mesh, 0)) || (over_column && !wraps(mesh, 1))) {
            return;
        }
        candidates.push_back(
            grid.chip_at((to_row + grid.rows()) % grid.rows(), (to_column + grid.columns()) % grid.columns())
                .value);
    };
    add(row - 1, column);
    add(row, column + 1);
    add(row + 1, column);
    add(row, column - 1);
    std::vector<std::int32_t> express;
    for (const auto& [first, last] : grid.express_links) {
        if (first.value == chip || last.value == chip) {
            express.push_back(first.value == chip ? last.value : first.value);
        }
    }
    std::sort(express.begin(), express.end());
    candidates.insert(candidates.end(), express.begin(), express.end());
    std::erase_if(candidates, [&](std::int32_t next) {
        const auto at = static_cast<std::uint32_t>(mesh);
        const AsicIndex here = system_.asic({at, chip});
        const AsicIndex there = system_.asic({at, next});
        for (const std::uint32_t link : system_.cluster().links_of(here)) {
            if (topology::Cluster::far_end(system_.cluster().links()[link], here).asic == there &&
                plane_.states().carries(link)) {
                return false;
            }
        }
        return true;
    });
    return candidates;
}

const std::vector<std::int32_t>& RouteLengths::numbers_of(std::size_t mesh) {
    std::vector<std::int32_t>& numbers = detour_numbers_[mesh];
    if (numbers.empty()) {
        numbers.assign(static_cast<std::size_t>(system_.mesh(mesh).chip_count()), -1);
        std::int32_t given = 0;
        for (std::int32_t root = 0; root < system_.mesh(mesh).chip_count(); ++root) {
            std::vector<std::int32_t> queue;
            const auto meet = [&](std::int32_t chip) {
                if (numbers[static_cast<std::size_t>(chip)] < 0) {
                    numbers[static_cast<std::size_t>(chip)] = given++;
                    queue.push_back(chip);
                }
            };
            meet(root);
            for (std::size_t at = 0; at < queue.size(); ++at) {
                for (const std::int32_t next : live_neighbours(mesh, queue[at])) {
                    meet(next);
                }
            }
        }
    }
    return numbers;
}

/// Relaxing over and over until nothing changes: first the ways that only go down, then those that begin up.
std::int32_t RouteLengths::detour(std::size_t mesh, std::int32_t from, std::int32_t to) {
    constexpr std::int32_t kFar = 1 << 20;
    std::vector<std::int32_t>& lengths = detour_lengths_[{mesh, to}];
    if (lengths.empty()) {
        const std::vector<std::int32_t>& numbers = numbers_of(mesh);
        const auto at = [](std::int32_t chip) { return static_cast<std::size_t>(chip); };
        lengths.assign(numbers.size(), kFar);
        lengths[at(to)] = 0;
        const auto settle = [&](bool down, const std::vector<bool>& fixed) {
            for (bool changed = true; changed;) {
                changed = false;
                for (std::int32_t chip = 0; chip < std::ssize(numbers); ++chip) {
                    for (const std::int32_t next : live_neighbours(mesh, chip)) {
                        if (!fixed[at(chip)] && (numbers[at(next)] > numbers[at(chip)]) == down &&
                            lengths[at(next)] + 1 < lengths[at(chip)]) {
                            lengths[at(chip)] = lengths[at(next)] + 1;
                            changed = true;
                        }
                    }
                }
            }
        };
        settle(true, std::vector<bool>(numbers.size(), false));
        std::vector<bool> fixed;
        for (const std::int32_t length : lengths) {
            fixed.push_back(length < kFar);
        }
        settle(false, fixed);
    }
    return lengths[static_cast<std::size_t>(from)];
}

}  // namespace tt_run::test
