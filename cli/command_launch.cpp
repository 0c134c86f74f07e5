#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/launch_options.hpp"
#include "job/variable_names.hpp"
#include "launcher/auto_allocation.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "launcher/job_bindings.hpp"
#include "launcher/mesh_coordinates.hpp"
#include "launcher/mpi_launcher.hpp"
#include "launcher/plan.hpp"
#include "launcher/render_plan.hpp"
#include "launcher/run_plan.hpp"
#include "launcher/validate_job.hpp"

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

std::vector<std::string> hosts_of(const launcher::LaunchPlan& plan) {
    std::vector<std::string> hosts;
    for (const launcher::PlannedRank& rank : plan.ranks) {
        hosts.push_back(rank.place.host);
    }
    return hosts;
}

/// Puts what phase 1 worked out where the user would have named files.
void adopt(const launcher::Allocation& allocation, LaunchOptions& options) {
    options.bindings = allocation.bindings;
    options.plan.mpi.rankfile = allocation.rankfile;
    options.validation.validate = options.validation.validate && !allocation.proved;
}

/// Phase 1: works out the bindings that the rest of the launch takes. An exit code if there is nothing left
/// to do.
std::optional<int> allocate(const CommandContext& context, LaunchOptions& options,
                            support::DiagnosticSink& sink) {
    const auto allocation = launcher::allocate(*options.allocation, context.host, sink);
    if (!allocation || allocation->only_planned) {
        context.console.print(sink, true);
        context.console.print(allocation ? allocation->told : "");
        return allocation ? kYes : kUsage;
    }
    if (options.verbose || options.dry_run) {
        context.console.print_error(allocation->told);
    }
    adopt(*allocation, options);
    return std::nullopt;
}

}  // namespace

int run_launch(const CommandContext& context) {
    support::DiagnosticSink sink;
    auto options = parse_launch_options(context.arguments, context.host, sink);
    if (options && options->help_wanted) {
        context.console.print(launch_help());
        return kYes;
    }
    if (options && options->strict) {
        sink.treat_as_error(launcher::kUnknownKey);
    }
    if (options && options->allocation) {
        if (const auto done = allocate(context, *options, sink)) {
            return *done;
        }
    }
    auto job = options ? launcher::load_job_bindings(options->bindings, context.host, sink) : std::nullopt;
    const auto hardware = job ? launcher::find_known_hardware(*job, options->validation, context.host, sink)
                              : launcher::KnownHardware{};
    if (job) {
        launcher::resolve_mesh_coordinates(*job, hardware.model ? &*hardware.model : nullptr, context.host,
                                           sink);
    }
    const auto mpi = launcher::find_mpi_launcher(context.host);
    const auto plan =
        job && mpi ? launcher::build_plan(*job, options->plan, *mpi, context.host, sink) : std::nullopt;
    const std::string unchecked =
        plan && sink.errors() == 0
            ? launcher::validate_job(*job, hosts_of(*plan), hardware, options->validation, context.host, sink)
            : "";

    context.console.print(sink, options && (options->verbose || options->dry_run));
    if (!unchecked.empty()) {
        context.console.print_error(fmt::format("tt-run: note: {}\n", unchecked));
    }
    if (!mpi) {
        context.console.print_error(fmt::format("tt-run: error: {}\n", mpi.error().message()));
    }
    if (!plan || sink.errors() != 0) {
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
    const auto outcome = launcher::run_plan(*plan, context.host, context.console.standard_output());
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

}  // namespace tt_run::cli
