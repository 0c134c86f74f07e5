#include "topology/physical/cluster_assembly.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "support/check.hpp"
#include "topology/physical/diagnostic_kinds.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::DiagnosticSink;
using support::Span;

ClusterAssembly::ClusterAssembly(Origin origin, std::string source)
    : origin_(origin), source_(std::move(source)) {}

std::uint32_t ClusterAssembly::add_host(Host host, const Span& place) {
    host.first_board = host.board_count = host.first_asic = host.asic_count = 0;
    draft_.hosts.push_back(std::move(host));
    draft_.host_places.push_back(draft_.remember(place));
    return static_cast<std::uint32_t>(draft_.hosts.size() - 1);
}

std::uint32_t ClusterAssembly::add_board(std::uint32_t host, Board board, const Span& place) {
    TT_RUN_CHECK(host < draft_.hosts.size());
    board.host = HostIndex{host};
    board.first_asic = board.asic_count = 0;
    if (board.architecture == ChipArchitecture::unknown) {
        board.architecture = facts_of(board.type).architecture;
    }
    draft_.boards.push_back(board);
    draft_.board_places.push_back(draft_.remember(place));
    return static_cast<std::uint32_t>(draft_.boards.size() - 1);
}

std::uint32_t ClusterAssembly::add_asic(std::uint32_t board, Asic asic, const Span& place) {
    TT_RUN_CHECK(board < draft_.boards.size());
    asic.board = BoardIndex{board};
    draft_.asics.push_back(asic);
    draft_.asic_places.push_back(draft_.remember(place));
    return static_cast<std::uint32_t>(draft_.asics.size() - 1);
}

void ClusterAssembly::add_link(std::uint32_t asic_a, std::uint32_t channel_a, std::uint32_t asic_b,
                               std::uint32_t channel_b, const Span& place) {
    TT_RUN_CHECK(asic_a < draft_.asics.size() && asic_b < draft_.asics.size());
    draft_.links.push_back(
        {{{AsicIndex{asic_a}, channel_a}, {AsicIndex{asic_b}, channel_b}}, draft_.remember(place)});
}

void ClusterAssembly::add_open_end(std::uint32_t asic, std::uint32_t channel, std::uint64_t remote_unique_id,
                                   std::uint32_t remote_channel, const Span& place) {
    TT_RUN_CHECK(asic < draft_.asics.size());
    draft_.open_ends.push_back(
        {{{AsicIndex{asic}, channel}, remote_unique_id, remote_channel}, draft_.remember(place)});
}

void ClusterAssembly::index(Cluster& cluster) const {
    std::vector<std::uint32_t>& first = cluster.first_incident_;
    first.assign(draft_.asics.size() + 1, 0);
    for (const ClusterDraft::PlacedLink& placed : draft_.links) {
        ++first[placed.link.a.asic.value + 1];
        if (placed.link.b.asic != placed.link.a.asic) {
            ++first[placed.link.b.asic.value + 1];
        }
    }
    std::partial_sum(first.begin(), first.end(), first.begin());
    cluster.incident_.resize(first.back());
    std::vector<std::uint32_t> next(first.begin(), first.end() - 1);
    for (std::uint32_t k = 0; k < draft_.links.size(); ++k) {
        cluster.incident_[next[draft_.links[k].link.a.asic.value]++] = k;
        if (draft_.links[k].link.b.asic != draft_.links[k].link.a.asic) {
            cluster.incident_[next[draft_.links[k].link.b.asic.value]++] = k;
        }
    }
    const auto channel_at = [&](std::uint32_t asic, std::uint32_t link) {
        const Link& one = draft_.links[link].link;
        return one.a.asic.value == asic ? one.a.channel : one.b.channel;
    };
    for (std::uint32_t asic = 0; asic < draft_.asics.size(); ++asic) {
        std::sort(
            cluster.incident_.begin() + first[asic], cluster.incident_.begin() + first[asic + 1],
            [&](std::uint32_t a, std::uint32_t b) { return channel_at(asic, a) < channel_at(asic, b); });
    }
}

std::optional<Cluster> ClusterAssembly::finish(DiagnosticSink& sink) && {
    const support::ErrorWatch watch(sink);
    order_draft(draft_, sink);
    if (draft_.asics.empty()) {
        const ClusterDraft::Place place =
            draft_.host_places.empty() ? ClusterDraft::Place{} : draft_.host_places.front();
        sink.report(Diagnostic(kClusterEmpty, draft_.span_of(place),
                               fmt::format("`{}` describes no chip; a system has at least one", source_)));
        return std::nullopt;
    }
    check_hardware(draft_, sink);
    if (!links_known_) {
        draft_.links.clear();  // some are implied by the boards; they are not all
        draft_.open_ends.clear();
    }
    order_links(draft_, sink);
    check_channels(draft_, sink);
    if (watch.saw_error()) {
        return std::nullopt;
    }
    Cluster cluster;
    cluster.origin_ = origin_;
    cluster.source_ = std::move(source_);
    cluster.links_known_ = links_known_;
    index(cluster);
    cluster.by_unique_id_ = std::move(draft_.by_unique_id);
    cluster.hosts_ = std::move(draft_.hosts);
    cluster.boards_ = std::move(draft_.boards);
    cluster.asics_ = std::move(draft_.asics);
    cluster.links_.reserve(draft_.links.size());
    for (const ClusterDraft::PlacedLink& placed : draft_.links) {
        cluster.links_.push_back(placed.link);
    }
    for (const ClusterDraft::PlacedOpenEnd& placed : draft_.open_ends) {
        cluster.open_ends_.push_back(placed.end);
    }
    return cluster;
}

}  // namespace tt_run::topology
