#include "cli/start_job.hpp"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>

#include "cli/exit_code.hpp"
#include "launcher/failure_report.hpp"
#include "launcher/job_report.hpp"
#include "launcher/output_sink.hpp"
#include "launcher/render_plan.hpp"
#include "launcher/run_plan.hpp"
#include "launcher/supervisor.hpp"
#include "support/file.hpp"

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
            "above\n");
    }
    return outcome->exit_code;
}

/// The file, or standard output for `-`.
support::Result<launcher::OutputSink> open_events(const CommandContext& context, const std::string& written) {
    if (written == "-") {
        return launcher::OutputSink::borrow(context.console.standard_output());
    }
    const std::filesystem::path path = context.host.working_directory / written;
    job::Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (!file) {
        return std::unexpected(support::Error::from_errno(errno).while_doing("writing `" + written + "`"));
    }
    return launcher::OutputSink::own(std::move(file));
}

int not_started(const CommandContext& context, const support::Error& reason) {
    context.console.print_error(fmt::format("tt-run: error: {}\n", reason.message()));
    return kNotStarted;
}

int run_under_supervision(const CommandContext& context, const LaunchOptions& options,
                          const launcher::LaunchPlan& plan) {
    launcher::SupervisorStreams streams{context.console.standard_input(),
                                        context.console.standard_output(),
                                        context.console.standard_error(),
                                        {}};
    launcher::OutputSink events;
    if (!options.events.empty()) {
        auto opened = open_events(context, options.events);
        if (!opened) {
            return not_started(context, opened.error());
        }
        events = *std::move(opened);
        streams.events = {&events, options.events_output};
    }
    const auto outcome = launcher::run_supervised(plan, context.host, streams);
    if (!outcome) {
        return not_started(context, outcome.error());
    }
    context.console.print_error(launcher::render_failure(plan, *outcome));
    if (context.host.non_empty_variable("GITHUB_ACTIONS")) {
        context.console.print(launcher::render_github_annotation(plan, *outcome));
    }
    if (!options.report.empty()) {
        const auto write = [&](const std::string& name, const std::string& text) {
            const auto written =
                support::write_file(context.host.working_directory / options.report / name, text);
            if (!written) {
                context.console.print_error(fmt::format("tt-run: warning: {}\n", written.error().message()));
            }
        };
        write("report.json", launcher::render_report_json(plan, *outcome));
        for (const launcher::RankOutcome& rank : outcome->ranks) {
            if (!rank.report.empty()) {
                write(fmt::format("rank{}.json", rank.rank.value), rank.report);
            }
        }
    }
    return outcome->exit_code();
}

}  // namespace

int start_job(const CommandContext& context, const LaunchOptions& options, const launcher::LaunchPlan& plan) {
    context.console.print_error(launcher::render_debugger_commands(plan));
    return plan.is_direct ? run_direct(context, plan) : run_under_supervision(context, options, plan);
}

}  // namespace tt_run::cli
