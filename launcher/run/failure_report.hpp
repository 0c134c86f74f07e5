#pragma once

#include <string>

#include "launcher/plan/plan.hpp"
#include "launcher/run/job_outcome.hpp"

namespace tt_run::launcher {

/// What a job that went wrong has to tell: why it ended, the rank that failed first with its place, its end
/// and its last lines of standard error (unless they stand right above), and then the end of every rank.
/// Empty if all went well.
std::string render_failure(const LaunchPlan& plan, const JobOutcome& outcome);

/// The last `most` lines of a text, for banners; a line is cut at a few hundred characters.
std::string last_lines(const std::string& text, std::size_t most, std::string_view indent);

}  // namespace tt_run::launcher
