#include "launcher/plan/plan.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "job/variable_names.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "launcher/hosts/network_interfaces.hpp"
#include "launcher/plan/launcher_flags.hpp"
#include "launcher/plan/python_module.hpp"
#include "support/text.hpp"
#include "support/unwritable.hpp"

namespace tt_run::launcher {

namespace fs = std::filesystem;
using support::Diagnostic;
using support::DiagnosticSink;

namespace {

/// --tcp-interface against the same wish in --mpi-args, which wins.
std::optional<support::Spanned<std::string>> asked_interface(const PlanRequest& request,
                                                             DiagnosticSink& sink) {
    if (request.mpi.interface) {
        if (request.tcp_interface && request.tcp_interface->value != request.mpi.interface->value) {
            sink.report(Diagnostic(kInterfaceConflict, request.tcp_interface->span,
                                   fmt::format("--tcp-interface `{}` gives way to `{}` in --mpi-args",
                                               request.tcp_interface->value, request.mpi.interface->value))
                            .also(request.mpi.interface->span, "this one is used"));
        }
        return request.mpi.interface;
    }
    return request.bare ? std::nullopt : request.tcp_interface;
}

/// The one to use. Hydra and UCX fail for one that is not there; between ranks of one host there is no need.
std::optional<support::Spanned<std::string>> choose_interface(const PlanRequest& request,
                                                              const std::vector<RankPlace>& places,
                                                              const support::HostEnvironment& host,
                                                              DiagnosticSink& sink) {
    auto asked = asked_interface(request, sink);
    if (!asked || has_network_interface(host, asked->value)) {
        return asked;
    }
    const bool all_here = std::all_of(places.begin(), places.end(),
                                      [&](const RankPlace& place) { return place.host == host.hostname; });
    sink.report(
        Diagnostic(kUnknownInterface, asked->span,
                   fmt::format("this host has no network interface `{}`; {}", asked->value,
                               all_here ? "all ranks run here, so that none is needed" : "the others may"))
            .note("it has " + support::join(network_interfaces(host), ", ")));
    return all_here ? std::nullopt : asked;
}

/// Supervised, a rank's files are the supervisor's to write: Open MPI's layout for its own option, ours for
/// --log-dir.
void choose_log_files(const PlanRequest& request, const support::HostEnvironment& host, LaunchPlan& plan) {
    OutputOptions& output = plan.supervision.output;
    for (const PlannedRank& rank : plan.ranks) {
        const std::string name = fmt::format("rank.{}", rank.rank.value);
        if (request.log_directory) {
            const fs::path directory = (host.working_directory / *request.log_directory).lexically_normal();
            output.output_files.push_back(directory / (name + ".stdout"));
            output.error_files.push_back(directory / (name + ".stderr"));
        } else if (request.mpi.output_directory) {
            const fs::path job =
                (host.working_directory / request.mpi.output_directory->value / "1").lexically_normal();
            output.output_files.push_back(job / name / "stdout");
            output.error_files.push_back(job / name / "stderr");
        }
    }
}

void choose_supervision(const PlanRequest& request, const support::HostEnvironment& host, LaunchPlan& plan) {
    plan.is_direct = request.direct;
    plan.supervision = request.supervision;
    if (request.mpi.tag_output && plan.supervision.output.tag == Tag::none) {
        plan.supervision.output.tag = Tag::open_mpi;
    }
    if (request.mpi.keep_going) {
        plan.supervision.on_failure = OnFailure::carry_on;
    }
    if (!plan.is_direct) {
        plan.agent = agent_words(plan, host);
    }
    choose_log_files(request, host, plan);
}

/// Puts the tools around the rank's program.
void choose_tools(const RankTools& tools, const support::HostEnvironment& host, LaunchPlan& plan) {
    if (!tools.gdbserver && !tools.tracy) {
        return;
    }
    for (PlannedRank& rank : plan.ranks) {
        rank.program = program_under_tools(tools, rank.rank, plan.program, host);
        if (tools.tracy) {
            const fs::path directory = tracy_directory(*tools.tracy, rank.rank);
            rank.environment[job::kProfilerDirectoryVariable] = {directory.string(), "--tracy"};
            plan.directories.push_back(directory);
        }
    }
}

}  // namespace

const std::vector<std::string>& program_of(const PlannedRank& rank, const LaunchPlan& plan) {
    return rank.program.empty() ? plan.program : rank.program;
}

support::Result<void> make_directories(const LaunchPlan& plan) {
    for (const fs::path& directory : plan.directories) {
        std::error_code failure;
        fs::create_directories(directory, failure);
        if (failure) {
            return std::unexpected(
                support::why_unwritable(directory, failure.value())
                    .while_doing(fmt::format("making the directory `{}`", directory.string())));
        }
    }
    return {};
}

bool all_ranks_here(const LaunchPlan& plan, const support::HostEnvironment& host) {
    return std::all_of(plan.ranks.begin(), plan.ranks.end(),
                       [&](const PlannedRank& rank) { return rank.place.host == host.hostname; });
}

std::filesystem::path find_agent(const support::HostEnvironment& host) {
    return host.executable.parent_path() / "tt-run-agent";
}

std::vector<std::string> agent_words(const LaunchPlan& plan, const support::HostEnvironment& host) {
    return all_ranks_here(plan, host) ? std::vector{find_agent(host).string()}
                                      : std::vector<std::string>{host.executable.string(), "agent"};
}

std::optional<LaunchPlan> build_plan(const JobBindings& job, const PlanRequest& request,
                                     const MpiLauncher& launcher, const support::HostEnvironment& host,
                                     DiagnosticSink& sink) {
    const auto placement = place_ranks(job, request.mpi, host, sink);
    if (!placement) {
        return std::nullopt;
    }
    const auto interface = choose_interface(request, placement->places, host, sink);
    EnvironmentOptions environment = request.environment;
    if (environment.emulate || host.non_empty_variable(job::kEmulateVariable)) {
        environment.python_module = find_python_module(host);
    }
    if (interface) {
        environment.interface = interface->value;
    }
    for (const ExportedVariable& variable : request.mpi.exports) {
        const auto of_caller = host.variable(variable.name.value);
        if (variable.value) {
            environment.set.emplace_back(variable.name.value, *variable.value);
        } else if (of_caller) {
            environment.set.emplace_back(variable.name.value, *of_caller);
        }
    }

    LaunchPlan plan;
    plan.program = request.program;
    plan.working_directory = host.working_directory;
    if (request.mpi.working_directory) {
        plan.working_directory =
            (host.working_directory / request.mpi.working_directory->value).lexically_normal();
    }
    plan.mpiexec = launcher.path;
    plan.mpi_version = launcher.version;
    plan.flavour = launcher.flavour;
    plan.launcher_reason = launcher.reason;
    plan.placement_reason = placement->reason;
    plan.batch = placement->batch;
    plan.interface = interface ? interface->value : "";
    for (const BoundRank& rank : job.ranks) {
        const RankPlace& place = placement->places[static_cast<std::size_t>(rank.rank.value)];
        plan.ranks.push_back({rank.rank,
                              rank.mesh_id,
                              rank.mesh_host_rank,
                              place,
                              build_rank_environment(rank, job, place, environment, host),
                              {}});
    }
    choose_tools(request.tools, host, plan);
    choose_supervision(request, host, plan);
    choose_launcher_flags(request, host, plan);
    return plan;
}

}  // namespace tt_run::launcher
