#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/launch_options.hpp"
#include "job/variable_names.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "launcher/failure_report.hpp"
#include "launcher/job_bindings.hpp"
#include "launcher/job_report.hpp"
#include "launcher/output_sink.hpp"
#include "launcher/plan.hpp"
#include "launcher/plan_json.hpp"
#include "launcher/render_plan.hpp"
#include "launcher/run_plan.hpp"
#include "launcher/supervisor.hpp"
#include "support/file.hpp"

namespace tt_run::cli {

namespace {

void print_whereabouts(const CommandContext& context, const launcher::JobBindings& job) {
    const support::HostEnvironment& host = context.host;
    context.console.print_error(
        fmt::format("tt-run: launch directory {}\n", host.working_directory.string()));
    context.console.print_error(fmt::format("tt-run: TT_METAL_HOME {}\n",
                                            host.variable(job::kMetalHomeVariable).value_or("is not set")));
    std::filesystem::path last;
    for (const launcher::BoundRank& rank : job.ranks) {
        if (rank.mesh_graph_descriptor != last) {
            last = rank.mesh_graph_descriptor;
            context.console.print_error(fmt::format("tt-run: Mesh Graph Descriptor {} (from rank {})\n",
                                                    last.string(), rank.rank.value));
        }
    }
    for (const std::string& name : launcher::look_alikes(host)) {
        context.console.print_error(
            fmt::format("tt-run: {} is set but not handed to ranks; --pass {} would\n", name, name));
    }
}

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
    launcher::SupervisorStreams streams{context.console.standard_input(), context.console.standard_output(),
                                        context.console.standard_error()};
    launcher::OutputSink events;
    if (!options.events.empty()) {
        auto opened = open_events(context, options.events);
        if (!opened) {
            return not_started(context, opened.error());
        }
        events = *std::move(opened);
        streams.events = &events;
        streams.output_events = options.events_output;
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
        const auto written =
            support::write_file(context.host.working_directory / options.report / "report.json",
                                launcher::render_report_json(plan, *outcome));
        if (!written) {
            context.console.print_error(fmt::format("tt-run: warning: {}\n", written.error().message()));
        }
    }
    return outcome->exit_code();
}

std::optional<launcher::LaunchPlan> load_plan(const CommandContext& context, const LaunchOptions& options,
                                              support::DiagnosticSink& sink) {
    const auto text =
        support::read_file(context.host.working_directory / context.host.with_home(options.from_plan->value));
    auto plan = text ? launcher::parse_plan_json(*text, launcher::find_agent(context.host))
                     : std::unexpected(text.error());
    if (!plan) {
        sink.report(support::Diagnostic(
            launcher::kPlanUnusable, options.from_plan->span,
            fmt::format("`{}` cannot be run: {}", options.from_plan->value, plan.error().message())));
        return std::nullopt;
    }
    return *std::move(plan);
}

std::optional<launcher::LaunchPlan> make_plan(const CommandContext& context, const LaunchOptions& options,
                                              support::DiagnosticSink& sink) {
    if (options.from_plan) {
        return load_plan(context, options, sink);
    }
    const auto job = launcher::load_job_bindings(options.bindings, context.host, sink);
    if (job && options.verbose) {
        print_whereabouts(context, *job);
    }
    return job && options.mpi ? launcher::build_plan(*job, options.plan, *options.mpi, context.host, sink)
                              : std::nullopt;
}

/// Nothing to write, or written.
bool write_plan(const CommandContext& context, const LaunchOptions& options,
                const launcher::LaunchPlan& plan) {
    if (options.plan_file.empty()) {
        return true;
    }
    const auto text = launcher::render_plan_json(plan);
    const auto written = text ? support::write_file(context.host.working_directory / options.plan_file, *text)
                              : std::unexpected(text.error());
    if (!written) {
        context.console.print_error(fmt::format("tt-run: error: writing the plan `{}`: {}\n",
                                                options.plan_file, written.error().message()));
    }
    return written.has_value();
}

}  // namespace

int run_launch(const CommandContext& context) {
    support::DiagnosticSink sink;
    const auto options = parse_launch_options(context.arguments, context.host, sink);
    if (options && options->help_wanted) {
        context.console.print(launch_help());
        return kYes;
    }
    if (options && options->strict) {
        sink.treat_as_error(launcher::kUnknownKey);
    }
    const auto plan = options ? make_plan(context, *options, sink) : std::nullopt;
    context.console.print(sink, options && (options->verbose || options->dry_run));
    if (options && !options->from_plan && !options->mpi) {
        context.console.print_error(fmt::format("tt-run: error: {}\n", options->mpi.error().message()));
    }
    if (!plan || !write_plan(context, *options, *plan)) {
        return kUsage;
    }
    if (options->verbose) {
        context.console.print_error(launcher::render_plan(*plan, context.host));
    }
    if (options->dry_run) {
        context.console.print(launcher::render_plan(*plan, context.host));
        return kYes;
    }
    return plan->is_direct ? run_direct(context, *plan) : run_under_supervision(context, *options, *plan);
}

}  // namespace tt_run::cli
