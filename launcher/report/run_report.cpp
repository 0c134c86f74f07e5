#include "launcher/report/run_report.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include "job/variable_names.hpp"
#include "launcher/plan/plan_json.hpp"
#include "launcher/run/failure_report.hpp"
#include "launcher/run/job_report.hpp"
#include "support/file.hpp"

namespace tt_run::launcher {

namespace {

using Json = nlohmann::ordered_json;
using support::Error;
using support::Result;

constexpr const char* kSchema = "tt-run-report";
constexpr const char* kRankSchema = "tt-run-rank-report";
constexpr int kVersion = 1;
constexpr int kRankVersion = 2;
constexpr std::size_t kLinesKept = 20;

double rounded(double seconds) {
    return std::round(seconds * 1e6) / 1e6;
}

template <class T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json(nullptr);
}

ReportedRank report_rank(const PlannedRank& planned, const RankOutcome& outcome) {
    ReportedRank rank;
    rank.rank = planned.rank.value;
    rank.host = planned.place.host;
    rank.mesh_id = planned.mesh_id.value;
    if (planned.mesh_host_rank) {
        rank.mesh_host_rank = planned.mesh_host_rank->value;
    }
    const auto chips = planned.environment.find("TT_VISIBLE_DEVICES");
    if (chips != planned.environment.end()) {
        rank.chips = chips->second.value;
    }
    const bool by_signal = outcome.state == RankOutcome::State::ended && WIFSIGNALED(outcome.wait_status);
    rank.state = name_of(outcome.state);
    rank.pid = outcome.pid;
    rank.exit_code = exit_code_of(outcome);
    if (by_signal) {
        rank.signal = signal_name(WTERMSIG(outcome.wait_status));
    }
    rank.abort_code = outcome.abort_code;
    rank.ended_by_tt_run = outcome.was_asked_to_end;
    rank.description = describe_end(outcome);
    rank.started_seconds = rounded(outcome.started_after_seconds);
    rank.ended_seconds = rounded(outcome.ended_after_seconds);
    rank.peak_memory_bytes = outcome.peak_memory_bytes;
    rank.stdout_bytes = outcome.output_bytes;
    rank.stderr_bytes = outcome.error_bytes;
    rank.last_stderr = last_lines(outcome.last_errors, kLinesKept, "");
    return rank;
}

std::vector<ReportedPhase> phases_of(const RankOutcome& outcome, double end) {
    if (outcome.state == RankOutcome::State::waiting || outcome.state == RankOutcome::State::not_started) {
        return {{"launch", 0, rounded(end)}};
    }
    std::vector<ReportedPhase> phases;
    for (const PhaseStretch& stretch :
         outcome.phases.stretches(outcome.started_after_seconds,
                                  outcome.ended_after_seconds > 0 ? outcome.ended_after_seconds : end)) {
        phases.push_back({std::string(stretch.name), rounded(stretch.begin), rounded(stretch.end)});
    }
    return phases;
}

std::string measurer_of(const RankPhases& phases) {
    return phases.is_unknown() ? "nobody" : phases.is_told_by_runtime() ? "runtime" : "agent";
}

Json rank_json(const ReportedRank& rank) {
    Json json{{"rank", rank.rank},
              {"host", rank.host},
              {"mesh_id", rank.mesh_id},
              {"mesh_host_rank", or_null(rank.mesh_host_rank)},
              {"chips", or_null(rank.chips)},
              {"state", rank.state},
              {"pid", rank.pid},
              {"exit_code", rank.exit_code},
              {"signal", or_null(rank.signal)},
              {"abort_code", or_null(rank.abort_code)},
              {"ended_by_tt_run", rank.ended_by_tt_run},
              {"description", rank.description},
              {"started_seconds", rank.started_seconds},
              {"ended_seconds", rank.ended_seconds},
              {"peak_memory_bytes", rank.peak_memory_bytes},
              {"stdout_bytes", rank.stdout_bytes},
              {"stderr_bytes", rank.stderr_bytes}};
    Json phases = Json::array();
    for (const ReportedPhase& phase : rank.phases) {
        phases.push_back({{"name", phase.name}, {"begin_seconds", phase.begin}, {"end_seconds", phase.end}});
    }
    json["phases"] = std::move(phases);
    json["phases_from"] = rank.phases_from;
    json["last_stderr"] = rank.last_stderr;
    return json;
}

Json connection_json(const ReportedConnection& one) {
    return {{"rank", one.rank},
            {"socket", one.socket},
            {"end", one.end},
            {"sender_rank", one.sender_rank},
            {"receiver_rank", one.receiver_rank},
            {"connection", one.connection},
            {"from", one.from},
            {"to", one.to},
            {"transfers", one.transfers},
            {"bytes", one.bytes},
            {"waited_seconds", one.waited_seconds}};
}

Json link_json(const ReportedLink& link) {
    return {{"from", link.from},       {"to", link.to},
            {"link", link.link},       {"payload_bytes", link.payload_bytes},
            {"packets", link.packets}, {"modelled_us", link.modelled_us}};
}

template <class T>
std::optional<T> optional_of(const Json& json, const char* key) {
    return json.contains(key) && !json.at(key).is_null() ? std::optional(json.at(key).get<T>())
                                                         : std::nullopt;
}

ReportedRank parse_rank(const Json& json) {
    ReportedRank rank;
    rank.rank = json.at("rank").get<int>();
    rank.host = json.at("host").get<std::string>();
    rank.mesh_id = json.at("mesh_id").get<int>();
    rank.mesh_host_rank = optional_of<int>(json, "mesh_host_rank");
    rank.chips = optional_of<std::string>(json, "chips");
    rank.state = json.at("state").get<std::string>();
    rank.pid = json.at("pid").get<std::uint32_t>();
    rank.exit_code = json.at("exit_code").get<int>();
    rank.signal = optional_of<std::string>(json, "signal");
    rank.abort_code = optional_of<int>(json, "abort_code");
    rank.ended_by_tt_run = json.at("ended_by_tt_run").get<bool>();
    rank.description = json.at("description").get<std::string>();
    rank.started_seconds = json.at("started_seconds").get<double>();
    rank.ended_seconds = json.at("ended_seconds").get<double>();
    rank.peak_memory_bytes = json.at("peak_memory_bytes").get<std::uint64_t>();
    rank.stdout_bytes = json.at("stdout_bytes").get<std::uint64_t>();
    rank.stderr_bytes = json.at("stderr_bytes").get<std::uint64_t>();
    for (const Json& phase : json.value("phases", Json::array())) {
        rank.phases.push_back({phase.at("name").get<std::string>(), phase.at("begin_seconds").get<double>(),
                               phase.at("end_seconds").get<double>()});
    }
    rank.phases_from = json.value("phases_from", "nobody");
    rank.last_stderr = json.value("last_stderr", "");
    return rank;
}

ReportedConnection parse_connection(const Json& json, int rank) {
    ReportedConnection one;
    one.rank = json.value("rank", rank);
    one.socket = json.at("socket").get<std::uint64_t>();
    one.end = json.at("end").get<std::string>();
    one.sender_rank = json.at("sender_rank").get<int>();
    one.receiver_rank = json.at("receiver_rank").get<int>();
    one.connection = json.at("connection").get<std::uint64_t>();
    one.from = json.at("from").get<std::string>();
    one.to = json.at("to").get<std::string>();
    one.transfers = json.at("transfers").get<std::uint64_t>();
    one.bytes = json.at("bytes").get<std::uint64_t>();
    one.waited_seconds = json.at("waited_seconds").get<double>();
    return one;
}

ReportedLink parse_link(const Json& json) {
    ReportedLink link;
    link.from = json.at("from").get<std::string>();
    link.to = json.at("to").get<std::string>();
    link.link = json.at("link").get<std::string>();
    link.payload_bytes = json.at("payload_bytes").get<std::uint64_t>();
    link.packets = json.at("packets").get<std::uint64_t>();
    link.modelled_us = json.value("modelled_us", 0.0);
    return link;
}

/// What is wrong, without the library's own number for it.
Error without_number(const Json::exception& problem) {
    const std::string_view what = problem.what();
    const std::size_t end = what.find("] ");
    return Error(std::string(end == std::string_view::npos ? what : what.substr(end + 2)));
}

/// The text as JSON of a schema that we can read, up to a version of it.
Result<Json> parse_schema(std::string_view text, const char* schema, int last_version) {
    Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded() || !json.is_object()) {
        return std::unexpected(Error("it is no JSON object"));
    }
    const auto said = json.find("schema");  // a rank may have written anything there
    if (said == json.end() || *said != schema) {
        return std::unexpected(Error(fmt::format("its schema is not `{}`", schema)));
    }
    const int version =
        json.contains("version") && json["version"].is_number_integer() ? json["version"].get<int>() : 0;
    if (version < 1 || version > last_version) {
        return std::unexpected(
            Error(fmt::format("its version is {}; this tt-run reads up to {}", version, last_version)));
    }
    return json;
}

void add_links(RunReport& report, std::vector<ReportedLink> links) {
    std::map<std::tuple<std::string, std::string, std::string>, std::size_t> known;
    for (std::size_t k = 0; k < report.links.size(); ++k) {
        known.emplace(std::tuple{report.links[k].from, report.links[k].to, report.links[k].link}, k);
    }
    for (ReportedLink& link : links) {
        const auto [at, is_new] =
            known.try_emplace(std::tuple{link.from, link.to, link.link}, report.links.size());
        if (is_new) {
            report.links.push_back(std::move(link));
        } else {
            report.links[at->second].payload_bytes += link.payload_bytes;
            report.links[at->second].packets += link.packets;
        }
    }
}

}  // namespace

RunReport build_run_report(const LaunchPlan& plan, const JobOutcome& outcome) {
    RunReport report;
    report.program = plan.program;
    report.launcher = plan.mpi_version;
    report.exit_code = outcome.exit_code();
    report.cause = name_of(outcome.cause);
    report.explanation = outcome.explanation;
    report.seconds = rounded(outcome.seconds);
    if (const RankOutcome* const first = outcome.first_failure()) {
        report.first_failure = first->rank.value;
    }
    if (const auto decided = render_plan_json(plan)) {
        report.plan = Json::parse(*decided).dump();
    }
    std::vector<std::string> paths;
    for (const RankOutcome& rank : outcome.ranks) {
        const PlannedRank& planned = plan.ranks[static_cast<std::size_t>(rank.rank.value)];
        report.ranks.push_back(report_rank(planned, rank));
        report.ranks.back().phases = phases_of(rank, outcome.seconds);
        report.ranks.back().phases_from = measurer_of(rank.phases);
        const auto path = planned.environment.find(job::kMeshGraphDescriptorVariable);
        if (path != planned.environment.end() &&
            std::find(paths.begin(), paths.end(), path->second.value) == paths.end()) {
            paths.push_back(path->second.value);
            if (const auto text = support::read_file(path->second.value)) {
                report.descriptors.push_back({path->second.value, *text});
            }
        }
    }
    return report;
}

Result<void> add_rank_report(RunReport& report, job::Rank by, std::string_view text) {
    const auto refused = [&](Error reason) {
        return std::unexpected(
            std::move(reason).while_doing(fmt::format("reading what rank {} reports", by.value)));
    };
    const Result<Json> json = parse_schema(text, kRankSchema, kRankVersion);
    if (!json) {
        return refused(json.error());
    }
    try {
        std::vector<ReportedConnection> connections;
        for (const Json& one : json->at("connections")) {
            connections.push_back(parse_connection(one, by.value));
        }
        std::vector<ReportedLink> links;
        for (const Json& one : json->at("links")) {
            links.push_back(parse_link(one));
        }
        report.connections.insert(report.connections.end(), connections.begin(), connections.end());
        add_links(report, std::move(links));
    } catch (const Json::exception& problem) {
        return refused(without_number(problem));
    }
    return {};
}

std::string render_report_json(const RunReport& report) {
    Json json{{"schema", kSchema},
              {"version", kVersion},
              {"program", report.program},
              {"launcher", report.launcher},
              {"exit_code", report.exit_code},
              {"cause", report.cause},
              {"explanation", report.explanation},
              {"seconds", report.seconds}};
    json["first_failure"] = report.first_failure
                                ? rank_json(report.ranks[static_cast<std::size_t>(*report.first_failure)])
                                : Json(nullptr);
    const auto list = [&](const char* key, const auto& all, auto render) {
        json[key] = Json::array();
        for (const auto& one : all) {
            json[key].push_back(render(one));
        }
    };
    list("ranks", report.ranks, rank_json);
    list("connections", report.connections, connection_json);
    list("links", report.links, link_json);
    json["model"] = report.model;
    list("mesh_graph_descriptors", report.descriptors, [](const ReportedDescriptor& one) {
        return Json{{"path", one.path}, {"text", one.text}};
    });
    json["plan"] = report.plan.empty() ? Json(nullptr) : Json::parse(report.plan);
    return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<RunReport> parse_run_report(std::string_view text) {
    const Result<Json> json = parse_schema(text, kSchema, kVersion);
    if (!json) {
        return std::unexpected(json.error());
    }
    RunReport report;
    try {
        report.program = json->at("program").get<std::vector<std::string>>();
        report.launcher = json->value("launcher", "");
        report.exit_code = json->at("exit_code").get<int>();
        report.cause = json->at("cause").get<std::string>();
        report.explanation = json->at("explanation").get<std::string>();
        report.seconds = json->at("seconds").get<double>();
        for (const Json& one : json->at("ranks")) {
            report.ranks.push_back(parse_rank(one));
            if (report.ranks.back().rank != static_cast<int>(report.ranks.size()) - 1) {
                return std::unexpected(Error("its ranks do not run from 0 without gaps"));
            }
        }
        if (const Json& first = json->at("first_failure"); !first.is_null()) {
            const int rank = first.at("rank").get<int>();
            if (rank < 0 || rank >= static_cast<int>(report.ranks.size())) {
                return std::unexpected(Error(fmt::format("there is no rank {}, which failed first", rank)));
            }
            report.first_failure = rank;
        }
        for (const Json& one : json->value("connections", Json::array())) {
            report.connections.push_back(parse_connection(one, 0));
        }
        for (const Json& one : json->value("links", Json::array())) {
            report.links.push_back(parse_link(one));
        }
        report.model = json->value("model", "");
        for (const Json& one : json->value("mesh_graph_descriptors", Json::array())) {
            report.descriptors.push_back(
                {one.at("path").get<std::string>(), one.at("text").get<std::string>()});
        }
        if (const Json plan = json->value("plan", Json(nullptr)); !plan.is_null()) {
            report.plan = plan.dump();
        }
    } catch (const Json::exception& problem) {
        return std::unexpected(without_number(problem));
    }
    return report;
}

Result<RunReport> load_run_report(const std::filesystem::path& path) {
    std::error_code ignored;
    const std::filesystem::path file =
        std::filesystem::is_directory(path, ignored) ? path / "report.json" : path;
    const auto text = support::read_file(file);
    Result<RunReport> report = text ? parse_run_report(*text) : std::unexpected(text.error());
    return report ? report
                  : std::unexpected(Error(report.error()).while_doing("reading `" + file.string() + "`"));
}

}  // namespace tt_run::launcher
