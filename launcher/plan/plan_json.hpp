#pragma once

#include <string>

#include "launcher/plan/plan.hpp"
#include "support/error.hpp"

namespace tt_run::launcher {

/// The plan as JSON, schema `tt-run-plan` version 1 (docs/formats/plan.md). Refused if some text is no UTF-8,
/// which JSON cannot hold.
support::Result<std::string> render_plan_json(const LaunchPlan& plan);

/// A plan that was written by `render_plan_json`, of this version or an older one. What starts agents is not
/// part of a plan: it is this tt-run's.
support::Result<LaunchPlan> parse_plan_json(const std::string& text, const support::HostEnvironment& host);

}  // namespace tt_run::launcher
