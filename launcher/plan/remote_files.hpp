#pragma once

#include <vector>

#include "job/supervision_message.hpp"
#include "launcher/plan/plan.hpp"

namespace tt_run::launcher {

/// The files that the runtime in a rank reads by the names in its environment: its Mesh Graph Descriptor and
/// what describes the hardware. A host without them gets them from here; a file that cannot be read, or is
/// large, is left to the host.
std::vector<job::HandedFile> read_remote_files(const PlannedRank& rank);

}  // namespace tt_run::launcher
