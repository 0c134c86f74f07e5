#include "cli/launch_options.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/diagnostic_kinds.hpp"
#include "cli/exit_code.hpp"
#include "cli/launch_words.hpp"
#include "job/variable_names.hpp"
#include "launcher/bindings/yaml_map.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "launcher/hosts/batch_hosts.hpp"
#include "launcher/hosts/host_names.hpp"
#include "launcher/plan/mpi_arguments.hpp"
#include "launcher/plan/program_mpi.hpp"
#include "support/text.hpp"
#include "topology/physical/synthetic_string.hpp"

namespace tt_run::cli {

using support::Diagnostic;
using support::DiagnosticSink;
using support::Spanned;

namespace {

constexpr CommandPage kLaunchPage{
    .name = "",
    .words = "[options] PROGRAM [args]",
    .brief = "start a program on several meshes of chips",
    .summary =
        "Starts one process per rank, each with the environment of its mesh, through the MPI that is "
        "installed.",
    .notes =
        "  PROGRAM  what every rank runs; options end here, and what stands behind it is never touched\n",
    .examples =
        "  tt-run --rank-binding configs/5-galaxy/rank_bindings.yaml ./my_program --steps 3\n"
        "  tt-run --emulate=wh-galaxy --rank-binding b.yaml ./my_program     # no hardware needed\n"
        "  tt-run -m mgd.textproto --hosts host-a,host-b ./my_program\n"
        "  tt-run --rank-binding b.yaml --dry-run ./my_program\n",
};

class OptionChecker {
  public:
    OptionChecker(const LaunchWords& raw, const ParsedArguments& parsed, const Arguments& arguments,
                  const support::HostEnvironment& host, DiagnosticSink& sink)
        : raw_(raw), parsed_(parsed), arguments_(arguments), host_(host), sink_(sink) {}

    LaunchOptions check() {
        LaunchOptions options;
        options.dry_run = raw_.dry_run;
        options.verbose = raw_.verbose;
        options.strict = raw_.strict;
        options.skip_executable_check = raw_.skip_executable_check;
        check_modes();
        check_hosts();
        options.allocation = allocation();
        options.validation = validation();
        options.bindings = bindings();
        options.plan.bare = raw_.bare;
        options.plan.tcp_interface = given("--tcp-interface", raw_.tcp_interface);
        options.plan.environment = environment();
        options.plan.environment.emulate = emulated();
        options.plan.tools = tools();
        read_supervision(raw_.supervision, parsed_, options.plan, sink_);
        options.from_plan = given("--from-plan", raw_.supervision.from_plan);
        options.plan_file = raw_.supervision.plan_file;
        options.events = raw_.supervision.events;
        options.report = raw_.supervision.report;
        if (!options.report.empty()) {
            options.plan.environment.report =
                (host_.working_directory / options.report).lexically_normal().string();
        }
        options.events_output = raw_.supervision.events_output;
        options.no_status = raw_.supervision.no_status;
        options.only_rank_place = parsed_.span_of("--only-rank");
        if (options.from_plan) {
            check_no_program();
            return options;
        }
        check_program(options);
        const auto program = program_mpi(options);
        options.mpi = launcher::find_mpi_launcher(host_, raw_.supervision.launcher, program);
        options.planned_mpi =
            options.mpi ? *options.mpi : launcher::expected_mpi_launcher(raw_.supervision.launcher, program);
        read_mpi_arguments(options);
        return options;
    }

  private:
    std::optional<Spanned<std::string>> given(const std::string& option, const std::string& value) const {
        return value.empty() ? std::nullopt
                             : std::optional(Spanned<std::string>{value, parsed_.span_of(option)});
    }

    /// The same words mean different things to different launchers.
    void read_mpi_arguments(LaunchOptions& options) {
        if (!raw_.mpi_args.empty()) {
            const auto text = support::make_source_text("<--mpi-args>", raw_.mpi_args);
            const auto family = options.planned_mpi ? launcher::family_of(options.planned_mpi->flavour)
                                                    : launcher::MpiFamily::mpich;
            options.plan.mpi =
                launcher::parse_mpi_arguments(text, family, sink_).value_or(launcher::MpiArguments{});
        }
        place_on_hosts(options.plan.mpi);
    }

    /// Exactly one of the five says which ranks there are.
    void check_modes() {
        const std::array<std::pair<const char*, const std::string*>, 5> modes{
            {{"--rank-binding", &raw_.rank_binding},
             {"--rank-bindings-mapping", &raw_.rank_bindings_mapping},
             {"--mesh-graph-descriptor", &raw_.mesh_graph_descriptor},
             {"--mesh-graph-descriptor-mapping", &raw_.mesh_graph_descriptor_mapping},
             {"--from-plan", &raw_.supervision.from_plan}}};
        const char* first = nullptr;
        for (const auto& [name, value] : modes) {
            if (value->empty()) {
                continue;
            }
            if (first != nullptr) {
                sink_.report(
                    Diagnostic(kOptionConflict, parsed_.span_of(name),
                               fmt::format("`{}` and `{}` both say which ranks there are; give one of them",
                                           first, name))
                        .also(parsed_.span_of(first), "the other"));
            }
            first = first == nullptr ? name : first;
        }
        if (first == nullptr) {
            sink_.report(Diagnostic(kNothingToRun, {}, "nothing says which ranks to start")
                             .help("give a binding file: `tt-run --rank-binding FILE PROGRAM`; `tt-run "
                                   "--help` says more"));
        }
        if (raw_.force_rediscovery && first != nullptr && std::string_view(first).starts_with("--rank-")) {
            sink_.report(
                Diagnostic(kOptionIgnored, parsed_.span_of("--force-rediscovery"),
                           "`--force-rediscovery` has no meaning with a binding file; it is ignored"));
        }
    }

    /// An unset variable of a script must not make all ranks run here.
    void check_hosts() {
        if (raw_.hosts.empty() && parsed_.given.contains("--hosts")) {
            sink_.report(
                Diagnostic(kBadOption, {}, "`--hosts` has an empty value and names no host")
                    .help("is a variable of the shell not set? `--hosts localhost` means this host"));
        }
    }

    static bool is_system_name(const std::string& word) {
        DiagnosticSink unsaid;
        const auto text = support::make_source_text("", word);
        return topology::parse_synthetic({text, 0, word.size()}, unsaid).has_value();
    }

    launcher::RankTools tools() {
        launcher::RankTools tools;
        tools.gdbserver = raw_.debug_gdbserver;
        if (tools.gdbserver && !raw_.skip_executable_check && !host_.find_program("gdbserver")) {
            sink_.report(Diagnostic(launcher::kProgramNotFound, parsed_.span_of("--debug-gdbserver"),
                                    "program not found: `gdbserver` is not on PATH")
                             .help("install it (package gdbserver), or, if it is only on the other hosts, "
                                   "add --skip-executable-check"));
        }
        if (parsed_.given.contains("--tracy")) {
            tools.tracy = launcher::parse_tracy({raw_.tracy, parsed_.span_of("--tracy")}, host_, sink_);
        }
        return tools;
    }

    bool is_auto() const {
        return !raw_.mesh_graph_descriptor.empty() || !raw_.mesh_graph_descriptor_mapping.empty();
    }

    std::vector<Spanned<std::string>> hosts() {
        if (raw_.hosts.empty()) {
            return {};
        }
        const support::Span span = parsed_.span_of("--hosts");
        auto names = launcher::parse_host_names({raw_.hosts, span}, sink_);
        if (is_auto() && !raw_.mock_cluster.empty()) {
            sink_.report(Diagnostic(kOptionConflict, span,
                                    "`--hosts` and `--mock-cluster-rank-binding` both say where the ranks "
                                    "run; give one of them"));
        }
        return names;
    }

    /// Those of the batch job that tt-run runs in, or else this one.
    std::vector<Spanned<std::string>> hosts_at_hand(const support::Span& place) {
        std::vector<Spanned<std::string>> names;
        if (const auto batch = launcher::find_batch_hosts(host_, sink_)) {
            for (const launcher::HostSlots& one : batch->hosts) {
                names.push_back({one.host.value, place});
            }
        } else {
            names.push_back({"localhost", place});
        }
        return names;
    }

    /// With a binding file `--hosts` is where its ranks go, unless --mpi-args says that already.
    void place_on_hosts(launcher::MpiArguments& mpi) {
        if (raw_.hosts.empty() || is_auto()) {
            return;
        }
        if (!mpi.hosts.empty() || mpi.hostfile) {
            sink_.report(Diagnostic(kOptionIgnored, parsed_.span_of("--hosts"),
                                    "`--hosts` gives way to the hosts in --mpi-args; it is ignored")
                             .also(mpi.hostfile ? mpi.hostfile->span : mpi.hosts.front().span, "these"));
            return;
        }
        mpi.hosts = hosts();
    }

    std::optional<launcher::AllocationRequest> allocation() {
        launcher::AllocationRequest request;
        if (!is_auto()) {
            return std::nullopt;
        }
        request.mesh_graph = given("--mesh-graph-descriptor", raw_.mesh_graph_descriptor);
        request.mesh_graph_mapping =
            given("--mesh-graph-descriptor-mapping", raw_.mesh_graph_descriptor_mapping);
        request.mock = given("--mock-cluster-rank-binding", raw_.mock_cluster);
        request.cluster = cluster();
        request.factory_system = given("--factory-system-descriptor", raw_.factory_system);
        request.helper = given("--phase1-helper", raw_.helper);
        request.force = raw_.force_rediscovery;
        request.dry_run = raw_.dry_run;
        request.made_to_measure = emulates() && !request.cluster && !request.mock;
        const bool needs_no_hosts = request.mock || request.cluster || request.made_to_measure;
        request.hosts =
            raw_.hosts.empty() && !needs_no_hosts && !request.helper
                ? hosts_at_hand((request.mesh_graph ? request.mesh_graph : request.mesh_graph_mapping)->span)
                : hosts();
        if (request.helper && raw_.hosts.empty() && !request.mock) {
            sink_.report(Diagnostic(kOptionConflict, request.helper->span,
                                    "a phase 1 helper looks at hosts, and none is named")
                             .help("add --hosts, or --mock-cluster-rank-binding"));
        }
        return request;
    }

    /// The runtime of emulated chips is MPICH's, whatever else a Python could import.
    std::optional<launcher::ProgramMpi> program_mpi(const LaunchOptions& options) const {
        if (emulates() || host_.non_empty_variable(job::kEmulateVariable)) {
            return launcher::ProgramMpi{launcher::MpiFamily::mpich, "emulated chips need MPICH"};
        }
        return launcher::detect_program_mpi(options.plan.program, host_);
    }

    bool emulates() const { return !raw_.emulate.empty(); }

    /// The hardware: that of --cluster, or of --emulate=X, which says both.
    std::optional<Spanned<std::string>> cluster() const {
        return emulates() && raw_.emulate != "1" ? given("--emulate", raw_.emulate)
                                                 : given("--cluster", raw_.cluster);
    }

    launcher::ValidationOptions validation() {
        if (!raw_.cluster.empty() && emulates() && raw_.emulate != "1" && raw_.emulate != raw_.cluster) {
            sink_.report(Diagnostic(kOptionConflict, parsed_.span_of("--emulate"),
                                    fmt::format("`--emulate={}` and `--cluster {}` name two machines",
                                                raw_.emulate, raw_.cluster))
                             .also(parsed_.span_of("--cluster"), "the other")
                             .help("give one of them; `--emulate` alone takes the one of --cluster"));
        }
        // Chips made to measure fit, whatever this host has.
        const bool is_made_to_measure = emulates() && !cluster() && raw_.mock_cluster.empty();
        return {cluster(), !raw_.no_validate && !is_made_to_measure, raw_.require_hardware};
    }

    /// What ranks are told of the machine that they are to emulate, if they are.
    std::optional<std::string> emulated() const {
        if (!emulates()) {
            return std::nullopt;
        }
        const auto machine = cluster();
        if (!machine) {
            return "1";
        }
        std::vector<std::string> pieces;  // ranks may work elsewhere, so files are named in full
        for (const std::string_view piece : support::split(machine->value, ',')) {
            std::error_code failure;
            const std::filesystem::path file = host_.working_directory / host_.with_home(piece);
            pieces.push_back(std::filesystem::exists(file, failure) ? file.lexically_normal().string()
                                                                    : std::string(piece));
        }
        return support::join(pieces, ",");
    }

    launcher::BindingSources bindings() const {
        launcher::BindingSources sources;
        sources.rank_binding = given("--rank-binding", raw_.rank_binding);
        sources.rank_bindings_mapping = given("--rank-bindings-mapping", raw_.rank_bindings_mapping);
        sources.mock_cluster_mapping = given("--mock-cluster-rank-binding", raw_.mock_cluster);
        sources.factory_system_descriptor = given("--factory-system-descriptor", raw_.factory_system);
        sources.skip_mgd_check = raw_.skip_mgd_check;
        return sources;
    }

    launcher::EnvironmentOptions environment() {
        launcher::EnvironmentOptions options;
        options.pass = raw_.pass;
        options.unset = raw_.unset;
        for (std::size_t k = 0; k < raw_.env.size(); ++k) {
            const std::string& word = raw_.env[k];
            const std::size_t equals = word.find('=');
            if (equals == std::string::npos || equals == 0) {
                sink_.report(Diagnostic(launcher::kBadAssignment, parsed_.value_spans.at("--env").at(k),
                                        fmt::format("`{}` sets no variable; --env takes NAME=VALUE", word))
                                 .help("to hand on the caller's value, use --pass"));
                continue;
            }
            options.set.emplace_back(word.substr(0, equals), word.substr(equals + 1));
        }
        return options;
    }

    void check_no_program() {
        if (parsed_.first_positional < arguments_.words().size()) {
            sink_.report(Diagnostic(kOptionConflict, arguments_.span(parsed_.first_positional),
                                    "the plan names the program; none may stand here")
                             .also(parsed_.span_of("--from-plan"), "the plan"));
        }
    }

    void check_program(LaunchOptions& options) {
        const std::vector<std::string>& words = arguments_.words();
        const std::size_t first = parsed_.first_positional;
        if (first >= words.size()) {
            sink_.report(Diagnostic(kNothingToRun, {}, "no program is named")
                             .help("put it behind the options: `tt-run --rank-binding FILE PROGRAM [ARGS]`"));
            return;
        }
        options.plan.program.assign(words.begin() + static_cast<std::ptrdiff_t>(first), words.end());
        if (!raw_.skip_executable_check && !host_.find_program(words[first])) {
            const bool has_slash = words[first].find('/') != std::string::npos;
            Diagnostic missing(launcher::kProgramNotFound, arguments_.span(first),
                               fmt::format("program not found: `{}` is no executable file{}", words[first],
                                           has_slash ? "" : " on PATH"));
            if (raw_.emulate == "1" && is_system_name(words[first])) {
                missing.help(fmt::format("did you mean `--emulate={}`? Its value is joined to it by `=`",
                                         words[first]));
            } else {
                missing.help("if it is only on the other hosts, add --skip-executable-check");
            }
            sink_.report(std::move(missing));
        }
    }

    const LaunchWords& raw_;
    const ParsedArguments& parsed_;
    const Arguments& arguments_;
    const support::HostEnvironment& host_;
    DiagnosticSink& sink_;
};

}  // namespace

std::optional<LaunchOptions> parse_launch_options(const Arguments& arguments,
                                                  const support::HostEnvironment& host,
                                                  DiagnosticSink& sink) {
    CLI::App app;
    LaunchWords raw;
    define_launch(app, raw);
    const support::ErrorWatch watch(sink);
    const auto parsed = parse_arguments(app, arguments, 1, sink);
    if (!parsed) {
        return std::nullopt;
    }
    if (parsed->help_wanted) {
        LaunchOptions options;
        options.help_wanted = true;
        options.all_help_wanted = parsed->all_help_wanted;
        return options;
    }
    LaunchOptions options = OptionChecker(raw, *parsed, arguments, host, sink).check();
    return watch.saw_error() ? std::nullopt : std::optional(std::move(options));
}

void describe_launch(const PageVisitor& visit) {
    CLI::App app;
    LaunchWords words;
    define_launch(app, words);
    visit(kLaunchPage, app);
}

}  // namespace tt_run::cli
