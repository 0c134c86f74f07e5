#include "cli/launch_words.hpp"

#include <CLI/CLI.hpp>

namespace tt_run::cli {

void define_launch(CLI::App& app, LaunchWords& words) {
    app.set_help_all_flag("--help-all");
    const auto last = CLI::MultiOptionPolicy::TakeLast;
    const char* which = "Which ranks";
    app.add_option("--rank-binding", words.rank_binding, "rank-binding YAML: which rank owns which mesh")
        ->type_name("FILE")
        ->group(which)
        ->multi_option_policy(last);
    app.add_option("--rank-bindings-mapping", words.rank_bindings_mapping,
                   "YAML of sub-context id -> rank-binding file, merged into one job")
        ->type_name("FILE")
        ->group(which)
        ->multi_option_policy(last);
    app.add_option("-m,--mesh-graph-descriptor", words.mesh_graph_descriptor,
                   "work the bindings out from this MGD")
        ->type_name("FILE")
        ->group(which)
        ->multi_option_policy(last);
    app.add_option("-M,--mesh-graph-descriptor-mapping", words.mesh_graph_descriptor_mapping,
                   "the same for several MGDs, by sub-context")
        ->type_name("FILE")
        ->group(which)
        ->multi_option_policy(last);
    app.add_option("--hosts", words.hosts, "where ranks run, in this order, with slots if you like: wh-01:4")
        ->type_name("A,B:N,...")
        ->group(which)
        ->multi_option_policy(last);
    app.add_option("--mock-cluster-rank-binding", words.mock_cluster,
                   "YAML of rank -> cluster descriptor that stands in for its chips")
        ->type_name("FILE")
        ->group(which)
        ->multi_option_policy(last);
    app.add_option("--cluster", words.cluster, "the hardware, to work out or check the bindings on")
        ->type_name("X")
        ->group(which)
        ->multi_option_policy(last);
    app.add_option("--emulate", words.emulate,
                   "run on emulated chips: those of --cluster or of X, else as the MGD would have them")
        ->type_name("[=X]")
        ->expected(0, 1)
        ->group(which)
        ->multi_option_policy(last);
    app.add_option("--phase1-helper", words.helper,
                   "let this program (tt-metal's generate_rank_bindings) work the bindings out")
        ->type_name("PATH")
        ->group(which)
        ->multi_option_policy(last);
    app.add_option("--factory-system-descriptor", words.factory_system,
                   "expected wiring, handed to all ranks")
        ->type_name("FILE")
        ->group(which)
        ->multi_option_policy(last);

    const char* how = "How they start";
    app.add_option("--mpi-args", words.mpi_args,
                   "words for the MPI launcher, Open MPI's or MPICH's, quoted as for a shell")
        ->type_name("'WORDS'")
        ->group(how)
        ->multi_option_policy(last);
    app.add_option("--tcp-interface", words.tcp_interface, "network interface for MPI")
        ->type_name("NIC")
        ->group(how)
        ->multi_option_policy(last);
    app.add_option("--rankfile-syntax", words.rankfile_syntax,
                   "accepted for the existing scripts: every spelling is understood")
        ->type_name("KIND")
        ->group(how)
        ->multi_option_policy(last)
        ->check(CLI::IsMember({"auto", "rankfile", "map-by", "mca"}));
    app.add_flag("--bare", words.bare, "leave out tt-run's own choice of network")->group(how);
    app.add_flag("--dry-run", words.dry_run, "print the plan, and a command to paste, and start nothing")
        ->group(how);
    app.add_flag("-v,--verbose", words.verbose, "say which files were found and what is run")->group(how);

    define_supervision(app, words.supervision);

    const char* environment = "Their environment";
    app.add_option("--env", words.env, "set a variable for every rank; wins over the binding file")
        ->type_name("NAME=VALUE")
        ->group(environment)
        ->allow_extra_args(false);
    app.add_option("--pass", words.pass, "hand the caller's variables of such names to every rank")
        ->type_name("GLOB")
        ->group(environment)
        ->allow_extra_args(false);
    app.add_option("--unset", words.unset, "take a variable from every rank; wins over everything")
        ->type_name("NAME")
        ->group(environment)
        ->allow_extra_args(false);

    const char* checks = "Checks";
    app.add_flag("--strict", words.strict, "unknown keys in a binding file are errors")->group(checks);
    app.add_flag("--skip-executable-check", words.skip_executable_check, "PROGRAM need not be here")
        ->group(checks);
    app.add_flag("--skip-mgd-check", words.skip_mgd_check, "the MGD need not be here")->group(checks);
    app.add_flag("--no-validate", words.no_validate, "do not check the job against hardware")->group(checks);
    app.add_flag("--require-hardware", words.require_hardware, "no hardware to check against is an error")
        ->group(checks);
    app.add_flag("--force-rediscovery", words.force_rediscovery,
                 "work the bindings out again (no meaning with a binding file)")
        ->group(checks);

    const char* tools = "Tools around them";
    app.add_flag("--debug-gdbserver", words.debug_gdbserver, "rank k waits for a debugger at port 20000 + k")
        ->group(tools);
    app.add_option("--tracy", words.tracy,
                   "profile every rank: `python3 -m tracy` with these words; rank k uses port 8087 + k")
        ->type_name("'WORDS'")
        ->group(tools);
}

}  // namespace tt_run::cli
