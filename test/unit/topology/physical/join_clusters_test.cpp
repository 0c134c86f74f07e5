// Hosts that have looked at themselves, joined.

#include "topology/physical/join_clusters.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

#include "topology/physical/cluster_subset.hpp"
#include "topology/physical/load_cluster.hpp"

using namespace tt_run;
using namespace tt_run::topology;

namespace {

/// What each host of the cluster would find: its own chips, and links to others as open ends.
std::vector<std::pair<std::string, Cluster>> apart(const Cluster& cluster) {
    std::vector<std::pair<std::string, Cluster>> parts;
    for (const Host& host : cluster.hosts()) {
        Removal removal(cluster);
        removal.open_ends = true;
        removal.asics.assign(cluster.asics().size(), true);
        std::fill_n(removal.asics.begin() + host.first_asic, host.asic_count, false);
        parts.emplace_back(host.name, *without(cluster, removal));
    }
    return parts;
}

}  // namespace

TEST_CASE("a cluster taken apart by hosts is joined again, in any order") {
    for (const char* const name : {"t3k*2", "wh-galaxy*5@all-to-all:4", "closetbox"}) {
        INFO(name);
        support::DiagnosticSink sink;
        const auto whole = load_cluster(name, support::HostEnvironment{}, sink);
        REQUIRE(whole);
        auto parts = apart(*whole);
        std::ranges::reverse(parts);
        const auto joined = join_clusters(parts, "joined", sink);
        REQUIRE(joined);
        CHECK(joined->same_hardware(*whole));
        CHECK(joined->origin() == Origin::real);
    }
}

TEST_CASE("links to hosts that are not asked stay open, and every host has the name that it was asked by") {
    support::DiagnosticSink sink;
    const auto whole = load_cluster("closetbox", support::HostEnvironment{}, sink);
    auto parts = apart(*whole);
    parts.erase(parts.begin() + 2, parts.end());
    parts[0].first = "first";
    const auto joined = join_clusters(parts, "joined", sink);
    REQUIRE(joined);
    CHECK(joined->hosts().size() == 2);
    CHECK(joined->find_host("first"));
    CHECK(!joined->open_ends().empty());
}
