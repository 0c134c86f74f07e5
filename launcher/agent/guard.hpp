#pragma once

namespace tt_run::launcher {

/// A guard stands between a process and whoever started that, and is a subreaper like the process below it:
/// whichever is killed, the other is still above everything that was started. Signals sent to the guard are
/// handed on to the process; when the guard is killed, the process gets TERM.

/// Starts the MPI launcher (an argv, found along PATH) and guards it against the death of tt-run, which is a
/// subreaper itself: once that has gone, agents below get a moment to notice and to end their ranks, and
/// everything that is left is ended. Returns the launcher's exit code as soon as it has ended; if a signal
/// did that, this process ends of the same. 127 if it could not be run. Its first TCP port is open to every
/// network, or kept to this host (loopback_hold.hpp).
enum class Port { open, loopback };
int run_guarded(char* const* arguments, Port port);

/// For an agent that has no process of ours above it, on another host. Divides this process in two: in the
/// lower one it returns; the upper one waits until that has ended, or its own parent has, ends what is left
/// below, and exits as the lower one did. If there can be no second process, it returns as well: better no
/// guard than no rank.
void divide_off_guard();

}  // namespace tt_run::launcher
