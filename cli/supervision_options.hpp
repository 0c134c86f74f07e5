#pragma once

#include <string>

#include "cli/arguments.hpp"
#include "launcher/plan/plan.hpp"
#include "support/diagnostic.hpp"

namespace tt_run::cli {

/// The options of a launch that say how it is watched and how its output looks, as CLI11 fills them in.
struct SupervisionWords {
    bool direct = false;
    std::string launcher;
    std::string on_failure = "end";
    std::string grace;
    std::string start_timeout;
    std::string timeout;
    std::string idle_timeout;
    std::string host_timeout;
    bool tag_output = false;
    std::string tag = "none";
    bool fold = false;
    std::string log_directory;
    std::string only_rank;
    std::string plan_file;
    std::string from_plan;
    std::string events;
    bool events_output = false;
    bool no_status = false;
    std::string report;
};

void define_supervision(CLI::App& app, SupervisionWords& words);

/// Puts them into the request; reports values that are none.
void read_supervision(const SupervisionWords& words, const ParsedArguments& parsed,
                      launcher::PlanRequest& request, support::DiagnosticSink& sink);

}  // namespace tt_run::cli
