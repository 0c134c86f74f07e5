#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/launch_help.hpp"
#include "cli/launch_options.hpp"
#include "cli/mixed_files.hpp"
#include "cli/plan_launch.hpp"
#include "cli/start_job.hpp"
#include "job/variable_names.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "launcher/plan/plan_json.hpp"
#include "launcher/plan/render_plan.hpp"
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

/// Nothing to write, or written.
bool write_plan(const CommandContext& context, const LaunchOptions& options,
                const launcher::LaunchPlan& plan) {
    if (options.plan_file.empty()) {
        return true;
    }
    const auto text = launcher::render_plan_json(plan);
    if (text && options.plan_file == "-") {
        context.console.print(*text);
        return true;
    }
    const auto written = text ? support::write_file(context.host.working_directory / options.plan_file, *text)
                              : std::unexpected(text.error());
    if (!written) {
        context.console.print_error(
            fmt::format("tt-run: error: no plan is kept: {}\n", written.error().message()));
    }
    return written.has_value();
}

/// A dry run prints the plan even where no MPI is installed to carry it out.
bool is_planned_without_mpi(const LaunchOptions& options) {
    return options.dry_run && !options.mpi && options.planned_mpi;
}

/// Everything that was found out while planning, for people.
void tell(const CommandContext& context, const LaunchOptions& options, const PlannedLaunch& planned,
          const support::DiagnosticSink& sink) {
    context.console.print(sink, options.verbose || options.dry_run);
    if (planned.only_allocated) {
        context.console.print(planned.allocated);
    } else if (options.verbose || options.dry_run) {
        context.console.print_error(planned.allocated);
    }
    if (!planned.unchecked.empty()) {
        context.console.print_error(fmt::format("tt-run: note: {}\n", planned.unchecked));
    }
    if (!options.from_plan && !options.mpi) {
        const std::string& why = options.mpi.error().message();
        context.console.print_error(
            is_planned_without_mpi(options)
                ? fmt::format("tt-run: note: the plan is for {}, which is not here: {}\n",
                              options.planned_mpi->version, why)
                : fmt::format("tt-run: error: {}\n", why));
    }
    if (options.verbose && planned.job) {
        print_whereabouts(context, *planned.job);
    }
    if (options.verbose && planned.plan) {
        context.console.print_error(launcher::render_plan(*planned.plan, context.host));
    }
}

}  // namespace

int run_launch(const CommandContext& context) {
    support::DiagnosticSink sink;
    const auto options = parse_launch_options(context.arguments, context.host, sink);
    if (!options) {
        context.console.print(sink, false);
        return kUsage;
    }
    if (options->help_wanted) {
        context.console.print(options->all_help_wanted ? render_all_launch_help() : render_launch_help());
        return kYes;
    }
    if (options->strict) {
        sink.treat_as_error(launcher::kUnknownKey);
    }
    const PlannedLaunch planned =
        plan_launch(*options, options->planned_mpi.value_or(launcher::MpiLauncher{}), context.host, sink);
    if (sink.errors() != 0) {
        report_mixed_files(*options, context.host, sink);
    }
    tell(context, *options, planned, sink);
    if (planned.only_allocated) {
        return kYes;
    }
    const bool is_good =
        planned.plan && (options->from_plan || options->mpi || is_planned_without_mpi(*options));
    if (!is_good || !write_plan(context, *options, *planned.plan)) {
        return kUsage;
    }
    if (options->dry_run) {
        if (options->plan_file != "-") {
            context.console.print(launcher::render_plan(*planned.plan, context.host));
        }
        return kYes;
    }
    return start_job(context, *options, *planned.plan);
}

}  // namespace tt_run::cli
