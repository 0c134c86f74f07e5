#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fabric/control_plane.hpp"

namespace tt_run::fabric {

/// What the check found. A channel is one virtual channel of one way between two chips; all planes of a way
/// count as one, which can only add dependencies. A channel depends on another if some packet may hold the
/// one while it waits for the other.
struct DeadlockReport {
    std::uint64_t channels = 0;  ///< that some packet uses
    std::uint64_t dependencies = 0;
    std::vector<Hop> cycle;  ///< channels each of which depends on the next, the last on the first; or empty
    bool acyclic() const { return cycle.empty(); }
};

/// Follows every packet that any chip may send to any other, by the control plane's own next moves, collects
/// what waits for what, and looks for a circle. Packets for one mesh that are alike from some chip on are
/// followed once. An error if the system is too large to follow them all: more than 65,536 chips, or 4,096
/// in one mesh.
support::Result<DeadlockReport> check_deadlock(const ControlPlane& plane);

/// `M0:3 -E-> M0:4, channel 0`, a line each.
std::vector<std::string> render_cycle(const ControlPlane& plane, const DeadlockReport& report);

}  // namespace tt_run::fabric
