#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "job/rank.hpp"

/// What the supervisor (in tt-run) and a rank's agent or runtime say to each other. A message is a frame: the
/// payload's size in four bytes, then the payload, a kind in one byte and its fields. Numbers are
/// little-endian; texts are their size in four bytes and their bytes. docs/supervision.md lists who says
/// what, when.
namespace tt_run::job {

/// Both ends must speak the same; the first message carries it.
inline constexpr std::uint32_t kProtocolVersion = 4;

/// Output that an agent may have under way before the supervisor has given credit back, and input the other
/// way round: what bounds both ends' memory.
inline constexpr std::uint32_t kWindowBytes = 256U << 10U;

/// No payload may be larger: from a peer that has not shown its token, from an agent or runtime, and from the
/// supervisor (a rank's environment and arguments, which the kernel bounds).
inline constexpr std::uint32_t kLargestHello = 512;
inline constexpr std::uint32_t kLargestFromRank = 1U << 20U;
inline constexpr std::uint32_t kLargestFromSupervisor = 16U << 20U;

/// `reach`: what speaks to one host for the MPI launcher (launcher/agent/reach_host.hpp); of no rank.
enum class Role : std::uint8_t { agent = 1, runtime = 2, reach = 3 };
enum class Stream : std::uint8_t { output = 1, error = 2 };
/// What a rank is at. `mpi`: starting MPI; `open`: opening a mesh device; `sockets`: meeting the other ends
/// of sockets; `run`: none of the others; `close`: closing devices, ending MPI.
enum class PhaseKind : std::uint8_t { mpi = 1, open = 2, sockets = 3, run = 4, close = 5 };

/// The first message on a connection. Anything else first, or the wrong token, and the peer is dropped. Its
/// fields are the same in every version, so that a supervisor can name one that is not its own.
struct Hello {
    std::uint32_t version = kProtocolVersion;
    std::string token;
    Role role = Role::agent;
    Rank rank;
    std::uint32_t pid = 0;
    std::string host;
    std::string release;  ///< an agent's (release.hpp)
};

/// A file of the supervisor's host that `variable` names, for a host that does not have it.
struct HandedFile {
    std::string variable;
    std::string path;
    std::string bytes;
};

/// A rank's row of the plan, the supervisor's answer to an agent's Hello.
struct StartOrder {
    std::vector<std::string> arguments;
    std::vector<std::string> environment;  ///< `NAME=VALUE`; the MPI launcher's own are the agent's to add
    std::string directory;
    bool has_input = false;      ///< else the program reads end-of-file
    std::uint32_t grace_ms = 0;  ///< between TERM and KILL when the supervisor is lost
    /// A supervisor of which nothing has been heard for so long is lost; 0 if it sends no Heartbeats.
    std::uint32_t silence_ms = 0;
    bool wants_phases = false;  ///< the agent is to tell those that it sees of the program's MPI
    std::vector<HandedFile> files;
};

struct Started {
    std::uint32_t pid = 0;
    std::uint64_t at_ns = 0;  ///< when, by the host's monotonic clock
};

/// The program could not be started.
struct NotStarted {
    std::uint32_t error_number = 0;
    std::string attempt;
};

/// `bytes` lies in the frame it was read from.
struct Output {
    Stream stream = Stream::output;
    std::string_view bytes;
};

/// `bytes` of the window may be used again.
struct Credit {
    std::uint32_t bytes = 0;
};

/// Standard input; no bytes mean its end.
struct Input {
    std::string_view bytes;
};

/// The rank's first process has ended; others of it may live.
struct Exited {
    std::uint32_t wait_status = 0;  ///< as waitpid gives it: an exit code or a signal
    /// The signal that someone other than the supervisor told the agent to hand on, or 0: whoever did that
    /// caused the end, not the rank.
    std::uint32_t told_signal = 0;
    std::uint64_t peak_memory_bytes = 0;
    /// By a Terminate, before the agent saw the end; false all the same if a KILL ended it that is not the
    /// agent's.
    bool was_told_to_end = false;
};

/// The program asked the MPI launcher to end the job (MPI_Abort).
struct Aborted {
    std::uint32_t exit_code = 0;
};

/// No process of the rank is left, and all its output has been sent.
struct Gone {};

/// To the agent: hand this signal to the rank's processes.
struct Signal {
    std::uint32_t number = 0;
};

/// To the agent: TERM, and after the grace KILL, to all of the rank's processes.
struct Terminate {
    std::uint32_t grace_ms = 0;
};

/// To the agent: say where the rank's processes stand.
struct TakeStacks {};

struct Stacks {
    std::string text;
};

/// To the agent: end. Whatever still lives of the rank is killed.
struct Leave {};

/// One thing that a rank's runtime waits for: all of `peers` are to bring `have` up to `need`. With a `key`
/// what they have brought stands in their own reports too: a peer whose count there is larger than `need`, or
/// equal and of the same `kind`, holds nobody up, for what is still missing is on its way.
struct Wait {
    std::string object;  ///< "socket 3 receive", "barrier": for people
    std::vector<Rank> peers;
    std::uint64_t have = 0;
    std::uint64_t need = 0;
    std::uint64_t key = 0;
    std::uint64_t kind = 0;
};

/// What a rank has brought for waits of this key.
struct Brought {
    std::uint64_t key = 0;
    std::uint64_t count = 0;
    std::uint64_t kind = 0;
};

/// From a runtime: it waits until one (`any`) or all of these are there. Sent again whenever the counters
/// have moved. `epoch` counts the rank's waits, so that a report can be matched with its end; `probe` is the
/// number of the Probe that this answers, after a fresh look at what is there, or 0. A wait that
/// `ends_itself`, by a deadline of its own, is told for people only: the rank counts as free.
struct Blocked {
    std::uint64_t epoch = 0;
    std::uint64_t probe = 0;
    bool any = false;
    std::vector<Wait> waits;
    std::vector<Brought> brought = {};
    bool ends_itself = false;
};

/// From a runtime: the wait of this epoch is over.
struct Unblocked {
    std::uint64_t epoch = 0;
};

/// To a runtime that waits: look again, and answer with Blocked or Unblocked.
struct Probe {
    std::uint64_t number = 0;
};

/// From a runtime that ends: the next piece of the report that it leaves (docs/formats/rank-report.md).
struct Report {
    std::string_view piece;
};

/// The rank is at something else now. From its runtime, which knows, or from its agent, which sees only how
/// the program talks to Hydra. Told if TT_RUN_PHASES is set, for a report or a status line.
struct Phase {
    PhaseKind kind = PhaseKind::run;
    std::uint64_t at_ns = 0;  ///< since when, by the same clock as Started
};

/// Between hosts, from a supervisor now and then; an agent sends it back. A peer that is silent is frozen, or
/// cut off.
struct Heartbeat {};

/// From `reach`: the host cannot be reached, or no more.
struct Unreachable {
    std::string host;
    std::string reason;  ///< ssh's own words
};

using Message = std::variant<Hello, StartOrder, Started, NotStarted, Output, Credit, Input, Exited, Aborted,
                             Gone, Signal, Terminate, TakeStacks, Stacks, Leave, Blocked, Unblocked, Probe,
                             Report, Heartbeat, Unreachable, Phase>;

/// The message as one frame, ready to be written.
std::string encode(const Message& message);

/// The head of an Output or Input frame whose `size` bytes follow, for writing them without a copy.
std::string encode_output_head(Stream stream, std::uint32_t size);

/// A payload (a frame without its size). Nothing if it is not exactly one well-formed message, or tells of an
/// end that no process comes to.
std::optional<Message> decode(std::string_view payload);

}  // namespace tt_run::job
