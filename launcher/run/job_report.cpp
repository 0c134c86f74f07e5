#include "launcher/run/job_report.hpp"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include "launcher/run/failure_report.hpp"

namespace tt_run::launcher {

namespace {

using Json = nlohmann::ordered_json;
using State = RankOutcome::State;

constexpr int kVersion = 1;
constexpr std::size_t kLinesKept = 20;

std::string dump(const Json& json, int indent = -1) {
    return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

double rounded(double seconds) {
    return std::round(seconds * 1e6) / 1e6;
}

Json place_of(const PlannedRank& planned) {
    Json place{
        {"rank", planned.rank.value},
        {"host", planned.place.host},
        {"mesh_id", planned.mesh_id.value},
        {"mesh_host_rank", planned.mesh_host_rank ? Json(planned.mesh_host_rank->value) : Json(nullptr)}};
    const auto chips = planned.environment.find("TT_VISIBLE_DEVICES");
    place["chips"] = chips == planned.environment.end() ? Json(nullptr) : Json(chips->second.value);
    return place;
}

/// One rank's end, the same in events and in the report.
Json end_of(const PlannedRank& planned, const RankOutcome& rank) {
    Json json = place_of(planned);
    const bool by_signal = rank.state == State::ended && WIFSIGNALED(rank.wait_status);
    json["state"] = name_of(rank.state);
    json["pid"] = rank.pid;
    json["exit_code"] = exit_code_of(rank);
    json["signal"] = by_signal ? Json(signal_name(WTERMSIG(rank.wait_status))) : Json(nullptr);
    json["abort_code"] = rank.abort_code ? Json(*rank.abort_code) : Json(nullptr);
    json["ended_by_tt_run"] = rank.was_asked_to_end;
    json["description"] = describe_end(rank);
    json["started_seconds"] = rounded(rank.started_after_seconds);
    json["ended_seconds"] = rounded(rank.ended_after_seconds);
    json["peak_memory_bytes"] = rank.peak_memory_bytes;
    json["stdout_bytes"] = rank.output_bytes;
    json["stderr_bytes"] = rank.error_bytes;
    return json;
}

const PlannedRank& planned(const LaunchPlan& plan, const RankOutcome& rank) {
    return plan.ranks[static_cast<std::size_t>(rank.rank.value)];
}

Json failure_of(const LaunchPlan& plan, const JobOutcome& outcome) {
    const RankOutcome* const first = outcome.first_failure();
    if (first == nullptr) {
        return nullptr;
    }
    Json json = end_of(planned(plan, *first), *first);
    json["last_stderr"] = last_lines(first->last_errors, kLinesKept, "");
    return json;
}

Json summary_of(const LaunchPlan& plan, const JobOutcome& outcome) {
    return {{"exit_code", outcome.exit_code()},
            {"cause", name_of(outcome.cause)},
            {"explanation", outcome.explanation},
            {"ranks", plan.ranks.size()},
            {"seconds", rounded(outcome.seconds)}};
}

Json event(const char* name, const Json& fields) {
    Json json{{"event", name}};
    json.update(fields);
    return json;
}

std::string github_escaped(const std::string& text, bool is_property) {
    std::string escaped;
    for (const char c : text) {
        if (c == '%' || c == '\r' || c == '\n' || (is_property && (c == ':' || c == ','))) {
            escaped += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        } else {
            escaped += c;
        }
    }
    return escaped;
}

}  // namespace

std::string render_plan_event(const LaunchPlan& plan) {
    Json ranks = Json::array();
    for (const PlannedRank& rank : plan.ranks) {
        ranks.push_back(place_of(rank));
    }
    return dump(event("plan", {{"schema", "tt-run-events"},
                               {"version", kVersion},
                               {"program", plan.program},
                               {"launcher", plan.mpi_version},
                               {"ranks", std::move(ranks)}}));
}

std::string render_start_event(const PlannedRank& planned, const RankOutcome& rank) {
    Json json = place_of(planned);
    json["pid"] = rank.pid;
    json["started_seconds"] = rounded(rank.started_after_seconds);
    return dump(event("start", json));
}

std::string render_output_event(job::Rank rank, job::Stream stream, std::string_view bytes) {
    return dump(event("output", {{"rank", rank.value},
                                 {"stream", stream == job::Stream::output ? "stdout" : "stderr"},
                                 {"text", bytes}}));
}

std::string render_exit_event(const PlannedRank& planned, const RankOutcome& rank) {
    return dump(event("exit", end_of(planned, rank)));
}

std::string render_failure_event(const LaunchPlan& plan, const JobOutcome& outcome) {
    Json failure = failure_of(plan, outcome);
    return failure.is_null() ? "" : dump(event("failure", failure));
}

std::string render_summary_event(const LaunchPlan& plan, const JobOutcome& outcome) {
    return dump(event("summary", summary_of(plan, outcome)));
}

std::string render_github_annotation(const LaunchPlan& plan, const JobOutcome& outcome) {
    if (outcome.exit_code() == 0) {
        return "";
    }
    const RankOutcome* const first = outcome.first_failure();
    const std::string title = first == nullptr ? "tt-run: the job was ended"
                                               : fmt::format("tt-run: rank {} failed first: {}",
                                                             first->rank.value, describe_end(*first));
    JobOutcome alone = outcome;  // an annotation stands where nothing is above it
    alone.last_on_errors.reset();
    return fmt::format("::error title={}::{}\n", github_escaped(title, true),
                       github_escaped(render_failure(plan, alone), false));
}

}  // namespace tt_run::launcher
