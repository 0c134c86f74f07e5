#include "topology/physical/deployment_descriptor.hpp"

#include "topology/physical/cabling_node_types.hpp"
#include "topology/physical/cluster_assembly.hpp"
#include "topology/physical/node_wiring.hpp"
#include "topology/physical/text_field.hpp"

namespace tt_run::topology {

using support::DiagnosticSink;

void read_host_place(const TextMessage& entry, Host& host, DiagnosticSink& sink) {
    host.name = text_in(entry, "host", sink);
    host.hall = text_in(entry, "hall", sink);
    host.aisle = text_in(entry, "aisle", sink);
    host.group = text_in(entry, "group_name", sink);
    if (entry.find("rack") != nullptr) {
        host.rack = static_cast<std::uint32_t>(number_in(entry, "rack", sink));
    }
    if (entry.find("shelf_u") != nullptr) {
        host.shelf = static_cast<std::uint32_t>(number_in(entry, "shelf_u", sink));
    }
}

std::optional<Cluster> read_deployment_descriptor(const TextMessage& deployment, DiagnosticSink& sink) {
    const support::ErrorWatch watch(sink);
    ClusterAssembly assembly(Origin::imported, deployment.span.source->name());
    assembly.set_links_unknown();
    NodeWiring wiring(assembly);
    for (const TextMessage* entry : deployment.messages("hosts")) {
        const std::string type = text_in(*entry, "node_type", sink);
        const NodeFacts* node = find_node(type);
        if (node == nullptr) {
            report_unknown_node(type, entry->span, node_names(), sink);
            continue;
        }
        Host host;
        host.motherboard = node->motherboard;
        read_host_place(*entry, host, sink);
        const std::uint32_t number = wiring.add_node(host, entry->span);
        for (std::uint32_t tray = 1; tray <= node->boards; ++tray) {
            Board board;
            board.tray = tray;
            board.type = node->board;
            wiring.add_board(
                number, board, [](Asic&) {}, entry->span);
        }
    }
    std::optional<Cluster> cluster = std::move(assembly).finish(sink);
    return watch.saw_error() ? std::nullopt : std::move(cluster);
}

bool looks_like_deployment_descriptor(const TextMessage& root) {
    const auto hosts = root.messages("hosts");
    return root.find("rack_capacity") != nullptr ||
           (!hosts.empty() && hosts.front()->find("hostname") == nullptr &&
            hosts.front()->find("host") != nullptr);
}

}  // namespace tt_run::topology
