#pragma once

#include <string_view>

namespace tt_run::cli {

/// What tt-run returns. A launch passes the ranks' own code through: the first failing rank's, 128 + n for
/// signal n.
enum ExitCode : int {
    kYes = 0,         ///< done; a verb's answer is yes
    kNo = 1,          ///< a verb's answer is no: errors found, does not fit, differs
    kUsage = 2,       ///< the command line, a file or the configuration cannot be used; nothing was started
    kCannotTell = 3,  ///< a verb lacks what it needs to answer
    kNobodyReads = 141,  ///< as a shell says it of a program that SIGPIPE ended
    kNotStarted = 125,   ///< the MPI launcher failed before it told what became of the ranks
};

/// The table of all of them, for --help and the documentation.
inline constexpr std::string_view kExitCodeHelp =
    "Exit codes:\n"
    "  0    every rank returned 0; a verb's answer is yes\n"
    "  N    the exit code of the first failing rank; 128 + n if signal n ended it (--direct: the lowest "
    "rank)\n"
    "  1    a verb's answer is no (errors found, does not fit, differs)\n"
    "  2    wrong usage, or a file that cannot be read or used; nothing was started\n"
    "  3    a verb cannot tell (links unknown, no device)\n"
    "  124  a limit of time, or a deadlock, ended the job\n"
    "  125  the MPI launcher failed before it told what became of the ranks\n"
    "  130  Ctrl-C, 143 SIGTERM, 129 SIGHUP, 131 SIGQUIT: handed on to the ranks\n";

/// What of it concerns a verb, in one line.
inline constexpr std::string_view kVerbExitCodeHelp =
    "Exit codes: 0 yes, 1 no (errors found, does not fit, differs), 2 wrong usage or unreadable,\n"
    "            3 cannot tell\n";

}  // namespace tt_run::cli
