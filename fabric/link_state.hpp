#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "fabric/fabric_system.hpp"
#include "support/diagnostic.hpp"

namespace tt_run::fabric {

enum class LinkCondition : std::uint8_t {
    up,
    down,       ///< carries nothing
    one_sided,  ///< one end sees it, the other does not; carries nothing either
};
std::string_view name_of(LinkCondition condition);

struct LinkState {
    LinkCondition condition = LinkCondition::up;
    double speed = 1.0;  ///< of a sound link's, above 0 and at most 1
    double dropped =
        0.0;  ///< of the packets, at least 0 and below 1; the sender notices and sends them again
    bool operator==(const LinkState&) const = default;
};

/// How the links of a cluster are doing, by position in `Cluster::links()`. Holds the exceptions only: a link
/// that was never set is up and fast. A link missing from the cluster altogether is no exception; it is
/// missing.
class LinkStates {
  public:
    LinkState of(std::uint32_t link) const {
        const auto found = exceptions_.find(link);
        return found == exceptions_.end() ? LinkState{} : found->second;
    }
    bool carries(std::uint32_t link) const {
        return exceptions_.empty() || of(link).condition == LinkCondition::up;
    }
    void set(std::uint32_t link, LinkState state) { exceptions_[link] = state; }
    /// Ascending by link.
    const std::map<std::uint32_t, LinkState>& exceptions() const { return exceptions_; }

  private:
    std::map<std::uint32_t, LinkState> exceptions_;
};

/// The links that join two ASICs and carry traffic, ascending: the k-th is routing plane k between them, seen
/// from either end. (Hardware orders channels by their NOC x, which no descriptor tells; we order them by the
/// channel number at the lesser ASIC.)
std::vector<std::uint32_t> live_links(const topology::Cluster& cluster, const LinkStates& states, AsicIndex a,
                                      AsicIndex b);

/// Applies one `--fault`: `WHERE[=WHAT]`.
///   WHERE: `M0:3~M0:4` all links between two nodes, `M0:3/14` the link at ethernet channel 14 of a node, or
///          `host/tray/location/channel` the link at an end named as in messages
///   WHAT:  `down` (the default), `one-sided`, or `slow:F` with 0 < F <= 1 of a sound link's rate, or
///          `drop:F` with 0 < F < 1 of its packets lost, and sent again
/// False after reporting `fault-syntax` or `fault-unknown`.
bool inject_fault(const support::Span& text, const FabricSystem& system, LinkStates& states,
                  support::DiagnosticSink& sink);

}  // namespace tt_run::fabric
