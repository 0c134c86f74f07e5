#include "launcher/plan.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "launcher/diagnostic_kinds.hpp"
#include "launcher/mpi_launcher.hpp"
#include "support/text.hpp"

namespace tt_run::launcher {

namespace fs = std::filesystem;
using support::Diagnostic;
using support::DiagnosticSink;

namespace {

std::vector<std::string> local_interfaces(const support::HostEnvironment& host) {
    std::vector<std::string> names;
    std::error_code failure;
    for (const auto& entry : fs::directory_iterator(host.file_system_root / "sys/class/net", failure)) {
        names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

/// --tcp-interface against the same wish in --mpi-args, which wins.
std::optional<support::Spanned<std::string>> choose_interface(const PlanRequest& request,
                                                              const support::HostEnvironment& host,
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
    if (!request.tcp_interface || request.bare) {
        return std::nullopt;
    }
    const std::vector<std::string> known = local_interfaces(host);
    if (std::find(known.begin(), known.end(), request.tcp_interface->value) == known.end()) {
        sink.report(Diagnostic(kUnknownInterface, request.tcp_interface->span,
                               fmt::format("this host has no network interface `{}`; the others may",
                                           request.tcp_interface->value))
                        .note("it has " + support::join(known, ", ")));
    }
    return request.tcp_interface;
}

class FlagChooser {
  public:
    FlagChooser(const PlanRequest& request, const support::HostEnvironment& host, LaunchPlan& plan)
        : request_(request), host_(host), plan_(plan) {}

    void choose(const std::optional<support::Spanned<std::string>>& interface) {
        choose_launcher();
        add({"-hosts", host_list()}, "one entry per rank or run of ranks, in rank order");
        const MpiArguments& mpi = request_.mpi;
        if (interface) {
            add({"-iface", interface->value}, fmt::format("network interface `{}`", interface->value));
        }
        if (mpi.binding) {
            add({"-bind-to", mpi.binding->value}, "asked for; by default nothing is pinned");
        }
        if (mpi.tag_output) {
            add({"-prepend-pattern", "[1,%r]<stdout>: "}, "--tag-output, in Open MPI's form", Form::direct);
        }
        if (mpi.output_directory) {
            choose_output_files(fs::path(mpi.output_directory->value));
        }
        if (mpi.keep_going) {
            add({"-disable-auto-cleanup"}, "asked for: a rank's end does not end the others", Form::direct);
        }
        if (!mpi.passed_through.empty()) {
            add(mpi.passed_through, "passed through from --mpi-args");
        }
        add({"-print-all-exitcodes"}, "so that the exit code is a rank's, not all of them or-ed",
            Form::direct);
    }

  private:
    using Form = LauncherFlag::Form;

    void add(std::vector<std::string> words, std::string reason, Form form = Form::both) {
        plan_.flags.push_back({std::move(words), std::move(reason), form});
    }

    void choose_launcher() {
        const bool all_here =
            std::all_of(plan_.ranks.begin(), plan_.ranks.end(),
                        [&](const PlannedRank& rank) { return rank.place.host == host_.hostname; });
        if (request_.mpi.launcher) {
            add({"-launcher", request_.mpi.launcher->value}, "asked for in --mpi-args");
        } else if (all_here) {
            add({"-launcher", "fork"}, "all ranks run on this host");
        } else {
            add({"-launcher", "ssh"}, "some ranks run on other hosts");
        }
    }

    /// `a:2,b:1,a:1`: Hydra keeps repeats, so this places rank by rank without a rankfile.
    std::string host_list() const {
        std::string list;
        for (std::size_t first = 0, next = 0; first < plan_.ranks.size(); first = next) {
            const std::string& host = plan_.ranks[first].place.host;
            while (next < plan_.ranks.size() && plan_.ranks[next].place.host == host) {
                ++next;
            }
            list += fmt::format("{}{}:{}", list.empty() ? "" : ",", host, next - first);
        }
        return list;
    }

    /// Open MPI's layout, DIR/1/rank.N/stdout, except that N is not padded with zeros.
    void choose_output_files(const fs::path& written) {
        const fs::path job = (host_.working_directory / written / "1").lexically_normal();
        for (const PlannedRank& rank : plan_.ranks) {
            plan_.directories.push_back(job / fmt::format("rank.{}", rank.rank.value));
        }
        add({"-outfile-pattern", (job / "rank.%r" / "stdout").string()}, "--output-filename", Form::direct);
        add({"-errfile-pattern", (job / "rank.%r" / "stderr").string()}, "--output-filename", Form::direct);
    }

    const PlanRequest& request_;
    const support::HostEnvironment& host_;
    LaunchPlan& plan_;
};

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
        plan.agent = find_agent(host);
    }
    choose_log_files(request, host, plan);
}

}  // namespace

std::filesystem::path find_agent(const support::HostEnvironment& host) {
    return host.executable.parent_path() / "tt-run-agent";
}

std::optional<LaunchPlan> build_plan(const JobBindings& job, const PlanRequest& request,
                                     const MpiLauncher& launcher, const support::HostEnvironment& host,
                                     DiagnosticSink& sink) {
    const auto placement = place_ranks(job, request.mpi, host, sink);
    if (!placement) {
        return std::nullopt;
    }
    const auto interface = choose_interface(request, host, sink);
    EnvironmentOptions environment = request.environment;
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
    plan.placement_reason = placement->reason;
    plan.interface = interface ? interface->value : "";
    for (const BoundRank& rank : job.ranks) {
        const RankPlace& place = placement->places[static_cast<std::size_t>(rank.rank.value)];
        plan.ranks.push_back({rank.rank, rank.mesh_id, rank.mesh_host_rank, place,
                              build_rank_environment(rank, job, place, environment, host)});
    }
    FlagChooser(request, host, plan).choose(interface);
    choose_supervision(request, host, plan);
    return plan;
}

}  // namespace tt_run::launcher
