#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/diagnostic.hpp"
#include "topology/physical/cluster.hpp"

namespace tt_run::topology {

/// A cluster before it is one: what was added, as it was added, each with its place. Private to
/// `ClusterAssembly`, whose `finish` orders it, then checks it.
struct ClusterDraft {
    /// A span without its shared pointer: a million links have one each.
    struct Place {
        std::uint32_t source = 0;  ///< 0 for nowhere, else 1 + position in `sources`
        std::uint32_t begin = 0;
        std::uint32_t end = 0;
    };
    struct PlacedLink {
        Link link;
        Place place;
    };
    struct PlacedOpenEnd {
        OpenEnd end;
        Place place;
    };

    Place remember(const support::Span& span);
    support::Span span_of(const Place& place) const;
    /// `host/tray/location`.
    std::string asic_name(std::uint32_t asic) const;

    std::vector<support::SourceTextPtr> sources;
    std::vector<Host> hosts;
    std::vector<Board> boards;
    std::vector<Asic> asics;
    std::vector<Place> host_places;
    std::vector<Place> board_places;
    std::vector<Place> asic_places;
    std::vector<PlacedLink> links;
    std::vector<PlacedOpenEnd> open_ends;
    std::vector<std::uint32_t> by_unique_id;  ///< positions of chips that have one, ascending by it
};

/// Sorts hosts by name, boards by tray, chips by location, and fills in the ranges of what belongs to what,
/// and `by_unique_id`.
/// Reports names, trays and locations given twice.
void order_draft(ClusterDraft& draft, support::DiagnosticSink& sink);

/// Sorts links and open ends, each link's lesser end first, and keeps one of several that are the same.
/// Reports those, and links from a channel to itself.
void order_links(ClusterDraft& draft, support::DiagnosticSink& sink);

/// Of an ordered draft, reports texts that cannot be shown, unique ids and PCI functions given twice, hosts
/// of mixed architecture, boards with more or fewer chips than their type has, and firmware versions that
/// differ between hosts.
void check_hardware(const ClusterDraft& draft, support::DiagnosticSink& sink);

/// Of an ordered draft, reports channels that do not exist or have two links.
void check_channels(const ClusterDraft& draft, support::DiagnosticSink& sink);

}  // namespace tt_run::topology
