#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/launch_options.hpp"
#include "job/variable_names.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "launcher/failure_report.hpp"
#include "launcher/job_bindings.hpp"
#include "launcher/plan.hpp"
#include "launcher/render_plan.hpp"
#include "launcher/run_plan.hpp"
#include "launcher/supervisor.hpp"

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

int run_under_supervision(const CommandContext& context, const launcher::LaunchPlan& plan) {
    const launcher::SupervisorStreams streams{context.console.standard_input(),
                                              context.console.standard_output(),
                                              context.console.standard_error()};
    const auto outcome = launcher::run_supervised(plan, context.host, streams);
    if (!outcome) {
        context.console.print_error(fmt::format("tt-run: error: {}\n", outcome.error().message()));
        return kNotStarted;
    }
    context.console.print_error(launcher::render_failure(plan, *outcome));
    return outcome->exit_code();
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
    const auto job =
        options ? launcher::load_job_bindings(options->bindings, context.host, sink) : std::nullopt;
    const auto plan = job && options->mpi
                          ? launcher::build_plan(*job, options->plan, *options->mpi, context.host, sink)
                          : std::nullopt;

    context.console.print(sink, options && (options->verbose || options->dry_run));
    if (options && !options->mpi) {
        context.console.print_error(fmt::format("tt-run: error: {}\n", options->mpi.error().message()));
    }
    if (!plan) {
        return kUsage;
    }
    if (options->verbose) {
        print_whereabouts(context, *job);
        context.console.print_error(launcher::render_plan(*plan, context.host));
    }
    if (options->dry_run) {
        context.console.print(launcher::render_plan(*plan, context.host));
        return kYes;
    }
    return plan->is_direct ? run_direct(context, *plan) : run_under_supervision(context, *plan);
}

}  // namespace tt_run::cli
