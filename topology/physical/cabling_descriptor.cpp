#include "topology/physical/cabling_descriptor.hpp"

#include <map>

#include <fmt/format.h>

#include "support/spelling.hpp"
#include "topology/physical/cabling_node_types.hpp"
#include "topology/physical/deployment_descriptor.hpp"
#include "topology/physical/diagnostic_kinds.hpp"
#include "topology/physical/node_wiring.hpp"
#include "topology/physical/text_field.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::DiagnosticSink;
using support::Span;
using PortRef = NodeWiring::PortRef;

namespace {

constexpr std::size_t kMostNodes = 100'000;
constexpr std::size_t kDeepest = 50;

class Planner {
  public:
    Planner(const TextMessage& cabling, const TextMessage* deployment, std::string name, DiagnosticSink& sink)
        : cabling_(cabling),
          deployment_(deployment),
          sink_(sink),
          watch_(sink),
          assembly_(Origin::imported, std::move(name)),
          wiring_(assembly_),
          templates_(entries_in(cabling, "graph_templates", sink)),
          node_types_(cabling, sink) {}

    std::optional<Cluster> plan() {
        const auto roots = cabling_.messages("root_instance");
        if (roots.empty()) {
            sink_.report(Diagnostic(kClusterMissingField, cabling_.span, "`root_instance` is missing here"));
            return std::nullopt;
        }
        Graph root;
        if (!instantiate(*roots.back(), root, 0)) {
            return std::nullopt;
        }
        for (const auto& [host_id, placed] : nodes_) {
            build_node(host_id, placed);
        }
        if (watch_.saw_error()) {
            return std::nullopt;
        }
        // Cables that are written down come before those that are only usual.
        connect(root);
        for (const auto& [host_id, placed] : nodes_) {
            close_usual(placed);
        }
        std::optional<Cluster> cluster = std::move(assembly_).finish(sink_);
        return watch_.saw_error() ? std::nullopt : std::move(cluster);
    }

  private:
    /// An instance of a template: its children by name, nodes as host ids.
    struct Graph {
        const TextMessage* graph_template = nullptr;
        std::map<std::string, std::uint32_t> node_children;
        std::map<std::string, Graph> graph_children;
    };
    struct Placed {
        std::string type_name;
        CablingNodeType type;
        Span place;
        std::uint32_t node = 0;
    };

    bool instantiate(const TextMessage& instance, Graph& graph, std::size_t depth) {
        const std::string name = text_in(instance, "template_name", sink_);
        const auto found = templates_.find(name);
        if (found == templates_.end() || depth > kDeepest) {
            std::vector<std::string_view> known;
            for (const auto& [key, message] : templates_) {
                known.push_back(key);
            }
            Diagnostic unknown(kUnknownTemplate, instance.span,
                               depth > kDeepest
                                   ? fmt::format("instances are nested more than {} deep", kDeepest)
                                   : fmt::format("`{}` is none of the `graph_templates`", name));
            if (const auto near = support::nearest_spelling(name, known)) {
                unknown.help(fmt::format("did you mean `{}`?", *near));
            }
            sink_.report(std::move(unknown));
            return false;
        }
        graph.graph_template = found->second;
        const auto mappings = entries_in(instance, "child_mappings", sink_);
        bool sound = true;
        for (const TextMessage* child : found->second->messages("children")) {
            sound = instantiate_child(*child, mappings, instance, graph, depth) && sound;
        }
        return sound;
    }

    bool instantiate_child(const TextMessage& child,
                           const std::map<std::string, const TextMessage*>& mappings,
                           const TextMessage& instance, Graph& graph, std::size_t depth) {
        const std::string name = text_in(child, "name", sink_);
        const auto mapping = mappings.find(name);
        if (mapping == mappings.end()) {
            sink_.report(
                Diagnostic(kClusterMissingField, instance.span,
                           fmt::format("child `{}` of the template has no `child_mappings` here", name))
                    .also(child.span, "the child"));
            return false;
        }
        const auto node_refs = child.messages("node_ref");
        const auto inner = mapping->second->messages("sub_instance");
        if (node_refs.empty()) {
            if (inner.empty()) {
                sink_.report(
                    Diagnostic(kClusterMissingField, mapping->second->span,
                               fmt::format("child `{}` is a graph; `sub_instance` is missing here", name)));
                return false;
            }
            return instantiate(*inner.back(), graph.graph_children[name], depth + 1);
        }
        const auto host_id = static_cast<std::uint32_t>(number_in(*mapping->second, "host_id", sink_));
        const std::string type_name = text_in(*node_refs.back(), "node_descriptor", sink_);
        const auto type = node_types_.find(type_name, *node_refs.back());
        if (!type) {
            return false;
        }
        const auto [placed, is_new] =
            nodes_.try_emplace(host_id, Placed{type_name, *type, mapping->second->span, 0});
        if (!is_new) {
            sink_.report(
                Diagnostic(kDuplicateHost, mapping->second->span,
                           fmt::format("host {} is the place of two nodes; a host is one node", host_id))
                    .also(placed->second.place, "the other one"));
            return false;
        }
        if (nodes_.size() > kMostNodes) {
            sink_.report(
                Diagnostic(kTooManyLinks, mapping->second->span,
                           fmt::format("more than {} nodes; that is beyond what is read", kMostNodes)));
            return false;
        }
        graph.node_children[name] = host_id;
        return true;
    }

    void build_node(std::uint32_t host_id, const Placed& placed) {
        Host host;
        host.name = fmt::format("host-{}", host_id);
        host.motherboard = placed.type.motherboard;
        Span place = placed.place;
        if (deployment_ != nullptr) {
            const auto hosts = deployment_->messages("hosts");
            if (host_id >= hosts.size()) {
                sink_.report(
                    Diagnostic(kUnknownHostId, placed.place,
                               fmt::format("there is no host {}; the deployment lists {} `hosts`, numbered "
                                           "from 0",
                                           host_id, hosts.size())));
                return;
            }
            deploy(*hosts[host_id], placed, host);
            place = hosts[host_id]->span;
        }
        // The numbers of nodes in the wiring are the ranks of the host ids.
        nodes_.at(host_id).node = wiring_.add_node(host, place);
        const std::uint32_t node = nodes_.at(host_id).node;
        for (const auto& [tray, type] : placed.type.boards) {
            Board board;
            board.tray = tray;
            board.type = type;
            if (!wiring_.add_board(
                    node, board, [](Asic&) {}, placed.place)) {
                sink_.report(Diagnostic(
                    kDuplicateTray, placed.place,
                    fmt::format("node type `{}` has two boards on tray {}", placed.type_name, tray)));
            }
        }
        for (const MachineCable& cable : placed.type.cables) {
            join({node, cable.tray_a, cable.type, cable.port_a},
                 {node, cable.tray_b, cable.type, cable.port_b}, placed.place);
        }
    }

    void deploy(const TextMessage& entry, const Placed& placed, Host& host) {
        read_host_place(entry, host, sink_);
        const std::string type_name = text_in(entry, "node_type", sink_);
        if (!type_name.empty() && type_name != placed.type_name) {
            sink_.report(
                Diagnostic(kNodeTypeMismatch, entry.span,
                           fmt::format("host `{}` is deployed as a {} and cabled as a {}; the cabling is "
                                       "taken",
                                       host.name, type_name, placed.type_name))
                    .also(placed.place, "cabled here"));
        }
    }

    void close_usual(const Placed& placed) {
        for (const MachineCable& cable : placed.type.usual_cables) {
            wiring_.cable({placed.node, cable.tray_a, cable.type, cable.port_a},
                          {placed.node, cable.tray_b, cable.type, cable.port_b}, placed.place);
        }
    }

    void connect(const Graph& graph) {
        for (const auto& [name, child] : graph.graph_children) {
            connect(child);
        }
        for (const auto& [type_name, connections] :
             entries_in(*graph.graph_template, "internal_connections", sink_)) {
            const auto cables = connections->messages("connections");
            if (cables.empty()) {  // real files have `internal_connections {}`
                continue;
            }
            const auto type = known_port_type(type_name, connections->span, sink_);
            for (const TextMessage* cable : cables) {
                const auto a = type ? port_of(graph, *cable, "port_a", *type) : std::nullopt;
                const auto b = type ? port_of(graph, *cable, "port_b", *type) : std::nullopt;
                if (a && b) {
                    join(*a, *b, cable->span);
                }
            }
        }
    }

    std::optional<PortRef> port_of(const Graph& graph, const TextMessage& cable, std::string_view name,
                                   PortType type) {
        const auto ports = cable.messages(name);
        if (ports.empty()) {
            sink_.report(
                Diagnostic(kClusterMissingField, cable.span, fmt::format("`{}` is missing here", name)));
            return std::nullopt;
        }
        const TextMessage& port = *ports.back();
        std::vector<support::Spanned<std::string>> path;
        for (const TextMessage::Field& field : port.fields) {
            if (field.name.value == "path") {
                path.push_back(field.scalar);
            }
        }
        const Graph* at = &graph;
        for (std::size_t k = 0; k < path.size(); ++k) {
            const bool last = k + 1 == path.size();
            const auto node = at->node_children.find(path[k].value);
            const auto inner = at->graph_children.find(path[k].value);
            if (last && node != at->node_children.end()) {
                return PortRef{nodes_.at(node->second).node,
                               static_cast<std::uint32_t>(number_in(port, "tray_id", sink_)), type,
                               static_cast<std::uint32_t>(number_in(port, "port_id", sink_))};
            }
            if (last || inner == at->graph_children.end()) {
                sink_.report(Diagnostic(
                    kUnknownNodeType, path[k].span,
                    fmt::format("`{}` is no {} of this template", path[k].value, last ? "node" : "graph")));
                return std::nullopt;
            }
            at = &inner->second;
        }
        sink_.report(Diagnostic(kClusterMissingField, port.span, "`path` is missing here"));
        return std::nullopt;
    }

    static std::string describe(const PortRef& port) {
        return fmt::format("{} port {} of tray {}", name_of(port.type), port.number, port.tray);
    }

    void join(const PortRef& a, const PortRef& b, const Span& place) {
        switch (wiring_.cable(a, b, place)) {
            case NodeWiring::Outcome::cabled:
                return;
            case NodeWiring::Outcome::no_such_port: {
                const PortRef& missing = wiring_.find(a) == nullptr ? a : b;
                const auto board = wiring_.board_on(missing.node, missing.tray);
                sink_.report(
                    Diagnostic(kUnknownPort, place,
                               fmt::format("there is no {}: {}", describe(missing),
                                           board ? fmt::format("a {} board has no such port", name_of(*board))
                                                 : std::string("the node has no board on that tray"))));
                return;
            }
            case NodeWiring::Outcome::lanes_differ:
                sink_.report(Diagnostic(
                    kUnknownPort, place,
                    fmt::format("{} and {} have different numbers of channels", describe(a), describe(b))));
                return;
            case NodeWiring::Outcome::in_use: {
                const PortRef& taken = wiring_.in_use(a) ? a : b;
                Diagnostic twice(kPortInUse, place,
                                 fmt::format("{} is cabled twice; a port takes one cable", describe(taken)));
                if (wiring_.in_use(taken)) {
                    twice.also(wiring_.place_of(taken), "first here");
                }
                sink_.report(std::move(twice));
                return;
            }
        }
    }

    const TextMessage& cabling_;
    const TextMessage* deployment_;
    DiagnosticSink& sink_;
    support::ErrorWatch watch_;
    ClusterAssembly assembly_;
    NodeWiring wiring_;
    std::map<std::string, const TextMessage*> templates_;
    CablingNodeTypes node_types_;
    std::map<std::uint32_t, Placed> nodes_;
};

}  // namespace

bool looks_like_cabling_descriptor(const TextMessage& root) {
    return root.find("graph_templates") != nullptr || root.find("root_instance") != nullptr;
}

std::optional<Cluster> read_cabling_descriptor(const TextMessage& cabling, const TextMessage* deployment,
                                               DiagnosticSink& sink, std::string named) {
    if (named.empty()) {
        named = cabling.span.source->name();
    }
    return Planner(cabling, deployment, std::move(named), sink).plan();
}

}  // namespace tt_run::topology
