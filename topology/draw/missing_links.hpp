#pragma once

#include <string>
#include <vector>

#include "topology/draw/picture.hpp"
#include "topology/physical/cluster.hpp"

namespace tt_run::topology::draw {

/// Links that should be there and are not, and what is gone as a whole.
struct MissingLinks {
    std::vector<Link> links;          ///< both chips are there; sorted
    std::vector<Link> one_sided;      ///< `a` sees `b`, which does not see it
    std::vector<std::string> absent;  ///< "host-0 tray 3 is not there"; sorted
};

/// Against `expected`, matched by host, tray and location; both of one host match whatever they are called.
MissingLinks compare_links(const Cluster& cluster, const Cluster& expected);

/// Without anything to compare with: each host against the known machine that it differs least from, if less
/// than a quarter of that is amiss (a Galaxy with closed rows or without, a T3K, a QuietBox); and every cable
/// between hosts of which some lanes are up against all of its lanes.
MissingLinks judge_links(const Cluster& cluster);

/// The port that a link's end belongs to: `QSFP_DD 3`, `LINKING_BOARD_1 2`, `TRACE 5`; empty if not known.
std::string port_of(const Cluster& cluster, LinkEnd end);

/// `0-3`, `1, 5-7`: channels or ranks in few words. The numbers must ascend.
std::string ranges(const std::vector<std::uint32_t>& numbers);

/// One line for each cable, port and pair of chips, with host, tray, port and channels of both ends.
std::vector<Finding> describe_missing(const Cluster& cluster, const MissingLinks& missing);

}  // namespace tt_run::topology::draw
