#include "cli/launch_options.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/diagnostic_kinds.hpp"
#include "cli/exit_code.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "launcher/host_names.hpp"
#include "launcher/mpi_arguments.hpp"
#include "launcher/yaml_map.hpp"
#include "support/text.hpp"

namespace tt_run::cli {

using support::Diagnostic;
using support::DiagnosticSink;
using support::Spanned;

namespace {

/// The options as CLI11 fills them in.
struct RawOptions {
    std::string rank_binding;
    std::string rank_bindings_mapping;
    std::string mesh_graph_descriptor;
    std::string mesh_graph_descriptor_mapping;
    std::string hosts;
    std::string mock_cluster;
    std::string cluster;
    std::string helper;
    std::string factory_system;
    std::string mpi_args;
    std::string tcp_interface;
    std::string rankfile_syntax = "auto";
    std::string tracy;
    std::vector<std::string> env;
    std::vector<std::string> pass;
    std::vector<std::string> unset;
    bool dry_run = false;
    bool verbose = false;
    bool strict = false;
    bool bare = false;
    bool skip_executable_check = false;
    bool skip_mgd_check = false;
    bool force_rediscovery = false;
    bool no_validate = false;
    bool require_hardware = false;
    bool debug_gdbserver = false;
};

void define(CLI::App& app, RawOptions& raw) {
    const auto last = CLI::MultiOptionPolicy::TakeLast;
    const char* which = "Which ranks";
    app.add_option("--rank-binding", raw.rank_binding, "rank-binding YAML: which rank owns which mesh")
        ->type_name("FILE")
        ->group(which)
        ->multi_option_policy(last);
    app.add_option("--rank-bindings-mapping", raw.rank_bindings_mapping,
                   "YAML of sub-context id -> rank-binding file, merged into one job")
        ->type_name("FILE")
        ->group(which)
        ->multi_option_policy(last);
    app.add_option("-m,--mesh-graph-descriptor", raw.mesh_graph_descriptor,
                   "work the bindings out from this MGD")
        ->type_name("FILE")
        ->group(which)
        ->multi_option_policy(last);
    app.add_option("-M,--mesh-graph-descriptor-mapping", raw.mesh_graph_descriptor_mapping,
                   "the same for several MGDs, by sub-context")
        ->type_name("FILE")
        ->group(which)
        ->multi_option_policy(last);
    app.add_option("--hosts", raw.hosts, "hosts to work the bindings out for")
        ->type_name("A,B,...")
        ->group(which)
        ->multi_option_policy(last);
    app.add_option("--mock-cluster-rank-binding", raw.mock_cluster,
                   "YAML of rank -> cluster descriptor that stands in for its chips")
        ->type_name("FILE")
        ->group(which)
        ->multi_option_policy(last);
    app.add_option("--cluster", raw.cluster, "the hardware, to work out or check the bindings on")
        ->type_name("X")
        ->group(which)
        ->multi_option_policy(last);
    app.add_option("--phase1-helper", raw.helper,
                   "let this program (tt-metal's generate_rank_bindings) work the bindings out")
        ->type_name("PATH")
        ->group(which)
        ->multi_option_policy(last);
    app.add_option("--factory-system-descriptor", raw.factory_system, "expected wiring, handed to all ranks")
        ->type_name("FILE")
        ->group(which)
        ->multi_option_policy(last);

    const char* how = "How they start";
    app.add_option("--mpi-args", raw.mpi_args,
                   "words for the MPI launcher, Open MPI's or MPICH's, quoted as for a shell")
        ->type_name("'WORDS'")
        ->group(how)
        ->multi_option_policy(last);
    app.add_option("--tcp-interface", raw.tcp_interface, "network interface for MPI")
        ->type_name("NIC")
        ->group(how)
        ->multi_option_policy(last);
    app.add_option("--rankfile-syntax", raw.rankfile_syntax,
                   "accepted for the existing scripts: every spelling is understood")
        ->type_name("KIND")
        ->group(how)
        ->multi_option_policy(last)
        ->check(CLI::IsMember({"auto", "rankfile", "map-by", "mca"}));
    app.add_flag("--bare", raw.bare, "leave out tt-run's own choice of network")->group(how);
    app.add_flag("--dry-run", raw.dry_run, "print the plan, and a command to paste, and start nothing")
        ->group(how);
    app.add_flag("-v,--verbose", raw.verbose, "say which files were found and what is run")->group(how);

    const char* environment = "Their environment";
    app.add_option("--env", raw.env, "set a variable for every rank; wins over the binding file")
        ->type_name("NAME=VALUE")
        ->group(environment)
        ->allow_extra_args(false);
    app.add_option("--pass", raw.pass, "hand the caller's variables of such names to every rank")
        ->type_name("GLOB")
        ->group(environment)
        ->allow_extra_args(false);
    app.add_option("--unset", raw.unset, "take a variable from every rank; wins over everything")
        ->type_name("NAME")
        ->group(environment)
        ->allow_extra_args(false);

    const char* checks = "Checks";
    app.add_flag("--strict", raw.strict, "unknown keys in a binding file are errors")->group(checks);
    app.add_flag("--skip-executable-check", raw.skip_executable_check, "PROGRAM need not be here")
        ->group(checks);
    app.add_flag("--skip-mgd-check", raw.skip_mgd_check, "the MGD need not be here")->group(checks);
    app.add_flag("--no-validate", raw.no_validate, "do not check the job against hardware")->group(checks);
    app.add_flag("--require-hardware", raw.require_hardware, "no hardware to check against is an error")
        ->group(checks);
    app.add_flag("--force-rediscovery", raw.force_rediscovery,
                 "work the bindings out again (no meaning with a binding file)")
        ->group(checks);

    const char* later = "Not yet";
    app.add_flag("--debug-gdbserver", raw.debug_gdbserver, "start every rank under gdbserver")->group(later);
    app.add_option("--tracy", raw.tracy, "start every rank under tracy")->type_name("'WORDS'")->group(later);
}

class OptionChecker {
  public:
    OptionChecker(const RawOptions& raw, const ParsedArguments& parsed, const Arguments& arguments,
                  const support::HostEnvironment& host, DiagnosticSink& sink)
        : raw_(raw), parsed_(parsed), arguments_(arguments), host_(host), sink_(sink) {}

    LaunchOptions check() {
        LaunchOptions options;
        options.dry_run = raw_.dry_run;
        options.verbose = raw_.verbose;
        options.strict = raw_.strict;
        options.skip_executable_check = raw_.skip_executable_check;
        check_modes();
        check_not_yet();
        options.allocation = allocation();
        options.validation = {given("--cluster", raw_.cluster), !raw_.no_validate, raw_.require_hardware};
        options.bindings = bindings();
        options.plan.bare = raw_.bare;
        options.plan.tcp_interface = given("--tcp-interface", raw_.tcp_interface);
        if (!raw_.mpi_args.empty()) {
            const auto text = support::make_source_text("<--mpi-args>", raw_.mpi_args);
            options.plan.mpi = launcher::parse_mpi_arguments(text, sink_).value_or(launcher::MpiArguments{});
        }
        options.plan.environment = environment();
        check_program(options);
        return options;
    }

  private:
    std::optional<Spanned<std::string>> given(const std::string& option, const std::string& value) const {
        return value.empty() ? std::nullopt
                             : std::optional(Spanned<std::string>{value, parsed_.span_of(option)});
    }

    /// Exactly one of the four says which ranks there are.
    void check_modes() {
        const std::array<std::pair<const char*, const std::string*>, 4> modes{
            {{"--rank-binding", &raw_.rank_binding},
             {"--rank-bindings-mapping", &raw_.rank_bindings_mapping},
             {"--mesh-graph-descriptor", &raw_.mesh_graph_descriptor},
             {"--mesh-graph-descriptor-mapping", &raw_.mesh_graph_descriptor_mapping}}};
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

    void check_not_yet() {
        const auto not_yet = [&](const char* name, bool is_given, const char* instead) {
            if (is_given) {
                sink_.report(
                    Diagnostic(kNotYet, parsed_.span_of(name), fmt::format("`{}` does not work yet", name))
                        .help(instead));
            }
        };
        not_yet("--debug-gdbserver", raw_.debug_gdbserver,
                "start your program as `gdbserver HOST:PORT PROGRAM`");
        not_yet("--tracy", !raw_.tracy.empty(), "start your program as `python3 -m tracy PROGRAM`");
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
        } else if (!is_auto()) {
            sink_.report(Diagnostic(kOptionIgnored, span,
                                    "`--hosts` has no meaning with a binding file; it is ignored")
                             .help("to place ranks on hosts, use --mpi-args \"--host a,b\""));
        }
        return names;
    }

    std::optional<launcher::AllocationRequest> allocation() {
        launcher::AllocationRequest request;
        request.hosts = hosts();
        if (!is_auto()) {
            return std::nullopt;
        }
        request.mesh_graph = given("--mesh-graph-descriptor", raw_.mesh_graph_descriptor);
        request.mesh_graph_mapping =
            given("--mesh-graph-descriptor-mapping", raw_.mesh_graph_descriptor_mapping);
        request.mock = given("--mock-cluster-rank-binding", raw_.mock_cluster);
        request.cluster = given("--cluster", raw_.cluster);
        request.factory_system = given("--factory-system-descriptor", raw_.factory_system);
        request.helper = given("--phase1-helper", raw_.helper);
        request.force = raw_.force_rediscovery;
        request.dry_run = raw_.dry_run;
        if (request.helper && raw_.hosts.empty() && !request.mock) {
            sink_.report(Diagnostic(kOptionConflict, request.helper->span,
                                    "a phase 1 helper looks at hosts, and none is named")
                             .help("add --hosts, or --mock-cluster-rank-binding"));
        } else if (raw_.hosts.empty() && !request.mock && !request.cluster) {
            sink_.report(
                Diagnostic(kOptionConflict,
                           (request.mesh_graph ? request.mesh_graph : request.mesh_graph_mapping)->span,
                           "a Mesh Graph Descriptor alone does not say where its ranks run")
                    .help("add --hosts, --mock-cluster-rank-binding or --cluster"));
        }
        return request;
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
            sink_.report(Diagnostic(launcher::kProgramNotFound, arguments_.span(first),
                                    fmt::format("program not found: `{}` is no executable file{}",
                                                words[first], has_slash ? "" : " on PATH"))
                             .help("if it is only on the other hosts, add --skip-executable-check"));
        }
    }

    const RawOptions& raw_;
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
    RawOptions raw;
    define(app, raw);
    const support::ErrorWatch watch(sink);
    const auto parsed = parse_arguments(app, arguments, 1, sink);
    if (!parsed) {
        return std::nullopt;
    }
    if (parsed->help_wanted) {
        LaunchOptions options;
        options.help_wanted = true;
        return options;
    }
    LaunchOptions options = OptionChecker(raw, *parsed, arguments, host, sink).check();
    return watch.saw_error() ? std::nullopt : std::optional(std::move(options));
}

std::string launch_help() {
    CLI::App app(
        "Starts one process per rank, each with the environment of its mesh, through MPICH's mpiexec.",
        "tt-run");
    RawOptions raw;
    define(app, raw);
    app.get_formatter()->column_width(44);
    std::string help = app.help();
    const std::size_t usage = help.find("Usage:");
    const std::size_t end = help.find('\n', usage);
    help.replace(
        usage, end - usage,
        "Usage: tt-run [options] PROGRAM [args]      options end at the program\n"
        "       tt-run check FILE...                 print everything that is wrong with files\n"
        "       tt-run show X                        a cluster: a file, or a system's name (--list)\n"
        "       tt-run diff EXPECTED ACTUAL          how two clusters differ\n"
        "       tt-run convert FILE [-o OUT]         write an MGD or a cluster in today's format\n"
        "       tt-run discover                      the devices of this host\n"
        "       tt-run generate-rank-bindings        work out which rank owns which mesh\n"
        "       tt-run cache list|clear              what `tt-run -m` keeps");
    for (std::size_t at = help.find("\n\n\n"); at != std::string::npos; at = help.find("\n\n\n")) {
        help.erase(at, 1);
    }
    return help + "\n" + std::string(kExitCodeHelp) +
           "\nExamples:\n"
           "  tt-run --rank-binding configs/5-galaxy/rank_bindings.yaml ./my_program --steps 3\n"
           "  tt-run --rank-binding b.yaml --mpi-args \"--host a,b --tag-output\" pytest -svv test.py\n"
           "  tt-run --rank-binding b.yaml --dry-run ./my_program\n";
}

}  // namespace tt_run::cli
