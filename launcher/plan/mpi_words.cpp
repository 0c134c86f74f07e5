#include "launcher/plan/mpi_words.hpp"

#include <algorithm>
#include <array>

namespace tt_run::launcher {

namespace {

using enum MpiMeaning;

constexpr std::string_view kDecidesRanks = "the binding file says how many ranks there are";
constexpr std::string_view kDecidesPlaces =
    "tt-run places every rank itself; use --host, --hostfile or a rankfile";
constexpr std::string_view kDecidesEnvironment =
    "tt-run gives every rank its environment; use --env, --pass or --unset";
constexpr std::string_view kDryRunShows = "`tt-run --dry-run` shows where each rank goes";
constexpr std::string_view kOpenMpiInside =
    "it tunes the inside of Open MPI, and the ranks are started by MPICH";
constexpr std::string_view kNoCounterpart = "MPICH has no counterpart";

// Sources: the options of Open MPI 4.1's and 5.0's mpirun, and of mpiexec.hydra 4.0.2.
constexpr std::array kWords = std::to_array<MpiWord>({
    // Placement.
    {"host", hosts, 1},
    {"hosts", hosts, 1},
    {"H", hosts, 1},
    {"hostfile", hostfile, 1},
    {"machinefile", hostfile, 1},
    {"default-hostfile", hostfile, 1},
    {"f", hostfile, 1},
    {"rankfile", rankfile, 1},
    {"rf", rankfile, 1},
    {"map-by", map_by, 1},
    {"bynode", refused, 0, "use `--map-by node`"},
    {"byslot", dropped, 0, "it is the default"},
    {"ppn", ranks_per_host, 1},
    {"N", ranks_per_host, 1},
    {"npernode", ranks_per_host, 1},
    {"rank-by", refused, 1, kDecidesPlaces},
    {"order-nodes", refused, 1, kDecidesPlaces},
    {"rankmap", refused, 1, kDecidesPlaces},
    {"np", refused, 1, kDecidesRanks},
    {"n", refused, 1, kDecidesRanks},
    {"c", refused, 1, kDecidesRanks},
    {"app", refused, 1, kDecidesRanks},
    {"configfile", refused, 1, kDecidesRanks},
    {"oversubscribe", dropped, 0, "MPICH always allows it"},
    {"nooversubscribe", refused, 0, "MPICH cannot forbid it; give hosts slots instead", true},
    {"use-hwthread-cpus", dropped, 0, "MPICH does not count processors as slots", true},
    // Binding to processors.
    {"bind-to", binding, 1},
    {"bind-to-core", refused, 0, "use `--bind-to core`"},
    {"bind-to-none", refused, 0, "use `--bind-to none`"},
    {"report-bindings", dropped, 0, "tt-run pins no rank unless --bind-to says so", true},
    {"membind", passed_through, 1},
    {"cpus-per-proc", refused, 1, kNoCounterpart, true},
    {"cpus-per-rank", refused, 1, kNoCounterpart, true},
    {"cpu-set", refused, 1, kNoCounterpart, true},
    // Output.
    {"tag-output", tag_output},
    {"prepend-rank", tag_output},
    {"l", tag_output},
    {"prepend-pattern", refused, 1, "use `--tag-output`"},
    {"output-filename", output_directory, 1},
    {"outfile-pattern", passed_through, 1},
    {"errfile-pattern", passed_through, 1},
    {"timestamp-output", refused, 0, kNoCounterpart, true},
    {"merge-stderr-to-stdout", refused, 0, kNoCounterpart, true},
    {"xterm", refused, 1, kNoCounterpart, true},
    {"xml", refused, 0, kNoCounterpart, true},
    {"stdin", refused, 1, "standard input goes to rank 0"},
    {"s", refused, 1, "standard input goes to rank 0"},
    // Environment and directories.
    {"x", export_variable, 1},
    {"genv", genv, 2},
    {"env", genv, 2},
    {"genvlist", refused, 1, kDecidesEnvironment},
    {"genvall", refused, 0, kDecidesEnvironment},
    {"genvnone", refused, 0, kDecidesEnvironment},
    {"envlist", refused, 1, kDecidesEnvironment},
    {"envall", refused, 0, kDecidesEnvironment},
    {"envnone", refused, 0, kDecidesEnvironment},
    {"wdir", working_directory, 1},
    {"wd", working_directory, 1},
    {"path", refused, 1, "give the program with its directory"},
    {"prefix", refused, 1, kNoCounterpart, true},
    // Network.
    {"iface", interface, 1},
    {"mca", mca, 2},
    {"gmca", mca, 2},
    {"omca", mca, 2},
    {"pmca", mca, 2},
    {"prtemca", mca, 2},
    {"pmixmca", mca, 2},
    {"am", dropped, 1, kOpenMpiInside, true},
    {"tune", dropped, 1, kOpenMpiInside, true},
    // Failure and time.
    {"with-ft", keep_going, 1},
    {"enable-recovery", keep_going},
    {"disable-auto-cleanup", keep_going},
    {"enable-auto-cleanup", dropped, 0, "it is the default"},
    {"timeout", refused, 1, "use `timeout SECONDS tt-run ...`"},
    {"report-state-on-timeout", refused, 0, kNoCounterpart, true},
    {"continuous", refused, 0, kNoCounterpart, true},
    // What Open MPI needs to be told and MPICH does not, and its talk.
    {"allow-run-as-root", dropped, 0, "MPICH always allows it"},
    {"display-map", dropped, 0, kDryRunShows, true},
    {"display-devel-map", dropped, 0, kDryRunShows, true},
    {"display-allocation", dropped, 0, kDryRunShows, true},
    {"display", dropped, 1, kDryRunShows, true},
    {"do-not-launch", refused, 0, "use `tt-run --dry-run`"},
    {"debug-daemons", dropped, 0, "MPICH has no such daemons; `-verbose` makes it talk", true},
    {"leave-session-attached", dropped, 0, "MPICH has no such daemons", true},
    {"quiet", dropped, 0, "MPICH says nothing of its own", true},
    {"q", dropped, 0, "MPICH says nothing of its own", true},
    {"personality", refused, 1, kNoCounterpart, true},
    {"do-not-resolve", dropped, 0, kOpenMpiInside, true},
    // Hydra's own.
    {"launcher", hydra_launcher, 1},
    {"bootstrap", hydra_launcher, 1},
    {"launcher-exec", passed_through, 1},
    {"bootstrap-exec", passed_through, 1},
    {"rmk", passed_through, 1},
    {"demux", passed_through, 1},
    {"topolib", passed_through, 1},
    {"usize", passed_through, 1},
    {"localhost", passed_through, 1},
    {"pmi-port", passed_through, 0},
    {"skip-launch-node", refused, 0, kDecidesPlaces},
    {"enable-hostname-propagation", passed_through, 0},
    {"disable-hostname-propagation", passed_through, 0},
    {"print-all-exitcodes", dropped, 0, "tt-run always asks for them"},
    {"verbose", passed_through, 0},
    {"v", passed_through, 0},
    {"info", refused, 0, "run `mpiexec.hydra -info`"},
    {"version", refused, 0, "run `mpiexec.hydra -version`"},
    {"V", refused, 0, "run `mpiexec.hydra -version`"},
    {"help", refused, 0, "run `mpiexec.hydra -help`"},
    {"h", refused, 0, "run `mpiexec.hydra -help`"},
});

}  // namespace

std::optional<MpiWord> find_mpi_word(std::string_view name) {
    const auto found =
        std::find_if(kWords.begin(), kWords.end(), [&](const MpiWord& word) { return word.name == name; });
    return found == kWords.end() ? std::nullopt : std::optional(*found);
}

std::vector<std::string_view> mpi_word_names() {
    std::vector<std::string_view> names;
    for (const MpiWord& word : kWords) {
        names.push_back(word.name);
    }
    return names;
}

}  // namespace tt_run::launcher
