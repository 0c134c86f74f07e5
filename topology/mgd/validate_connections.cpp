#include <algorithm>

#include <fmt/format.h>

#include "support/counted.hpp"
#include "topology/diagnostic_kinds.hpp"
#include "topology/mgd/mgd_rules.hpp"

namespace tt_run::topology {

using support::Diagnostic;

namespace {

enum class Level { mesh, device, graph };

std::string_view name_of(Level level) {
    return level == Level::mesh ? "a whole mesh" : level == Level::device ? "one device" : "a whole graph";
}

/// A node of a connection, found.
struct End {
    Target target;
    Level level = Level::mesh;
    std::vector<std::int32_t> path;  ///< the ids down to it, then the device if it is one
};

const Child* find_child(const GraphFacts& graph, std::int32_t id) {
    const auto found =
        std::lower_bound(graph.by_id.begin(), graph.by_id.end(), std::pair{id, std::size_t{0}});
    return found != graph.by_id.end() && found->first == id ? &graph.children[found->second] : nullptr;
}

void report_unknown_instance(MgdRules& rules, std::size_t owner, const NodeRef& ref, const Child* child) {
    const auto& name = rules.mgd.graphs[owner].name;
    const std::string graph = name ? name->value : "";
    if (child == nullptr) {
        rules.findings.report(
            Diagnostic(kConnectionUnknownInstance, ref.id_span(),
                       fmt::format("graph `{}` lists no instance with id `{}`", graph, ref.id_value()))
                .help("list it with `instances`, or use the id of one that is listed"));
        return;
    }
    rules.findings.report(
        Diagnostic(kConnectionUnknownInstance, ref.descriptor_span(),
                   fmt::format("instance `{}` of graph `{}` is a `{}`, not a `{}`", ref.id_value(), graph,
                               child->ref->descriptor_name(), ref.descriptor_name()))
            .also(child->ref->span, "listed here"));
}

/// Follows a node from the graph that owns the connection down to what it names.
std::optional<End> find_end(MgdRules& rules, std::size_t owner, const NodeRef& node) {
    End end;
    const NodeRef* ref = &node;
    while (true) {
        const auto named = rules.resolve(*ref);
        if (!named) {
            return std::nullopt;
        }
        const Child* child = find_child(rules.graphs[owner], ref->id_value());
        if (child == nullptr || (child->target && child->target != named)) {
            report_unknown_instance(rules, owner, *ref, child);
            return std::nullopt;
        }
        end.target = *named;
        end.path.push_back(ref->id_value());
        if (!named->is_graph || ref->sub_ref.empty()) {
            break;
        }
        owner = named->index;
        ref = &ref->sub_ref.front();
    }
    if (end.target.is_graph) {
        end.level = Level::graph;
    } else if (ref->device) {
        end.level = Level::device;
        const GridFacts& grid = rules.grids[end.target.index];
        const std::int32_t device = ref->device->value;
        if (grid.usable && (device < 0 || device >= grid.chips())) {
            rules.findings.report(Diagnostic(kBadDeviceId, ref->device->span,
                                             fmt::format("device `{}` is none of `{}`, which has 0 to {}",
                                                         device, ref->descriptor_name(), grid.chips() - 1)));
            return std::nullopt;
        }
        end.path.push_back(device);
    }
    return end;
}

struct Found {
    const ConnectionDescriptor* connection = nullptr;
    std::vector<End> ends;
};

void check_levels(MgdRules& rules, const Found& found) {
    for (std::size_t k = 1; k < found.ends.size(); ++k) {
        const End& first = found.ends.front();
        const End& end = found.ends[k];
        const auto type_of = [&](const End& of) -> std::string {
            const auto& type = rules.mgd.graphs[of.target.index].type;
            return type ? type->value : "";
        };
        std::string message;
        if (end.level != first.level) {
            message = fmt::format("this connection joins {} and {}; its ends are of one level",
                                  name_of(first.level), name_of(end.level));
        } else if (end.level == Level::graph && type_of(end) != type_of(first)) {
            message = fmt::format("this connection joins a `{}` and a `{}`; its ends are of one level",
                                  type_of(first), type_of(end));
        } else {
            continue;
        }
        rules.findings.report(
            Diagnostic(kConnectionLevel, found.connection->nodes[k].span, std::move(message))
                .also(found.connection->nodes.front().span, "the other end")
                .help("give every node a `device_id`, or none"));
        return;
    }
}

/// No connection leads back to where it came from.
void check_self(MgdRules& rules, const Found& found) {
    if (found.ends.size() != 2 || found.ends[0].level != found.ends[1].level) {
        return;
    }
    const End& a = found.ends[0];
    const End& b = found.ends[1];
    if (a.path == b.path) {
        rules.findings.report(
            Diagnostic(kConnectionSelf, found.connection->nodes[1].span,
                       fmt::format("this connection joins {} with itself", name_of(a.level)))
                .also(found.connection->nodes[0].span, "the other end")
                .help("change the id of one end, or remove the connection"));
    } else if (a.level == Level::device && a.path.size() == b.path.size() &&
               std::equal(a.path.begin(), a.path.end() - 1, b.path.begin())) {
        rules.findings.report(
            Diagnostic(kConnectionSelf, found.connection->nodes[1].span,
                       "this connection joins two devices of one mesh; connections join meshes")
                .also(found.connection->nodes[0].span, "the other end")
                .with_severity(rules.error_at_runtime()));
    }
}

/// Every chip of a mesh has as many ports in each direction as the mesh has channels. A connection takes the
/// ports of one side, or those that lead up from every chip, which is the most.
void check_width(MgdRules& rules, const Found& found, std::int32_t count) {
    for (const End& end : found.ends) {
        if (end.level != Level::mesh) {
            return;
        }
        const GridFacts& grid = rules.grids[end.target.index];
        const std::int64_t ports = saturating_product(grid.chips(), grid.channel_count);
        if (grid.usable && grid.channel_count > 0 && count > ports) {
            rules.findings.report(
                Diagnostic(kConnectionTooWide, found.connection->channels->count->span,
                           fmt::format("{} channels do not fit `{}`, which has {} ports in one direction",
                                       count, rules.grid(end.target.index).name->value, ports))
                    .help("lower `count`, or spread the connection over more meshes"));
            return;
        }
    }
}

void check_repeats(MgdRules& rules, std::vector<Found>& founds) {
    using Key = std::pair<std::vector<std::int32_t>, std::vector<std::int32_t>>;
    std::map<Key, const ConnectionDescriptor*> seen;
    for (Found& found : founds) {
        if (found.ends.size() != 2 || found.ends[0].level != found.ends[1].level) {
            continue;
        }
        const bool is_device = found.ends[0].level == Level::device;
        auto key = std::minmax(found.ends[0].path, found.ends[1].path);
        const auto [first, is_new] = seen.try_emplace(Key{key.first, key.second}, found.connection);
        if (!is_new) {
            rules.findings.report(
                Diagnostic(kConnectionDuplicate, found.connection->span,
                           is_device ? "these two devices are joined already; their channels add up"
                                     : "these two are joined already; the runtime keeps the last count alone")
                    .also(first->second->span, "first here")
                    .help("write one connection with all its channels"));
        }
    }
}

/// Within one graph, the runtime wants one policy for all; unsaid is STRICT.
void check_policies(MgdRules& rules, const GraphDescriptor& graph) {
    if (!rules.runtime()) {
        return;
    }
    const auto policy_of = [](const ConnectionDescriptor& connection) {
        const bool says = connection.channels && connection.channels->policy;
        return says ? connection.channels->policy->value : ChannelPolicy::strict;
    };
    for (const ConnectionDescriptor& connection : graph.connections) {
        const ConnectionDescriptor& first = graph.connections.front();
        if (policy_of(connection) != policy_of(first)) {
            rules.findings.report(
                Diagnostic(
                    kConnectionPolicyMix, connection.channels ? connection.channels->span : connection.span,
                    fmt::format("this connection is {}, others of the graph are {}; the runtime wants one "
                                "policy",
                                spelling_of(policy_of(connection)), spelling_of(policy_of(first))))
                    .also(first.channels ? first.channels->span : first.span, "the first one")
                    .help("write the same `policy` in all; left out, it is `STRICT`"));
            return;
        }
    }
}

void check_shape(MgdRules& rules, const ConnectionDescriptor& connection) {
    const std::size_t nodes = connection.nodes.size();
    if (nodes < 2 || (nodes > 2 && rules.runtime())) {
        rules.findings.report(
            Diagnostic(kConnectionArity, connection.span,
                       fmt::format("this connection has {}; {}", support::counted(nodes, "node"),
                                   nodes < 2 ? "it joins two" : "the runtime joins two"))
                .help("write one connection with two `nodes` for each pair"));
    }
    if (connection.directional && connection.directional->value) {
        rules.findings.report(Diagnostic(kConnectionDirectional, connection.directional->span,
                                         "connections of one direction are not supported; links go both ways")
                                  .help("remove `directional`"));
    }
}

std::vector<Found> find_ends(MgdRules& rules, std::size_t graph) {
    std::vector<Found> founds;
    for (const ConnectionDescriptor& connection : rules.mgd.graphs[graph].connections) {
        check_shape(rules, connection);
        const std::int32_t count =
            check_channels(rules, connection.channels, connection.span, "this connection");
        Found found{&connection, {}};
        for (const NodeRef& node : connection.nodes) {
            if (auto end = find_end(rules, graph, node)) {
                found.ends.push_back(*std::move(end));
            }
        }
        if (found.ends.size() != connection.nodes.size()) {
            continue;
        }
        check_levels(rules, found);
        check_self(rules, found);
        if (count > 0) {
            check_width(rules, found, count);
        }
        founds.push_back(std::move(found));
    }
    return founds;
}

}  // namespace

void check_connections(MgdRules& rules) {
    const ConnectionDescriptor* of_devices = nullptr;
    const Span* of_meshes = nullptr;
    for (std::size_t graph = 0; graph < rules.graphs.size(); ++graph) {
        const GraphDescriptor& descriptor = rules.mgd.graphs[graph];
        std::vector<Found> founds = find_ends(rules, graph);
        check_repeats(rules, founds);
        check_policies(rules, descriptor);
        for (const Found& found : founds) {
            const Level level = found.ends.empty() ? Level::graph : found.ends.front().level;
            of_devices = level == Level::device && of_devices == nullptr ? found.connection : of_devices;
            of_meshes = level == Level::mesh && of_meshes == nullptr ? &found.connection->span : of_meshes;
        }
        const auto& children = rules.graphs[graph].children;
        const bool joins_meshes =
            children.size() > 1 && children.front().target && !children.front().target->is_graph;
        if (descriptor.topology && joins_meshes && of_meshes == nullptr) {
            of_meshes = &descriptor.topology->span;
        }
    }
    if (of_devices != nullptr && of_meshes != nullptr) {
        rules.findings.report(
            Diagnostic(kConnectionLevelMix, of_devices->span,
                       "the file joins devices here and whole meshes elsewhere; the runtime "
                       "binds either exact ports or none")
                .also(*of_meshes, "whole meshes")
                .with_severity(rules.error_at_runtime())
                .help("give every connection `device_id`s, or none"));
    }
}

}  // namespace tt_run::topology
