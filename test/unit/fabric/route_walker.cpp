#include "test/unit/fabric/route_walker.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>

#include <fmt/format.h>

namespace tt_run::test {

using namespace fabric;

namespace {

constexpr std::size_t kMostSlots = 16;

bool both_on_edge(const Mesh& mesh, std::int32_t a, std::int32_t b) {
    const std::vector<std::int32_t> edge = edge_of(mesh);
    return std::count(edge.begin(), edge.end(), a) == 1 && std::count(edge.begin(), edge.end(), b) == 1;
}

}  // namespace

RouteWalker::RouteWalker(const ControlPlane& plane)
    : plane_(plane),
      system_(plane.system()),
      lengths_(plane),
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
        return lengths_.within(from.mesh, from.chip, to.chip) == 1;
    }
    const bool folds = config == FabricConfig::ring && !lengths_.wraps(from.mesh, 0) &&
                       !lengths_.wraps(from.mesh, 1) && mesh.rows() > 1 && mesh.columns() > 1;
    return a.row == b.row || a.column == b.column || (folds && both_on_edge(mesh, from.chip, to.chip));
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
        const std::int32_t documented = detoured ? lengths_.detour(end.mesh, entered.chip, end.chip)
                                                 : lengths_.within(end.mesh, entered.chip, end.chip);
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
