#pragma once

#include <string>

#include "launcher/report/run_report.hpp"

namespace tt_run::launcher {

/// What was decided before a run began, for its page: why this launcher and these places, each flag with its
/// reason, each rank's environment with where every value came from. Empty if the report holds no plan, or
/// one of another shape.
std::string render_plan_html(const RunReport& report);

}  // namespace tt_run::launcher
