#include "test/unit/fabric/route_walker.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>

#include <fmt/format.h>

namespace tt_run::test {

using namespace fabric;

namespace {

constexpr std::size_t kMostSlots = 16;

std::int32_t length_of(const Mesh& mesh, std::size_t dimension) {
    return mesh.device_dims[dimension];
}

/// The chips on a mesh's edge, clockwise from the north-west corner, by walking along it.
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

bool both_on_edge(const Mesh& mesh, std::int32_t a, std::int32_t b) {
    const std::vector<std::int32_t> edge = edge_of(mesh);
    return std::count(edge.begin(), edge.end(), a) == 1 && std::count(edge.begin(), edge.end(), b) == 1;
}

}  // namespace

RouteWalker::RouteWalker(const ControlPlane& plane)
    : plane_(plane),
      system_(plane.system()),
      good_moves_(std::size_t{system_.node_count()} * kMostSlots, -1),
      good_ports_(plane.exits().ports().size(), {NodeAt{0, -1}, NodeAt{0, -1}}) {
    std::set<std::pair<MeshId, MeshId>> asked;
    for (const topology::MeshConnection& one : system_.graph().connections) {
        asked.insert(std::minmax(one.from, one.to));
    }
    const bool pods = !system_.graph().graph_connections.empty();
    std::vector<std::set<std::uint32_t>> found(system_.mesh_count());
    const auto links = system_.cluster().links();
    for (std::uint32_t link = 0; link < links.size(); ++link) {
        const auto a = system_.node_of(links[link].a.asic);
        const auto b = system_.node_of(links[link].b.asic);
        if (!a || !b || a->mesh == b->mesh || !plane.states().carries(link)) {
            continue;
        }
        const auto ends = std::minmax(system_.mesh(a->mesh).id, system_.mesh(b->mesh).id);
        if (pods || asked.contains(ends)) {
            found[a->mesh].insert(b->mesh);
            found[b->mesh].insert(a->mesh);
        }
    }
    for (const auto& one : found) {
        mesh_neighbours_.emplace_back(one.begin(), one.end());
    }
}

bool RouteWalker::wraps(std::size_t mesh, std::size_t dimension) const {
    return system_.mesh(mesh).wraps(dimension) && uses_wraps(plane_.options().settings.config, dimension);
}

RouteWalker::Place RouteWalker::place(NodeAt node) const {
    const std::int32_t columns = system_.mesh(node.mesh).columns();
    return {node.chip / columns, node.chip % columns};
}

bool RouteWalker::permits(NodeAt from, NodeAt to) {
    const FabricConfig config = plane_.options().settings.config;
    if (from == to || is_2d(config)) {
        return from == to || mesh_hops(from.mesh, to.mesh) >= 0;
    }
    if (from.mesh != to.mesh || config == FabricConfig::disabled) {
        return false;
    }
    const Mesh& mesh = system_.mesh(from.mesh);
    const Place a = place(from);
    const Place b = place(to);
    if (config == FabricConfig::neighbor_exchange) {
        return length_within(from.mesh, from.chip, to.chip) == 1;
    }
    const bool folds = config == FabricConfig::ring && !wraps(from.mesh, 0) && !wraps(from.mesh, 1) &&
                       mesh.rows() > 1 && mesh.columns() > 1;
    return a.row == b.row || a.column == b.column || (folds && both_on_edge(mesh, from.chip, to.chip));
}

std::int32_t RouteWalker::search_line(std::size_t mesh, std::size_t dimension, std::int32_t from,
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

std::int32_t RouteWalker::along(std::size_t mesh, std::size_t dimension, std::int32_t from,
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

std::int32_t RouteWalker::round_edge(std::size_t mesh, std::int32_t from, std::int32_t to) const {
    const std::vector<std::int32_t> edge = edge_of(system_.mesh(mesh));
    const auto apart =
        std::abs(std::find(edge.begin(), edge.end(), from) - std::find(edge.begin(), edge.end(), to));
    return static_cast<std::int32_t>(std::min<std::ptrdiff_t>(apart, std::ssize(edge) - apart));
}

std::int32_t RouteWalker::length_within(std::size_t mesh, std::int32_t from, std::int32_t to) const {
    const std::int32_t columns = system_.mesh(mesh).columns();
    const bool in_line = from / columns == to / columns || from % columns == to % columns;
    if (plane_.options().settings.config == FabricConfig::ring && !in_line) {
        return round_edge(mesh, from, to);
    }
    return along(mesh, 0, from / columns, to / columns) + along(mesh, 1, from % columns, to % columns);
}

std::vector<std::int32_t> RouteWalker::live_neighbours(std::size_t mesh, std::int32_t chip) const {
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

const std::vector<std::int32_t>& RouteWalker::detour_numbers(std::size_t mesh) {
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
std::int32_t RouteWalker::detour_length(std::size_t mesh, std::int32_t from, std::int32_t to) {
    constexpr std::int32_t kFar = 1 << 20;
    std::vector<std::int32_t>& lengths = detour_lengths_[{mesh, to}];
    if (lengths.empty()) {
        const std::vector<std::int32_t>& numbers = detour_numbers(mesh);
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

std::int32_t RouteWalker::mesh_hops(std::uint32_t from, std::uint32_t to) {
    std::vector<std::int32_t>& hops = mesh_hops_[to];
    if (hops.empty()) {
        hops.assign(mesh_neighbours_.size(), -1);
        hops[to] = 0;
        std::vector<std::uint32_t> queue{to};
        for (std::size_t at = 0; at < queue.size(); ++at) {
            for (const std::uint32_t next : mesh_neighbours_[queue[at]]) {
                if (hops[next] < 0) {
                    hops[next] = hops[queue[at]] + 1;
                    queue.push_back(next);
                }
            }
        }
    }
    return hops[from];
}

std::string RouteWalker::judge_links(const Hop& hop) {
    const std::size_t move = std::size_t{system_.number_of(hop.from)} * kMostSlots + hop.slot;
    if (hop.leaves_mesh() ? good_ports_[hop.port] == std::pair(hop.from, hop.to)
                          : good_moves_[move] == hop.to.chip) {
        return {};
    }
    const std::uint32_t planes = plane_.planes(hop);
    if (planes == 0) {
        return "a move without a plane";
    }
    std::set<std::uint32_t> used;
    for (std::uint32_t plane = 0; plane < planes; ++plane) {
        const std::uint32_t number = plane_.link(hop, plane);
        const topology::Link& link = system_.cluster().links()[number];
        const AsicIndex a = system_.asic(hop.from);
        const AsicIndex b = system_.asic(hop.to);
        const bool joins = (link.a.asic == a && link.b.asic == b) || (link.a.asic == b && link.b.asic == a);
        if (!joins || !plane_.states().carries(number) || !used.insert(number).second) {
            return fmt::format("plane {} takes a link that is elsewhere, down or taken", plane);
        }
    }
    if (hop.leaves_mesh()) {
        good_ports_[hop.port] = {hop.from, hop.to};
    } else {
        good_moves_[move] = hop.to.chip;
    }
    return {};
}

/// Out of a mesh that lacks no link a packet takes the nearest exit, of equals the lowest chip.
std::string RouteWalker::judge_exit(NodeAt entered, const Hop& hop) const {
    if (plane_.router(hop.from.mesh).links().is_broken()) {
        return {};
    }
    const auto distance = [&](std::int32_t chip) {
        const Place a = place(entered);
        const Place b = place({entered.mesh, chip});
        return std::abs(a.row - b.row) + std::abs(a.column - b.column);
    };
    for (const ChipId exit : plane_.exit_chips(hop.from.mesh, hop.to.mesh)) {
        const std::int32_t further = distance(hop.from.chip) - distance(exit.value);
        if (further > 0 || (further == 0 && exit.value < hop.from.chip)) {
            return fmt::format("leaves by chip {}, not by chip {}", hop.from.chip, exit.value);
        }
    }
    return {};
}

std::string RouteWalker::judge_turns(const Route& route) const {
    bool turned = false;
    for (std::size_t k = 0; k < route.size(); ++k) {
        const Hop& hop = route[k];
        const bool first = k == 0 || route[k - 1].leaves_mesh();
        turned = turned && !first;
        if (hop.leaves_mesh()) {
            continue;
        }
        const bool along_row = place(hop.from).row == place(hop.to).row;
        if (!along_row && turned) {
            return "turns from a row into a column";
        }
        const bool back = !first && hop.to == route[k - 1].from;
        if (back) {
            return "turns back";
        }
        turned = turned || along_row;
    }
    return {};
}

std::string RouteWalker::judge(NodeAt from, NodeAt to, const Route& route) {
    NodeAt at = from;
    NodeAt entered = from;
    std::int32_t steps = 0;
    std::int32_t crossings = 0;
    const auto judge_length = [&](NodeAt end) -> std::string {
        const bool detoured = plane_.router(end.mesh).is_detoured();
        const std::int32_t documented = detoured ? detour_length(end.mesh, entered.chip, end.chip)
                                                 : length_within(end.mesh, entered.chip, end.chip);
        return steps == documented
                   ? ""
                   : fmt::format("{} steps from {} to {}, not {}", steps, name_of(system_.node(entered)),
                                 name_of(system_.node(end)), documented);
    };
    bool any_detour = false;
    for (const Hop& hop : route) {
        any_detour = any_detour || plane_.router(hop.from.mesh).is_detoured();
        if (hop.from != at) {
            return "has a gap";
        }
        if (const std::string wrong = judge_links(hop); !wrong.empty()) {
            return wrong;
        }
        if (hop.leaves_mesh() != (hop.from.mesh != hop.to.mesh)) {
            return "leaves a mesh unawares";
        }
        if (hop.leaves_mesh()) {
            if (const std::string wrong = judge_length(at); !wrong.empty()) {
                return wrong;
            }
            if (const std::string wrong = judge_exit(entered, hop); !wrong.empty()) {
                return wrong;
            }
            ++crossings;
            steps = 0;
            entered = hop.to;
        } else {
            ++steps;
        }
        at = hop.to;
    }
    if (at != to) {
        return "ends elsewhere";
    }
    if (const std::string wrong = judge_length(at); !wrong.empty()) {
        return wrong;
    }
    if (crossings != mesh_hops(from.mesh, to.mesh)) {
        return fmt::format("crosses {} times, not {}", crossings, mesh_hops(from.mesh, to.mesh));
    }
    const bool round_edge = plane_.router(from.mesh).is_folded();
    return any_detour || round_edge ? "" : judge_turns(route);
}

}  // namespace tt_run::test
