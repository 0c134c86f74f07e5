#include "cli/plan_launch.hpp"

#include <fmt/format.h>

#include "launcher/allocation/auto_allocation.hpp"
#include "launcher/bindings/mesh_coordinates.hpp"
#include "launcher/bindings/validate_job.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "launcher/plan/plan_json.hpp"
#include "support/file.hpp"

namespace tt_run::cli {

namespace {

std::optional<launcher::LaunchPlan> load_plan(const LaunchOptions& options,
                                              const support::HostEnvironment& host,
                                              support::DiagnosticSink& sink) {
    const auto text = support::read_file(host.working_directory / host.with_home(options.from_plan->value));
    auto plan = text ? launcher::parse_plan_json(*text, host) : std::unexpected(text.error());
    if (!plan) {
        sink.report(support::Diagnostic(
            launcher::kPlanUnusable, options.from_plan->span,
            fmt::format("`{}` cannot be run: {}", options.from_plan->value, plan.error().message())));
        return std::nullopt;
    }
    if (!plan->mpiexec.is_absolute()) {  // it was made where no MPI is installed
        plan->mpiexec = host.find_program(plan->mpiexec.string()).value_or(plan->mpiexec);
    }
    return *std::move(plan);
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

void check_only_rank(const LaunchOptions& options, const launcher::LaunchPlan& plan,
                     support::DiagnosticSink& sink) {
    const auto& rank = options.plan.supervision.output.only_rank;
    if (rank && static_cast<std::size_t>(rank->value) >= plan.ranks.size()) {
        sink.report(support::Diagnostic(launcher::kNoSuchRank, options.only_rank_place,
                                        fmt::format("there is no rank `{}`; the job has ranks 0 to {}",
                                                    rank->value, plan.ranks.size() - 1)));
    }
}

}  // namespace

PlannedLaunch plan_launch(const LaunchOptions& asked, const launcher::MpiLauncher& launcher,
                          const support::HostEnvironment& host, support::DiagnosticSink& sink) {
    PlannedLaunch planned;
    if (asked.from_plan) {
        planned.plan = load_plan(asked, host, sink);
        return planned;
    }
    LaunchOptions options = asked;
    if (options.allocation) {
        const auto allocation = launcher::allocate(*options.allocation, host, sink);
        if (!allocation) {
            return planned;
        }
        planned.allocated = allocation->told;
        planned.only_allocated = allocation->only_planned;
        if (allocation->only_planned) {
            return planned;
        }
        adopt(*allocation, options);
    }
    planned.job = launcher::load_job_bindings(options.bindings, host, sink);
    if (!planned.job) {
        return planned;
    }
    const auto hardware = launcher::find_known_hardware(*planned.job, options.validation, host, sink);
    launcher::resolve_mesh_coordinates(*planned.job, hardware.model ? &*hardware.model : nullptr, host, sink);
    planned.plan = launcher::build_plan(*planned.job, options.plan, launcher, host, sink);
    if (planned.plan && sink.errors() == 0) {
        planned.unchecked = launcher::validate_job(*planned.job, hosts_of(*planned.plan), hardware,
                                                   options.validation, host, sink);
    }
    if (planned.plan) {
        check_only_rank(options, *planned.plan, sink);
    }
    if (sink.errors() != 0) {
        planned.plan.reset();
    }
    return planned;
}

}  // namespace tt_run::cli
