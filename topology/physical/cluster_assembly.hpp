#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "support/diagnostic.hpp"
#include "topology/physical/cluster.hpp"

namespace tt_run::topology {

/// The one way to make a `Cluster`. Every door (file formats, discovery, synthetic strings) adds what it
/// found, in any order, with the places where it was written; `finish` sorts, checks and closes. The numbers
/// that `add_...` return name things within this assembly only.
class ClusterAssembly {
  public:
    ClusterAssembly(Origin origin, std::string source);

    /// Links that were or will be added are left out.
    void set_links_unknown() { links_known_ = false; }

    /// The fields `first_...` and `..._count` are filled in by `finish`; so is the `host` of a board and the
    /// `board` of an ASIC. A unknown architecture of a board is its type's.
    std::uint32_t add_host(Host host, const support::Span& place = {});
    std::uint32_t add_board(std::uint32_t host, Board board, const support::Span& place = {});
    std::uint32_t add_asic(std::uint32_t board, Asic asic, const support::Span& place = {});
    void add_link(std::uint32_t asic_a, std::uint32_t channel_a, std::uint32_t asic_b,
                  std::uint32_t channel_b, const support::Span& place = {});
    void add_open_end(std::uint32_t asic, std::uint32_t channel, std::uint64_t remote_unique_id,
                      std::uint32_t remote_channel, const support::Span& place = {});

    /// Reports: names, trays, locations, unique ids and PCI functions given twice; hosts of mixed
    /// architecture; boards with more or fewer chips than their type has; channels that do not exist or have
    /// two links; links from a channel to itself; firmware versions that differ between hosts; no chips at
    /// all. A link given twice is kept once. Empty exactly when it reported an error.
    std::optional<Cluster> finish(support::DiagnosticSink& sink) &&;

  private:
    /// A span without its shared pointer: a million links have one each.
    struct Place {
        std::uint32_t source = 0;  ///< 0 for nowhere, else 1 + position in `sources_`
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
    std::string host_name_of_board(std::uint32_t board) const;
    std::string asic_name(std::uint32_t asic) const;

    std::vector<std::uint32_t> sort_hosts(support::DiagnosticSink& sink);
    void sort_boards(const std::vector<std::uint32_t>& host_rank, support::DiagnosticSink& sink);
    void sort_asics(support::DiagnosticSink& sink);
    void check_unique_ids(support::DiagnosticSink& sink);
    void check_pci_devices(support::DiagnosticSink& sink);
    void check_boards(support::DiagnosticSink& sink);
    void check_firmware(support::DiagnosticSink& sink);
    void check_links(support::DiagnosticSink& sink);
    void check_channels(support::DiagnosticSink& sink);
    void index(Cluster& cluster) const;

    Origin origin_;
    std::string source_;
    bool links_known_ = true;
    std::vector<support::SourceTextPtr> sources_;
    std::vector<Host> hosts_;
    std::vector<Board> boards_;
    std::vector<Asic> asics_;
    std::vector<Place> host_places_;
    std::vector<Place> board_places_;
    std::vector<Place> asic_places_;
    std::vector<PlacedLink> links_;
    std::vector<PlacedOpenEnd> open_ends_;
};

}  // namespace tt_run::topology
