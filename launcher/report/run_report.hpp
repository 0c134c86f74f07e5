#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/plan/plan.hpp"
#include "launcher/run/job_outcome.hpp"
#include "support/error.hpp"

namespace tt_run::launcher {

/// A stretch of a rank's time, in seconds since the launch.
struct ReportedPhase {
    std::string name;  ///< "launch", "MPI", "open", "sockets", "run", "close"
    double begin = 0;
    double end = 0;
    bool operator==(const ReportedPhase&) const = default;
};

/// What became of one rank, as report.json says it (docs/formats/report.md).
struct ReportedRank {
    int rank = 0;
    std::string host;
    int mesh_id = 0;
    std::optional<int> mesh_host_rank;
    std::optional<std::string> chips;  ///< its TT_VISIBLE_DEVICES
    std::string state;                 ///< "ended", "lost", "never-started", "not-startable", "running"
    std::uint32_t pid = 0;
    int exit_code = 0;
    std::optional<std::string> signal;
    std::optional<int> abort_code;
    bool ended_by_tt_run = false;
    std::string description;
    double started_seconds = 0;
    double ended_seconds = 0;
    std::uint64_t peak_memory_bytes = 0;
    std::uint64_t stdout_bytes = 0;
    std::uint64_t stderr_bytes = 0;
    std::vector<ReportedPhase> phases;  ///< from 0 to its end, without gaps
    /// Who measured them: "runtime"; "agent", which saw MPI start and no more; or "nobody", launch and run
    /// alone.
    std::string phases_from = "nobody";
    std::string last_stderr;  ///< its last lines
    bool operator==(const ReportedRank&) const = default;
};

/// What went through one end of a socket's connection (docs/formats/rank-report.md).
struct ReportedConnection {
    int rank = 0;  ///< that reported it
    std::uint64_t socket = 0;
    std::string end;  ///< "sender" or "receiver"
    int sender_rank = 0;
    int receiver_rank = 0;
    std::uint64_t connection = 0;
    std::string from;  ///< `M0D5`
    std::string to;
    std::uint64_t transfers = 0;
    std::uint64_t bytes = 0;
    double waited_seconds = 0;
    bool operator==(const ReportedConnection&) const = default;
};

/// What went over one link in one direction.
struct ReportedLink {
    std::string from;  ///< `M0:5`
    std::string to;
    std::string link;  ///< both ends as `host/tray/location/channel`
    std::uint64_t payload_bytes = 0;
    std::uint64_t packets = 0;
    double modelled_us = 0;  ///< that a link of this kind needs for them; 0 if not worked out
    bool operator==(const ReportedLink&) const = default;
};

/// A descriptor that the job ran with, whole, so that a report can be read anywhere.
struct ReportedDescriptor {
    std::string path;
    std::string text;
    bool operator==(const ReportedDescriptor&) const = default;
};

/// A run in retrospect: `report.json`, schema `tt-run-report` version 1.
struct RunReport {
    std::vector<std::string> program;
    std::string launcher;
    int exit_code = 0;
    std::string cause;
    std::string explanation;
    double seconds = 0;
    std::optional<int> first_failure;  ///< the rank
    std::vector<ReportedRank> ranks;   ///< ascending from 0
    std::vector<ReportedConnection> connections;
    std::vector<ReportedLink> links;
    std::string model;  ///< what `modelled_us` is, where it came from
    std::vector<ReportedDescriptor> descriptors;
    std::string
        plan;  ///< what was decided before (plan_json.hpp), as JSON in one line; empty if it is not known
    bool operator==(const RunReport&) const = default;
};

RunReport build_run_report(const LaunchPlan& plan, const JobOutcome& outcome);

/// Adds what a rank handed over at its end (docs/formats/rank-report.md). An error, and nothing is added, if
/// it cannot be understood.
support::Result<void> add_rank_report(RunReport& report, job::Rank by, std::string_view text);

/// Bytes that are no UTF-8 are shown as U+FFFD.
std::string render_report_json(const RunReport& report);
/// Refuses other schemas and newer versions, and says where a field is wrong.
support::Result<RunReport> parse_run_report(std::string_view text);
/// Of a directory that `--report` wrote, or of a file.
support::Result<RunReport> load_run_report(const std::filesystem::path& path);

}  // namespace tt_run::launcher
