#include "cli/start_job.hpp"

#include <cerrno>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/exit_code.hpp"
#include "fabric/time_model.hpp"
#include "launcher/plan/render_plan.hpp"
#include "launcher/report/render_run_report.hpp"
#include "launcher/report/run_report.hpp"
#include "launcher/run/failure_report.hpp"
#include "launcher/run/job_report.hpp"
#include "launcher/run/output_sink.hpp"
#include "launcher/run/run_plan.hpp"
#include "launcher/run/supervisor.hpp"
#include "support/file.hpp"
#include "support/unwritable.hpp"
#include "topology/mgd/load_mesh_graph.hpp"

namespace tt_run::cli {

namespace {

int run_direct(const CommandContext& context, const launcher::LaunchPlan& plan) {
    const auto outcome = launcher::run_plan(plan, context.host, context.console.standard_output());
    if (!outcome) {
        context.console.print_error(fmt::format("tt-run: error: {}\n", outcome.error().message()));
        return kNotStarted;
    }
    if (outcome->launcher_failed) {
        context.console.print_error(
            "tt-run: error: mpiexec ended without saying what became of the ranks; what it said stands "
            "above\n"
            "help: Hydra kills itself when a rank dies of a signal, and now and then when one ends, while it "
            "is "
            "still starting others; run without --direct, and tt-run names the rank\n");
    }
    return outcome->exit_code;
}

/// The file, or standard output for `-`.
support::Result<launcher::OutputSink> open_events(const CommandContext& context, const std::string& written) {
    return written == "-" ? launcher::OutputSink::borrow(context.console.standard_output())
                          : launcher::OutputSink::create(context.host.working_directory / written);
}

/// Makes a directory that `what` will be written into, so that it is not the end of a long job that finds
/// out.
support::Result<void> prepare_directory(const std::filesystem::path& directory, std::string_view what) {
    std::error_code failure;
    std::filesystem::create_directories(directory, failure);
    if (!failure && ::access(directory.c_str(), W_OK | X_OK) != 0) {
        failure = std::error_code(errno, std::generic_category());
    }
    return failure ? std::unexpected(
                         support::why_unwritable(directory, failure.value())
                             .while_doing(fmt::format("writing {} into `{}`", what, directory.string())))
                   : support::Result<void>{};
}

/// The files beside the job: its ranks' logs and its report. A reason why one of them cannot be written.
support::Result<void> prepare_output(const CommandContext& context, const LaunchOptions& options,
                                     const launcher::LaunchPlan& plan) {
    const launcher::OutputOptions& output = plan.supervision.output;
    for (const auto* files : {&output.output_files, &output.error_files}) {
        if (files->empty()) {
            continue;
        }
        if (auto made = prepare_directory(files->front().parent_path(), "the ranks' output"); !made) {
            return made;
        }
    }
    return options.report.empty()
               ? support::Result<void>{}
               : prepare_directory(context.host.working_directory / options.report, "the report");
}

int not_started(const CommandContext& context, const support::Error& reason, ExitCode code) {
    context.console.print_error(fmt::format("tt-run: error: {}\n", reason.message()));
    return code;
}

/// How long a sound link of the job's chips needs for what each link carried.
void add_modelled_times(launcher::RunReport& report) {
    if (report.links.empty() || report.descriptors.empty()) {
        return;
    }
    support::DiagnosticSink told;
    const auto graph = topology::load_mesh_graph(
        support::make_source_text(report.descriptors.front().path, report.descriptors.front().text),
        topology::MgdProfile::library, told);
    if (!graph) {
        return;
    }
    const fabric::TimeModel model =
        fabric::time_model(graph->meshes.front().architecture, fabric::FabricConfig::mesh);
    report.model = fmt::format("{}: {} {} ({})", model.label, model.link_rate.value, model.link_rate.unit,
                               model.link_rate.source);
    for (launcher::ReportedLink& link : report.links) {
        // A byte takes 1 / (GB/s) nanoseconds.
        link.modelled_us = static_cast<double>(link.payload_bytes) / model.link_rate.value / 1000.0;
    }
}

/// `report.json`, `report.html` and what the ranks handed over; what cannot be written or read is a warning.
void write_report(const CommandContext& context, const launcher::LaunchPlan& plan,
                  const launcher::JobOutcome& outcome, const std::filesystem::path& directory) {
    launcher::RunReport report = launcher::build_run_report(plan, outcome);
    const auto warn = [&](const support::Result<void>& done) {
        if (!done) {
            context.console.print_error(fmt::format("tt-run: warning: {}\n", done.error().message()));
        }
    };
    for (const launcher::RankOutcome& rank : outcome.ranks) {
        if (!rank.report.empty()) {
            warn(support::write_file(directory / fmt::format("rank{}.json", rank.rank.value), rank.report));
            warn(launcher::add_rank_report(report, rank.rank, rank.report));
        }
    }
    add_modelled_times(report);
    warn(support::write_file(directory / "report.json", launcher::render_report_json(report)));
    warn(support::write_file(directory / "report.html", launcher::render_report_page(report)));
}

int run_under_supervision(const CommandContext& context, const LaunchOptions& options,
                          const launcher::LaunchPlan& plan) {
    const bool is_watched = context.console.errors_are_watched() && !options.no_status;
    launcher::SupervisorStreams streams{
        .input = context.console.standard_input(),
        .output = context.console.standard_output(),
        .error = context.console.standard_error(),
        .status = is_watched ? context.console.standard_error() : -1,
        .status_colour = context.console.colour(),
        .wants_phases = !options.report.empty(),
        .events = {},
    };
    launcher::OutputSink events;
    if (!options.events.empty()) {
        auto opened = open_events(context, options.events);
        if (!opened) {
            return not_started(context, opened.error(), kUsage);
        }
        events = *std::move(opened);
        streams.events = {&events, options.events_output};
    }
    if (const auto prepared = prepare_output(context, options, plan); !prepared) {
        return not_started(context, prepared.error(), kUsage);
    }
    const auto outcome = launcher::run_supervised(plan, context.host, streams);
    if (!outcome) {
        return not_started(context, outcome.error(), kNotStarted);
    }
    if (outcome->write_error != 0) {
        context.console.print_error(fmt::format("tt-run: warning: some of what ranks printed is lost: {}\n",
                                                support::Error::from_errno(outcome->write_error).message()));
    }
    context.console.print_error(launcher::render_failure(plan, *outcome));
    if (context.host.non_empty_variable("GITHUB_ACTIONS")) {
        context.console.print(launcher::render_github_annotation(plan, *outcome));
    }
    if (!options.report.empty()) {
        write_report(context, plan, *outcome, context.host.working_directory / options.report);
    }
    return outcome->exit_code();
}

}  // namespace

int start_job(const CommandContext& context, const LaunchOptions& options, const launcher::LaunchPlan& plan) {
    if (!plan.mpiexec.is_absolute()) {
        return not_started(
            context,
            support::Error(fmt::format("the plan's launcher, `{}`, is not on PATH", plan.mpiexec.string())),
            kNotStarted);
    }
    context.console.print_error(launcher::render_debugger_commands(plan));
    return plan.is_direct ? run_direct(context, plan) : run_under_supervision(context, options, plan);
}

}  // namespace tt_run::cli
