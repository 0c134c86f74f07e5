#include "launcher/allocation/allocation_helper.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "launcher/diagnostic_kinds.hpp"
#include "launcher/plan/mpi_launcher.hpp"
#include "launcher/plan/plan.hpp"
#include "launcher/plan/program_mpi.hpp"
#include "launcher/run/run_plan.hpp"

namespace tt_run::launcher {

using support::Diagnostic;
using support::DiagnosticSink;

namespace {

EnvironmentEntry variable(std::string name, std::string value) {
    return {{std::move(name), {}}, {std::move(value), {}}};
}

/// The helper's processes as a job of their own.
JobBindings job_of(const HelperRun& run) {
    JobBindings job;
    job.factory_system_descriptor = run.factory_system;
    const std::size_t processes = run.hosts.empty() ? run.mock.descriptors.size() : run.hosts.size();
    for (std::size_t k = 0; k < processes; ++k) {
        BoundRank process;
        process.rank = {static_cast<int>(k)};
        process.mesh_graph_descriptor = run.job.parts.front().path;
        process.env_overrides = {variable("TT_RUN_RANK", "0")};
        job.ranks.push_back(std::move(process));
    }
    std::size_t next = 0;
    for (const auto& [rank, descriptor] : run.mock.descriptors) {
        job.ranks[next++].mock_cluster_descriptor = descriptor.path;
    }
    return job;
}

PlanRequest request_of(const HelperRun& run) {
    PlanRequest request;
    request.direct = true;
    request.program = helper_command(run);
    // What the user says in --mpi-args is for the job, not for this.
    for (const std::string& host : run.hosts) {
        request.mpi.hosts.push_back({host, {}});
    }
    return request;
}

}  // namespace

std::vector<std::string> helper_command(const HelperRun& run) {
    return {run.program.string(),
            run.job.by_subcontext() ? "--mesh-graph-descriptor-mapping" : "--mesh-graph-descriptor",
            (run.job.by_subcontext() ? run.job.mapping_path : run.job.parts.front().path).string(),
            "--output-dir", run.output.string()};
}

bool run_helper(const HelperRun& run, const support::HostEnvironment& host, const support::Span& place,
                DiagnosticSink& sink) {
    const PlanRequest request = request_of(run);
    const auto launcher = find_mpi_launcher(host, "", detect_program_mpi(request.program, host));
    if (!launcher) {
        sink.report(Diagnostic(kHelperFailed, place, launcher.error().message()));
        return false;
    }
    const auto plan = build_plan(job_of(run), request, *launcher, host, sink);
    if (!plan) {
        return false;
    }
    const auto outcome = run_plan(*plan, host, STDERR_FILENO);
    if (!outcome) {
        sink.report(Diagnostic(kHelperFailed, place, outcome.error().message()));
        return false;
    }
    if (outcome->exit_code != 0) {
        sink.report(Diagnostic(kHelperFailed, place,
                               fmt::format("`{}` exited with {}", run.program.string(), outcome->exit_code))
                        .note("nothing was kept; what it printed stands above"));
        return false;
    }
    return true;
}

}  // namespace tt_run::launcher
