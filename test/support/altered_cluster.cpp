#include "test/support/altered_cluster.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <stdexcept>

#include "support/diagnostic_render.hpp"
#include "topology/physical/cluster_assembly.hpp"

namespace tt_run::test {

using topology::AsicIndex;
using topology::Cluster;
using topology::Link;

namespace {

template <class Items>
std::vector<std::uint32_t> order_of(const Items& items, std::mt19937* random) {
    std::vector<std::uint32_t> order(items.size());
    std::iota(order.begin(), order.end(), 0U);
    if (random != nullptr) {
        std::shuffle(order.begin(), order.end(), *random);
    }
    return order;
}

/// Puts a cluster together again with other links, in an order of chance if `random` is given.
Cluster assemble(const Cluster& cluster, const std::vector<Link>& links, std::mt19937* random) {
    topology::ClusterAssembly assembly(cluster.origin(), cluster.source());
    std::vector<std::uint32_t> host_number(cluster.hosts().size());
    for (const std::uint32_t k : order_of(cluster.hosts(), random)) {
        host_number[k] = assembly.add_host(cluster.hosts()[k]);
    }
    std::vector<std::uint32_t> board_number(cluster.boards().size());
    for (const std::uint32_t k : order_of(cluster.boards(), random)) {
        board_number[k] =
            assembly.add_board(host_number[cluster.boards()[k].host.value], cluster.boards()[k]);
    }
    std::vector<std::uint32_t> asic_number(cluster.asics().size());
    for (const std::uint32_t k : order_of(cluster.asics(), random)) {
        asic_number[k] = assembly.add_asic(board_number[cluster.asics()[k].board.value], cluster.asics()[k]);
    }
    for (const std::uint32_t k : order_of(links, random)) {
        const Link& link = links[k];
        const bool turned = random != nullptr && (*random)() % 2 == 0;
        const topology::LinkEnd& a = turned ? link.b : link.a;
        const topology::LinkEnd& b = turned ? link.a : link.b;
        assembly.add_link(asic_number[a.asic.value], a.channel, asic_number[b.asic.value], b.channel);
    }
    support::DiagnosticSink sink;
    auto result = std::move(assembly).finish(sink);
    if (!result) {
        throw std::runtime_error(support::render_text(sink, support::Colour::off));
    }
    return *std::move(result);
}

std::vector<Link> links_of(const Cluster& cluster) {
    return {cluster.links().begin(), cluster.links().end()};
}

}  // namespace

Cluster shuffled(const Cluster& cluster, std::mt19937& random) {
    return assemble(cluster, links_of(cluster), &random);
}

Cluster with_links(const Cluster& cluster, const std::vector<std::pair<AsicIndex, AsicIndex>>& pairs,
                   std::uint32_t number) {
    std::vector<Link> links = links_of(cluster);
    std::set<topology::LinkEnd> used;
    for (const Link& link : links) {
        used.insert(link.a);
        used.insert(link.b);
    }
    const auto free_end = [&](AsicIndex asic) {
        const std::uint32_t channels =
            topology::facts_of(cluster.board_of(asic).architecture).ethernet_channels;
        for (std::uint32_t channel = 0; channel < channels; ++channel) {
            if (used.insert({asic, channel}).second) {
                return topology::LinkEnd{asic, channel};
            }
        }
        throw std::runtime_error("no free channel on " + cluster.name_of(asic));
    };
    for (const auto& [a, b] : pairs) {
        for (std::uint32_t k = 0; k < number; ++k) {
            links.push_back({free_end(a), free_end(b)});
        }
    }
    return assemble(cluster, links, nullptr);
}

Cluster without_links(const Cluster& cluster, const std::vector<std::size_t>& positions) {
    std::vector<Link> links;
    for (std::size_t k = 0; k < cluster.links().size(); ++k) {
        if (std::find(positions.begin(), positions.end(), k) == positions.end()) {
            links.push_back(cluster.links()[k]);
        }
    }
    return assemble(cluster, links, nullptr);
}

Cluster recabled(const Cluster& cluster, std::mt19937& random) {
    std::vector<Link> links;
    // One side of a bundle: its host's ends, in order. Sides of equal size are exchangeable.
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<Link>> bundles;
    for (const Link& link : cluster.links()) {
        const std::uint32_t a = cluster.board_of(link.a.asic).host.value;
        const std::uint32_t b = cluster.board_of(link.b.asic).host.value;
        a == b ? links.push_back(link) : bundles[{a, b}].push_back(link);
    }
    using Side = std::vector<topology::LinkEnd>;
    std::map<std::size_t, std::vector<Side>> sides;
    for (const auto& [hosts, bundle] : bundles) {
        Side a;
        Side b;
        for (const Link& link : bundle) {
            a.push_back(link.a);
            b.push_back(link.b);
        }
        sides[bundle.size()].push_back(std::move(a));
        sides[bundle.size()].push_back(std::move(b));
    }
    for (auto& [size, all] : sides) {
        const auto host_of = [&](const Side& side) { return cluster.board_of(side[0].asic).host.value; };
        std::shuffle(all.begin(), all.end(), random);
        for (std::size_t k = 0; k + 1 < all.size(); k += 2) {
            // A host is not cabled to itself if another side is left.
            for (std::size_t other = k + 1; other < all.size(); ++other) {
                if (host_of(all[other]) != host_of(all[k])) {
                    std::swap(all[k + 1], all[other]);
                    break;
                }
            }
            for (std::size_t j = 0; j < size; ++j) {
                links.push_back({std::min(all[k][j], all[k + 1][j]), std::max(all[k][j], all[k + 1][j])});
            }
        }
    }
    return assemble(cluster, links, nullptr);
}

}  // namespace tt_run::test
