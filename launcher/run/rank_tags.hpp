#pragma once

#include <string>
#include <vector>

#include "job/supervision_message.hpp"
#include "launcher/plan/plan.hpp"

namespace tt_run::launcher {

/// What each of a rank's lines begins with, by stream; with the blank behind it.
struct RankTags {
    std::string output;
    std::string error;
};

/// By rank, as the plan's output options ask.
std::vector<RankTags> build_rank_tags(const LaunchPlan& plan);

}  // namespace tt_run::launcher
