#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "launcher/report/phase_marks.hpp"
#include "launcher/report/render_run_report.hpp"
#include "support/counted.hpp"

namespace tt_run::launcher {

namespace {

using Json = nlohmann::ordered_json;

/// Values by what they are of, the same way from both runs.
using Values = std::map<std::string, std::string>;

void compare(const Values& before, const Values& after, std::vector<ReportDiff::Line>& differences) {
    std::set<std::string> names;
    for (const Values* side : {&before, &after}) {
        for (const auto& [name, value] : *side) {
            names.insert(name);
        }
    }
    for (const std::string& name : names) {
        const auto a = before.find(name);
        const auto b = after.find(name);
        const std::string left = a == before.end() ? "-" : a->second;
        const std::string right = b == after.end() ? "-" : b->second;
        if (left != right) {
            differences.push_back({name, left, right});
        }
    }
}

/// Rank numbers are padded, so that 2 comes before 10.
Values ends_of(const RunReport& report) {
    Values values;
    for (const ReportedRank& rank : report.ranks) {
        const std::string name = fmt::format("rank {:>4}", rank.rank);
        values[name + " end"] = rank.description;
        values[name + " host"] = rank.host;
        values[name + " mesh"] = rank.mesh_host_rank
                                     ? fmt::format("{}.{}", rank.mesh_id, *rank.mesh_host_rank)
                                     : fmt::format("{}", rank.mesh_id);
        values[name + " devices"] = rank.chips.value_or("all");
    }
    return values;
}

Values sockets_of(const RunReport& report) {
    Values values;
    for (const ReportedConnection& one : report.connections) {
        values[fmt::format("rank {:>4} socket {:>3} {} {} > {} #{}", one.rank, one.socket, one.end, one.from,
                           one.to, one.connection)] =
            fmt::format("{} bytes in {}", one.bytes, support::counted(one.transfers, "transfer"));
    }
    return values;
}

Values links_of(const RunReport& report) {
    Values values;
    for (const ReportedLink& link : report.links) {
        values[fmt::format("link {} > {} ({})", link.from, link.to, link.link)] =
            fmt::format("{} bytes", link.payload_bytes);
    }
    return values;
}

Json lines_json(const std::vector<ReportDiff::Line>& lines) {
    Json json = Json::array();
    for (const ReportDiff::Line& line : lines) {
        json.push_back({{"what", line.what}, {"before", line.before}, {"after", line.after}});
    }
    return json;
}

std::string lines_text(const std::vector<ReportDiff::Line>& lines) {
    std::size_t width = 0;
    for (const ReportDiff::Line& line : lines) {
        width = std::max(width, line.what.size());
    }
    std::string out;
    for (const ReportDiff::Line& line : lines) {
        out += fmt::format("  {:<{}}  {} -> {}\n", line.what, width, line.before, line.after);
    }
    return out;
}

}  // namespace

ReportDiff compare_reports(const RunReport& before, const RunReport& after) {
    ReportDiff diff;
    const auto whole = [](const RunReport& report) {
        return Values{{"exit code", fmt::format("{}", report.exit_code)},
                      {"ended by", report.cause},
                      {"ranks", fmt::format("{}", report.ranks.size())},
                      {"program", fmt::format("{}", fmt::join(report.program, " "))}};
    };
    compare(whole(before), whole(after), diff.differences);
    compare(ends_of(before), ends_of(after), diff.differences);
    compare(sockets_of(before), sockets_of(after), diff.differences);
    compare(links_of(before), links_of(after), diff.differences);
    diff.times.push_back(
        {"whole run", fmt::format("{:.3f} s", before.seconds), fmt::format("{:.3f} s", after.seconds)});
    const auto phases_before = longest_by_phase(before);
    const auto phases_after = longest_by_phase(after);
    for (const PhaseMark& mark : kPhaseMarks) {
        const auto a = phases_before.find(mark.name);
        const auto b = phases_after.find(mark.name);
        if (a != phases_before.end() || b != phases_after.end()) {
            diff.times.push_back({std::string(mark.name),
                                  a == phases_before.end() ? "-" : fmt::format("{:.3f} s", a->second),
                                  b == phases_after.end() ? "-" : fmt::format("{:.3f} s", b->second)});
        }
    }
    return diff;
}

std::string render_report_diff_text(const ReportDiff& diff) {
    return (diff.differences.empty() ? std::string("no difference\n")
                                     : fmt::format("differences ({})\n{}", diff.differences.size(),
                                                   lines_text(diff.differences))) +
           "times (the longest of all ranks)\n" + lines_text(diff.times);
}

std::string render_report_diff_json(const ReportDiff& diff) {
    const Json json{{"schema", "tt-run-report-diff"},
                    {"version", 1},
                    {"differences", lines_json(diff.differences)},
                    {"times", lines_json(diff.times)}};
    return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tt_run::launcher
