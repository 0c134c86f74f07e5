#pragma once

#include "launcher/plan/plan.hpp"
#include "support/host_environment.hpp"

namespace tt_run::test {

/// A host `here` with tt-run in `/bin`.
support::HostEnvironment sample_host();

/// A plan of two ranks in which nearly every field holds something, for tests of what is done with plans.
launcher::LaunchPlan sample_plan();

}  // namespace tt_run::test
