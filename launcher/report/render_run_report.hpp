#pragma once

#include <string>
#include <vector>

#include "launcher/report/run_report.hpp"
#include "topology/draw/pen_text.hpp"

namespace tt_run::launcher {

/// A run in retrospect, for a terminal: outcome, ranks with a timeline of their phases, sockets, the busiest
/// links, the last words of ranks that failed.
std::string render_report_text(const RunReport& report, const topology::draw::TextLook& look);

/// The same as one HTML page (topology/draw/pen_html.hpp), with the meshes that the job ran on and, over
/// them, traffic, waits and modelled times.
std::string render_report_page(const RunReport& report);

/// One picture for each descriptor that the job ran with, ranks marked; empty where there is none.
struct ReportPicture {
    topology::draw::Picture picture;
    std::vector<topology::draw::Overlay> overlays;  ///< traffic, modelled time, waits
};
std::vector<ReportPicture> draw_report(const RunReport& report);

/// What two runs did differently: how they and each of their ranks ended, what went through sockets and over
/// links. Times are compared for people, and are no difference.
struct ReportDiff {
    struct Line {
        std::string what;
        std::string before;
        std::string after;
    };
    std::vector<Line> differences;
    std::vector<Line> times;  ///< of the whole and of each phase, the longest over all ranks
};
ReportDiff compare_reports(const RunReport& before, const RunReport& after);
std::string render_report_diff_text(const ReportDiff& diff);
/// Schema `tt-run-report-diff` version 1.
std::string render_report_diff_json(const ReportDiff& diff);

}  // namespace tt_run::launcher
