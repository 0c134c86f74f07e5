#include "topology/physical/join_clusters.hpp"

#include <algorithm>
#include <map>

#include "topology/physical/cluster_assembly.hpp"

namespace tt_run::topology {

namespace {

/// An assembly's numbers for the ASICs of every part.
using References = std::vector<std::vector<std::uint32_t>>;

References add_hosts(const std::vector<std::pair<std::string, Cluster>>& parts, ClusterAssembly& assembly) {
    References references;
    for (const auto& [name, part] : parts) {
        std::vector<std::uint32_t>& asics = references.emplace_back();
        for (const Host& host : part.hosts()) {
            Host copy = host;
            copy.name = name;
            copy.first_board = copy.board_count = copy.first_asic = copy.asic_count = 0;
            const std::uint32_t host_reference = assembly.add_host(std::move(copy));
            for (const Board& board : part.boards_of(host)) {
                Board board_copy = board;
                board_copy.first_asic = board_copy.asic_count = 0;
                const std::uint32_t board_reference = assembly.add_board(host_reference, board_copy);
                for (std::uint32_t k = 0; k < board.asic_count; ++k) {
                    asics.push_back(assembly.add_asic(board_reference, part.asics()[board.first_asic + k]));
                }
            }
        }
    }
    return references;
}

}  // namespace

std::optional<Cluster> join_clusters(const std::vector<std::pair<std::string, Cluster>>& hosts,
                                     std::string source, support::DiagnosticSink& sink) {
    ClusterAssembly assembly(Origin::real, std::move(source));
    const References references = add_hosts(hosts, assembly);
    std::map<std::uint64_t, std::uint32_t> by_unique_id;
    for (std::size_t part = 0; part < hosts.size(); ++part) {
        const Cluster& cluster = hosts[part].second;
        if (!cluster.links_known()) {
            assembly.set_links_unknown();
        }
        for (std::size_t k = 0; k < cluster.asics().size(); ++k) {
            if (const auto id = cluster.asics()[k].unique_id) {
                by_unique_id.emplace(*id, references[part][k]);
            }
        }
        for (const Link& link : cluster.links()) {
            assembly.add_link(references[part][link.a.asic.value], link.a.channel,
                              references[part][link.b.asic.value], link.b.channel);
        }
    }
    for (std::size_t part = 0; part < hosts.size(); ++part) {
        for (const OpenEnd& end : hosts[part].second.open_ends()) {
            const std::uint32_t near = references[part][end.near.asic.value];
            const auto far = by_unique_id.find(end.remote_unique_id);
            if (far == by_unique_id.end()) {
                assembly.add_open_end(near, end.near.channel, end.remote_unique_id, end.remote_channel);
            } else {
                assembly.add_link(near, end.near.channel, far->second, end.remote_channel);
            }
        }
    }
    return std::move(assembly).finish(sink);
}

}  // namespace tt_run::topology
