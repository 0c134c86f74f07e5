#include "topology/physical/cluster_subset.hpp"

#include <algorithm>

#include "support/check.hpp"
#include "topology/physical/cluster_assembly.hpp"

namespace tt_run::topology {

std::optional<Cluster> without(const Cluster& cluster, const Removal& removal) {
    if (std::find(removal.asics.begin(), removal.asics.end(), false) == removal.asics.end()) {
        return std::nullopt;
    }
    ClusterAssembly assembly(cluster.origin(), cluster.source());
    if (!cluster.links_known()) {
        assembly.set_links_unknown();
    }
    std::vector<std::uint32_t> refs(cluster.asics().size());
    for (const Host& host : cluster.hosts()) {
        std::optional<std::uint32_t> host_ref;
        for (const Board& board : cluster.boards_of(host)) {
            std::optional<std::uint32_t> board_ref;
            for (std::uint32_t k = board.first_asic; k < board.first_asic + board.asic_count; ++k) {
                if (removal.asics[k]) {
                    continue;
                }
                if (!host_ref) {
                    Host copy = host;
                    copy.first_board = copy.board_count = copy.first_asic = copy.asic_count = 0;
                    host_ref = assembly.add_host(std::move(copy));
                }
                if (!board_ref) {
                    Board copy = board;
                    copy.first_asic = copy.asic_count = 0;
                    board_ref = assembly.add_board(*host_ref, copy);
                }
                refs[k] = assembly.add_asic(*board_ref, cluster.asics()[k]);
            }
        }
    }
    for (std::size_t k = 0; k < cluster.links().size(); ++k) {
        const Link& link = cluster.links()[k];
        const bool a_gone = removal.asics[link.a.asic.value];
        const bool b_gone = removal.asics[link.b.asic.value];
        if (removal.links[k] || (a_gone && b_gone)) {
            continue;
        }
        if (!a_gone && !b_gone) {
            assembly.add_link(refs[link.a.asic.value], link.a.channel, refs[link.b.asic.value],
                              link.b.channel);
            continue;
        }
        const LinkEnd& near = a_gone ? link.b : link.a;
        const LinkEnd& far = a_gone ? link.a : link.b;
        const std::optional<std::uint64_t> far_id = cluster.asic(far.asic).unique_id;
        if (removal.open_ends && far_id) {
            assembly.add_open_end(refs[near.asic.value], near.channel, *far_id, far.channel);
        }
    }
    for (const OpenEnd& end : cluster.open_ends()) {
        if (!removal.asics[end.near.asic.value]) {
            assembly.add_open_end(refs[end.near.asic.value], end.near.channel, end.remote_unique_id,
                                  end.remote_channel);
        }
    }
    // Half a board is worth a warning when it is described, not when we made it so.
    support::DiagnosticSink sink;
    std::optional<Cluster> left = std::move(assembly).finish(sink);
    TT_RUN_CHECK(left.has_value());
    return left;
}

}  // namespace tt_run::topology
