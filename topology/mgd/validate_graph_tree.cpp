#include <algorithm>

#include <fmt/format.h>

#include "topology/diagnostic_kinds.hpp"
#include "topology/mgd/mgd_rules.hpp"

namespace tt_run::topology {

using support::Diagnostic;

namespace {

constexpr std::size_t kMostLabels = 12;

struct Step {
    std::size_t graph = 0;
    std::size_t next_child = 0;
};

/// The path is a walk of open graphs; its last step leads back to `again`.
void report_cycle(MgdRules& rules, const std::vector<Step>& path, std::size_t again) {
    const auto start =
        std::find_if(path.begin(), path.end(), [&](const Step& s) { return s.graph == again; });
    const auto length = static_cast<std::size_t>(path.end() - start);
    // next_child has moved on from the child that each graph is being left by.
    const auto way_out = [&](const Step& step) {
        return rules.graphs[step.graph].children[step.next_child - 1].ref;
    };
    const auto name = [&](const Step& step) { return rules.mgd.graphs[step.graph].name->value; };
    std::string way = fmt::format("`{}`", name(*start));
    for (std::size_t k = 1; k < length && k < kMostLabels; ++k) {
        way += fmt::format(" -> `{}`", name(start[static_cast<std::ptrdiff_t>(k)]));
    }
    way += length > kMostLabels ? fmt::format(" -> ({} more)", length - kMostLabels) : "";
    way += fmt::format(" -> `{}`", name(*start));
    Diagnostic report(kGraphCycle, way_out(path.back())->descriptor_span(),
                      fmt::format("graph `{}` contains itself: {}", name(*start), way));
    report.label("the way back");
    for (std::size_t k = 0; k + 1 < length && k < kMostLabels; ++k) {
        const Step& step = start[static_cast<std::ptrdiff_t>(k)];
        const NodeRef& ref = *way_out(step);
        report.also(ref.descriptor_span(),
                    fmt::format("`{}` contains `{}`", name(step), ref.descriptor_name()));
    }
    report.help("break the circle; a graph of graphs ends in meshes");
    rules.findings.report(std::move(report));
}

/// All graphs, each after those it contains. Nothing if one contains itself; walks without recursion, for a
/// file can nest a hundred thousand deep.
std::optional<std::vector<std::size_t>> inner_first(MgdRules& rules) {
    enum class State { fresh, open, done };
    std::vector<State> state(rules.graphs.size(), State::fresh);
    std::vector<std::size_t> order;
    bool cyclic = false;
    std::vector<Step> path;
    for (std::size_t root = 0; root < rules.graphs.size(); ++root) {
        if (state[root] == State::fresh) {
            state[root] = State::open;
            path.push_back({root, 0});
        }
        while (!path.empty()) {
            Step& step = path.back();
            const auto& children = rules.graphs[step.graph].children;
            if (step.next_child == children.size()) {
                state[step.graph] = State::done;
                order.push_back(step.graph);
                path.pop_back();
                continue;
            }
            const auto& target = children[step.next_child++].target;
            if (!target || !target->is_graph) {
                continue;
            }
            if (state[target->index] == State::open) {
                // All ways around one circle are one mistake; a hundred thousand of them are not worth the
                // time.
                if (!cyclic) {
                    report_cycle(rules, path, target->index);
                }
                cyclic = true;
            } else if (state[target->index] == State::fresh) {
                state[target->index] = State::open;
                path.push_back({target->index, 0});
            }
        }
    }
    return cyclic ? std::nullopt : std::optional(std::move(order));
}

/// What one instance of a graph expands to, nested graphs included.
struct Size {
    std::int64_t depth = 1;
    std::int64_t instances = 1;
    std::int64_t chips = 0;
    std::int64_t connections = 0;
};

void add(std::int64_t& sum, std::int64_t more) {
    sum = std::min(sum + more, kManyTimes);
}

Size size_of_grid(const GridFacts& grid) {
    return {0, 1, grid.usable ? grid.chips() : 0, grid.usable ? grid.express_links : 0};
}

Size size_of(const MgdRules& rules, std::size_t graph, const std::vector<Size>& sizes) {
    Size size;
    const GraphDescriptor& descriptor = rules.mgd.graphs[graph];
    for (const Child& child : rules.graphs[graph].children) {
        if (child.target) {
            const Size inner = child.target->is_graph ? sizes[child.target->index]
                                                      : size_of_grid(rules.grids[child.target->index]);
            size.depth = std::max(size.depth, inner.depth + 1);
            add(size.instances, inner.instances);
            add(size.chips, inner.chips);
            add(size.connections, inner.connections);
        }
    }
    for (const ConnectionDescriptor& connection : descriptor.connections) {
        const auto nodes = static_cast<std::int64_t>(connection.nodes.size());
        add(size.connections, std::max<std::int64_t>(1, saturating_product(nodes, nodes - 1) / 2));
    }
    if (descriptor.topology && descriptor.topology->layout) {
        const auto count = static_cast<std::int64_t>(descriptor.instances.size());
        add(size.connections, descriptor.topology->layout->value == GraphLayout::all_to_all
                                  ? saturating_product(count, count - 1) / 2
                                  : count);
    }
    return size;
}

/// Gives whether a tree of this size may be built.
bool check_size(MgdRules& rules, const Size& size, const Span& place) {
    bool small = true;
    const auto refuse = [&](support::DiagnosticKind kind, std::string_view what, std::int64_t count,
                            std::int64_t most) {
        if (count > most) {
            small = false;
            rules.findings.report(Diagnostic(
                kind, place,
                count >= kManyTimes
                    ? fmt::format("this expands to more than {} {}; a file may have {}", kManyTimes, what,
                                  most)
                    : fmt::format("this expands to {} {}; a file may have {}", count, what, most)));
        }
    };
    refuse(kGraphTooDeep, "levels of graphs", size.depth, kDeepestGraphs);
    refuse(kMgdTooManyInstances, "meshes, switches and graphs", size.instances, kMostInstances);
    refuse(kMgdTooManyChips, "chips", size.chips, kMostChips);
    refuse(kMgdTooManyConnections, "connections and express links", size.connections, kMostConnections);
    return small;
}

/// A graph differs in type from every graph around it. Looks at 64 types at a time, one bit each.
void check_types_nest(MgdRules& rules, const std::vector<std::size_t>& order) {
    std::map<std::string_view, std::size_t> uses;
    for (const std::size_t graph : order) {
        if (const auto& type = rules.mgd.graphs[graph].type) {
            ++uses[type->value];
        }
    }
    std::map<std::string_view, std::size_t> number;  // of the types that could stand inside themselves
    for (const auto& [type, count] : uses) {
        if (count > 1) {
            number.emplace(type, number.size());
        }
    }
    std::vector<std::uint64_t> within(rules.graphs.size());
    for (std::size_t first = 0; first < number.size(); first += 64) {
        for (const std::size_t graph : order) {
            std::uint64_t inner = 0;
            const NodeRef* culprit = nullptr;
            const auto& type = rules.mgd.graphs[graph].type;
            const auto own = type ? number.find(type->value) : number.end();
            const bool listed = own != number.end() && own->second >= first && own->second - first < 64;
            const std::uint64_t bit = listed ? std::uint64_t{1} << (own->second - first) : 0;
            for (const Child& child : rules.graphs[graph].children) {
                if (child.target && child.target->is_graph) {
                    inner |= within[child.target->index];
                    culprit = culprit == nullptr && (inner & bit) != 0 ? child.ref : culprit;
                }
            }
            if (culprit != nullptr) {
                rules.findings.report(
                    Diagnostic(kGraphTypeMix, culprit->span,
                               fmt::format("a graph of type `{0}` contains another of type `{0}`; each level "
                                           "has a type of its own",
                                           type->value))
                        .also(type->span, "the outer one")
                        .help("name levels such as `POD` and `CLUSTER`"));
            }
            within[graph] = inner | bit;
        }
    }
}

}  // namespace

void check_graph_tree(MgdRules& rules) {
    const auto order = inner_first(rules);
    if (!order) {
        return;
    }
    std::vector<Size> sizes(rules.graphs.size());
    for (const std::size_t graph : *order) {
        sizes[graph] = size_of(rules, graph, sizes);
    }
    if (!rules.top || !rules.mgd.top_level) {
        check_types_nest(rules, *order);
        return;
    }
    const Target top = *rules.top;
    const Size whole = top.is_graph ? sizes[top.index] : size_of_grid(rules.grids[top.index]);
    const bool small = check_size(rules, whole, rules.mgd.top_level->span);
    rules.expandable = small && !rules.broken_reference;
    if (small) {  // a file of a thousand levels has one mistake, not a thousand
        check_types_nest(rules, *order);
    }
    if (!top.is_graph) {
        return;
    }
    rules.graphs[top.index].times = 1;
    for (auto graph = order->rbegin(); graph != order->rend(); ++graph) {
        for (const Child& child : rules.graphs[*graph].children) {
            if (child.target && child.target->is_graph) {
                add(rules.graphs[child.target->index].times, rules.graphs[*graph].times);
            }
        }
    }
}

}  // namespace tt_run::topology
