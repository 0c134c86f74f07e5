#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "job/rank.hpp"
#include "support/diagnostic.hpp"
#include "support/host_environment.hpp"

namespace tt_run::launcher {

/// How every rank is profiled: `python3 -m tracy --port P -o DIR WORDS... PROGRAM`.
struct TracyOptions {
    int first_port = 8087;       ///< of rank 0; rank k has the k-th after it
    std::filesystem::path root;  ///< absolute; rank k writes below `root`/rank<k>
    std::vector<std::string> words;
};

/// The tools under which ranks are started. Neither needs a word in the program.
struct RankTools {
    bool gdbserver = false;  ///< rank k waits for a debugger at TCP port 20000 + k of its host
    std::optional<TracyOptions> tracy;
};

inline constexpr int kFirstDebuggerPort = 20000;

/// Reads the words of `--tracy`, split at blanks: -t or --port, -o or --output-folder (relative to the launch
/// directory; by default generated/profiler/ttrun below TT_METAL_HOME, else below the launch directory) are
/// understood, the others are handed to tracy. Reports a port that is none. Empty exactly when it reported.
std::optional<TracyOptions> parse_tracy(const support::Spanned<std::string>& words,
                                        const support::HostEnvironment& host, support::DiagnosticSink& sink);

/// What is run as `rank`, gdbserver outermost. Tracy runs Python modules and files: a leading interpreter is
/// used in its place, a Python console script becomes `-m NAME`.
std::vector<std::string> program_under_tools(const RankTools& tools, job::Rank rank,
                                             const std::vector<std::string>& program,
                                             const support::HostEnvironment& host);

/// Where rank's profile goes.
std::filesystem::path tracy_directory(const TracyOptions& tracy, job::Rank rank);

}  // namespace tt_run::launcher
