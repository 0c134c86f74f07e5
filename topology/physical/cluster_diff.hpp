#pragma once

#include <string>
#include <vector>

#include "topology/physical/cluster.hpp"
#include "topology/physical/cluster_shape.hpp"

namespace tt_run::topology {

/// One difference, named by place: `host/tray/location/channel`.
struct ClusterDifference {
    enum class Kind {
        host_missing,   ///< expected, not there
        host_extra,     ///< there, not expected
        board_missing,  ///< on a host that both have
        board_extra,
        board_changed,  ///< another type
        chip_missing,   ///< on a board that both have
        chip_extra,
        link_missing,  ///< expected, not there; also when an end is gone
        link_extra,
    };
    Kind kind;
    std::string place;   ///< of a link: its lesser end
    std::string detail;  ///< the other end, or what changed
    bool operator==(const ClusterDifference&) const = default;
};
std::string_view name_of(ClusterDifference::Kind kind);

/// Expected against actual. Things are matched by host name, tray, location and channel, never by unique id,
/// which differs between captures. Two clusters of one host each are matched whatever the hosts are called.
struct ClusterDiff {
    ClusterShape expected;
    ClusterShape actual;
    /// False if either side does not know its links: then links were not compared.
    bool links_compared = true;
    std::vector<ClusterDifference> differences;  ///< by kind, then by place

    std::size_t count(ClusterDifference::Kind kind) const;
};

ClusterDiff compare(const Cluster& expected, const Cluster& actual);

}  // namespace tt_run::topology
