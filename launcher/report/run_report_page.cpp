#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "launcher/report/phase_marks.hpp"
#include "launcher/report/render_run_report.hpp"
#include "launcher/report/run_report_plan.hpp"
#include "support/counted.hpp"
#include "support/text.hpp"
#include "topology/draw/pen_html.hpp"
#include "topology/draw/xml_text.hpp"

namespace tt_run::launcher {

namespace draw = topology::draw;
using draw::xml_text;

namespace {

std::string program_of(const RunReport& report) {
    std::vector<std::string> words;
    for (const std::string& word : report.program) {
        words.push_back(support::shell_quoted(word));
    }
    return support::join(words, " ");
}

std::string outcome_html(const RunReport& report) {
    std::string out = fmt::format(
        "<p><span class=\"outcome{}\">exit code {}</span> after {:.3f} s, ended by: {}</p>\n",
        report.exit_code == 0 ? "" : " bad", report.exit_code, report.seconds, xml_text(report.cause));
    if (report.first_failure) {
        const ReportedRank& first = report.ranks[static_cast<std::size_t>(*report.first_failure)];
        out += fmt::format("<p>rank {} failed first: <b>{}</b>, on {}, mesh {}</p>\n", first.rank,
                           xml_text(first.description), xml_text(first.host), first.mesh_id);
        if (!first.last_stderr.empty()) {
            out += fmt::format("<pre>{}</pre>\n", draw::xml_lines(first.last_stderr));
        }
    }
    if (!report.explanation.empty()) {
        out += fmt::format("<pre>{}</pre>\n", draw::xml_lines(report.explanation));
    }
    return out;
}

/// 1, 2 or 5 times a power of ten: ticks that many, or somewhat fewer, to the whole.
double step_of_ticks(double whole, double ticks) {
    const double least = whole / ticks;
    const double power = std::pow(10.0, std::floor(std::log10(least)));
    for (const double step : {1.0, 2.0, 5.0}) {
        if (step * power >= least) {
            return step * power;
        }
    }
    return 10 * power;
}

/// A bar for each rank, a stretch for each phase.
std::string timeline_html(const RunReport& report) {
    constexpr double kLeft = 150;
    constexpr double kWidth = 760;
    constexpr double kRow = 20;
    const double scale = report.seconds > 0 ? kWidth / report.seconds : 0;
    const double height = 34 + kRow * static_cast<double>(report.ranks.size()) + 30;
    std::string out = fmt::format(
        "<h2>Timeline</h2>\n<svg class=\"tt-run\" viewBox=\"0 0 1060 {0:g}\" width=\"1060\" height=\"{0:g}\" "
        "role=\"img\" aria-label=\"phases of each rank\">\n",
        height);
    const double step = report.seconds > 0 ? step_of_ticks(report.seconds, 9) : 1;
    for (int tick = 0; tick * step <= report.seconds; ++tick) {
        const double x = kLeft + tick * step * scale;
        out += fmt::format(
            "<path class=\"frame\" d=\"M{0:g} 22V{1:g}\"/><text class=\"soft\" text-anchor=\"middle\" "
            "x=\"{0:g}\" y=\"14\">{2:.3g}{3}</text>\n",
            x, height - 30, tick * step, tick == 0 ? " s" : "");
    }
    double y = 28;
    for (const ReportedRank& rank : report.ranks) {
        const std::string mesh = rank.mesh_host_rank
                                     ? fmt::format("{}.{}", rank.mesh_id, *rank.mesh_host_rank)
                                     : fmt::format("{}", rank.mesh_id);
        out += fmt::format(
            "<text x=\"0\" y=\"{0:g}\">rank {1}</text><text class=\"soft\" x=\"58\" y=\"{0:g}\">mesh {2}"
            "</text>",
            y + 12, rank.rank, xml_text(mesh));
        for (const ReportedPhase& phase : rank.phases) {
            out += fmt::format(
                "<g class=\"phase h{}\"><title>rank {} {}: {:.6f} s, from {:.6f} s</title><rect x=\"{:.1f}\" "
                "y=\"{:g}\" width=\"{:.1f}\" height=\"14\"/></g>",
                mark_of(phase.name).hue, rank.rank, xml_text(phase.name), phase.end - phase.begin,
                phase.begin, kLeft + phase.begin * scale, y,
                std::max(1.0, (phase.end - phase.begin) * scale - 0.6));
        }
        out += fmt::format("<text class=\"{}\" x=\"{:g}\" y=\"{:g}\">{}</text>\n",
                           rank.exit_code == 0 ? "soft" : "alarm", kLeft + kWidth + 12, y + 12,
                           xml_text(rank.description));
        y += kRow;
    }
    double x = kLeft;
    const auto longest = longest_by_phase(report);
    out += fmt::format("<text class=\"soft\" x=\"0\" y=\"{:g}\">longest in a rank</text>", height - 9);
    for (const PhaseMark& mark : kPhaseMarks) {
        if (const auto found = longest.find(mark.name); found != longest.end()) {
            out += fmt::format(
                "<g class=\"h{}\"><rect x=\"{:g}\" y=\"{:g}\" width=\"14\" height=\"10\" "
                "rx=\"2\"/></g><text class=\"soft\" x=\"{:g}\" y=\"{:g}\">{} {:.3f} s</text>",
                mark.hue, x, height - 18, x + 20, height - 9, mark.name, found->second);
            x += 126;
        }
    }
    return out + "\n</svg>\n";
}

/// How many of them, for they are many; which, on pointing at it.
std::string devices_html(const ReportedRank& rank) {
    if (!rank.chips) {
        return "all";
    }
    return fmt::format("<span title=\"{}\">{}</span>", xml_text(*rank.chips),
                       std::ranges::count(*rank.chips, ',') + 1);
}

std::string ranks_html(const RunReport& report) {
    std::string out =
        "<h2>Ranks</h2>\n<table class=\"table\"><thead><tr><th "
        "class=\"n\">rank</th><th>host</th><th>mesh</th>"
        "<th>devices</th><th>end</th>";
    const auto phases = longest_by_phase(report);
    for (const PhaseMark& mark : kPhaseMarks) {
        out += phases.contains(mark.name) ? fmt::format("<th class=\"n\">{}</th>", mark.name) : "";
    }
    out +=
        "<th class=\"n\">memory</th><th class=\"n\">stdout</th><th "
        "class=\"n\">stderr</th></tr></thead><tbody>\n";
    for (const ReportedRank& rank : report.ranks) {
        out += fmt::format("<tr><td class=\"n\">{}</td><td>{}</td><td>{}{}</td><td>{}</td><td{}>{}</td>",
                           rank.rank, xml_text(rank.host), rank.mesh_id,
                           rank.mesh_host_rank ? fmt::format(".{}", *rank.mesh_host_rank) : "",
                           devices_html(rank), rank.exit_code == 0 ? "" : " class=\"bad\"",
                           xml_text(rank.description));
        const auto seconds = seconds_by_phase(rank);
        for (const PhaseMark& mark : kPhaseMarks) {
            if (phases.contains(mark.name)) {
                const auto own = seconds.find(mark.name);
                out += own == seconds.end() ? "<td class=\"n\">-</td>"
                                            : fmt::format("<td class=\"n\">{:.3f} s</td>", own->second);
            }
        }
        out += fmt::format(
            "<td class=\"n\">{:.1f} MiB</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
            static_cast<double>(rank.peak_memory_bytes) / (1 << 20), rank.stdout_bytes, rank.stderr_bytes);
    }
    out += "</tbody></table>\n";
    for (const ReportedRank& rank : report.ranks) {
        if (!rank.last_stderr.empty() && rank.rank != report.first_failure) {
            out += fmt::format(
                "<details{}><summary>last lines of rank {} on standard "
                "error</summary>\n<pre>{}</pre></details>\n",
                rank.exit_code == 0 ? "" : " open", rank.rank, draw::xml_lines(rank.last_stderr));
        }
    }
    return out;
}

std::string sockets_html(const RunReport& report) {
    std::string out =
        "<h2>Sockets</h2>\n<table class=\"table\"><thead><tr><th class=\"n\">rank</th><th>end</th><th "
        "class=\"n\">socket</th>"
        "<th>from</th><th>to</th><th class=\"n\">transfers</th><th class=\"n\">bytes</th><th "
        "class=\"n\">waited</th></tr>"
        "</thead><tbody>\n";
    for (const ReportedConnection& one : report.connections) {
        out += fmt::format(
            "<tr><td class=\"n\">{}</td><td>{}</td><td class=\"n\">{}</td><td>{} (rank {})</td><td>{} (rank "
            "{})</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{:.6f} s</td></tr>\n",
            one.rank, xml_text(one.end), one.socket, xml_text(one.from), one.sender_rank, xml_text(one.to),
            one.receiver_rank, one.transfers, one.bytes, one.waited_seconds);
    }
    out +=
        "</tbody></table>\n<h2>Links</h2>\n<table class=\"table\"><thead><tr><th>from</th><th>to</th><th "
        "class=\"n\">bytes</th><th class=\"n\">packets</th><th "
        "class=\"n\">modelled</th><th>link</th></tr></thead><tbody>\n";
    std::vector<const ReportedLink*> links;
    for (const ReportedLink& link : report.links) {
        links.push_back(&link);
    }
    std::stable_sort(links.begin(), links.end(), [](const ReportedLink* a, const ReportedLink* b) {
        return a->payload_bytes > b->payload_bytes;
    });
    for (const ReportedLink* link : links) {
        out += fmt::format(
            "<tr><td>{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{:.3f} "
            "us</td><td>{}</td></tr>\n",
            xml_text(link->from), xml_text(link->to), link->payload_bytes, link->packets, link->modelled_us,
            xml_text(link->link));
    }
    out += "</tbody></table>\n";
    if (!report.model.empty()) {
        out += fmt::format("<p class=\"soft\">modelled: {}</p>\n", xml_text(report.model));
    }
    return out;
}

}  // namespace

std::string render_report_page(const RunReport& report) {
    std::vector<draw::PageView> views;
    views.push_back({"run", nullptr, {}, outcome_html(report) + timeline_html(report) + ranks_html(report)});
    const std::vector<ReportPicture> pictures = draw_report(report);
    for (std::size_t k = 0; k < pictures.size(); ++k) {
        views.push_back({pictures.size() == 1 ? "meshes" : fmt::format("meshes {}", k),
                         &pictures[k].picture,
                         pictures[k].overlays,
                         {}});
    }
    if (!report.connections.empty() || !report.links.empty()) {
        views.push_back({"sockets", nullptr, {}, sockets_html(report)});
    }
    if (std::string plan = render_plan_html(report); !plan.empty()) {
        views.push_back({"plan", nullptr, {}, std::move(plan)});
    }
    return draw::render_page(program_of(report),
                             support::counted(report.ranks.size(), "rank") + ", " + report.launcher, views);
}

}  // namespace tt_run::launcher
