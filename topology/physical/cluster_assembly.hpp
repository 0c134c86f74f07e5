#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "support/diagnostic.hpp"
#include "topology/physical/cluster.hpp"
#include "topology/physical/cluster_draft.hpp"

namespace tt_run::topology {

/// The one way to make a `Cluster`. Every door (file formats, discovery, synthetic strings) adds what it
/// found, in any order, with the places where it was written; `finish` sorts, checks and closes. The numbers
/// that `add_...` return name things within this assembly only.
class ClusterAssembly {
  public:
    ClusterAssembly(Origin origin, std::string source);
    void set_origin(Origin origin) { origin_ = origin; }

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

    /// Reports: texts of hosts that cannot be shown; names, trays, locations, unique ids and PCI functions
    /// given twice; hosts of mixed architecture; boards with more or fewer chips than their type has;
    /// channels that do not exist or have two links; links from a channel to itself; firmware versions that
    /// differ between hosts; no chips at all. A link given twice is kept once. Empty exactly when it reported
    /// an error.
    std::optional<Cluster> finish(support::DiagnosticSink& sink) &&;

  private:
    void index(Cluster& cluster) const;

    Origin origin_;
    std::string source_;
    bool links_known_ = true;
    ClusterDraft draft_;
};

}  // namespace tt_run::topology
