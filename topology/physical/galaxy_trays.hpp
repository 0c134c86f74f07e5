#pragma once

#include <cstdint>

#include "topology/physical/cluster.hpp"

namespace tt_run::topology {

/// Which tray of a Galaxy, `host`, lies along the long edge of tray 1, so that four chips of each face each
/// other and the two make 4 x 4 chips: 2 in a Wormhole Galaxy and in revision C of the Blackhole one, 3 in
/// its revisions A and B. The tray at the short edge is the other of the two. Of a Blackhole one, what the
/// linking boards of tray 1 join decides, where such links are known; else the revision in its board id.
std::uint32_t tray_beside_first(const Cluster& cluster, const Host& host);

/// The board id of a tray of revision C, of one that says no revision.
std::uint64_t in_revision_c(std::uint64_t board_id);

}  // namespace tt_run::topology
