#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "job/supervision_message.hpp"
#include "tt_run/distributed/waits.hpp"

namespace tt_run::distributed {

/// What a wait needs of other ranks (of the whole job): any one of these. None: nobody can say, or nothing.
struct Needs {
    std::vector<job::Wait> any;
    bool ends_itself = false;  ///< it has a deadline of its own
};

/// Shows one wait of this thread among `current_waits()` for as long as it lives.
class WaitScope {
  public:
    explicit WaitScope(std::string what, Needs needs = {});
    ~WaitScope();
    WaitScope(const WaitScope&) = delete;
    WaitScope& operator=(const WaitScope&) = delete;

    /// It needs something else now, or the same with other counts.
    void update(Needs needs) const;
    /// To be called every few milliseconds, after a look at what it waits for: on a thread of the program,
    /// runs the interrupt check and throws std::runtime_error if the deadline has passed; tells whoever looks
    /// for deadlocks (wait_report.hpp).
    void check() const;

  private:
    std::uint64_t number_ = 0;
};

/// To be called by whatever a program calls that a peer may be waiting for: a thread of the program is known
/// from its first such call, or its first wait, to its end, and as long as one of them goes on the rank is
/// not blocked. Does nothing on a thread of the runtime.
void note_program_thread();

/// A thread of the runtime that works for the program, while it does.
class WorkScope {
  public:
    WorkScope();
    ~WorkScope();
    WorkScope(const WorkScope&) = delete;
    WorkScope& operator=(const WorkScope&) = delete;
};

/// What this thread's waits are for, to be named with them: "opening a mesh device".
class PurposeScope {
  public:
    explicit PurposeScope(std::string purpose);
    ~PurposeScope();
    PurposeScope(const PurposeScope&) = delete;
    PurposeScope& operator=(const PurposeScope&) = delete;
    /// Of this thread; empty if there is none.
    static const std::string& current();

  private:
    std::string before_;
};

/// What all threads of this process need that work for the program, if every one of them waits. Nothing if
/// one goes on, or none waits for another rank.
struct StandingNeeds {
    Needs needs;
    std::chrono::steady_clock::duration waited{};       ///< by the last of them to begin
    std::chrono::steady_clock::time_point last_look{};  ///< since when all have looked again
};
std::optional<StandingNeeds> standing_needs();
/// Whether a thread other than the program's own works.
bool is_working();

/// Calls `done` until it returns true, less and less often: at once for a few microseconds, then yielding,
/// then sleeping up to half a millisecond, so that a waiting rank leaves the processor to those that work.
/// Only a wait that outlives its first polls shows among `current_waits()`; `what` is asked for its name
/// then, and `needs` for whom it needs. Throws what `done` or the interrupt check throws, and
/// std::runtime_error past the deadline.
void wait_until(const std::function<bool()>& done, const std::function<std::string()>& what,
                const std::function<Needs()>& needs = nullptr);

}  // namespace tt_run::distributed
