#pragma once

#include "launcher/plan/plan.hpp"
#include "support/host_environment.hpp"

namespace tt_run::launcher {

/// Chooses the launcher's words for a plan whose ranks, placement and form are decided: `flags`, each with
/// its reason, and `directories`. Nothing pins a rank and nothing leaves shared memory out unless it was
/// asked for.
void choose_launcher_flags(const PlanRequest& request, const support::HostEnvironment& host,
                           LaunchPlan& plan);

}  // namespace tt_run::launcher
