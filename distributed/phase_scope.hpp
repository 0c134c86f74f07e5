#pragma once

#include "job/supervision_message.hpp"

namespace tt_run::distributed {

/// What this process is at, for as long as the scope lives: told to the supervisor if it looks
/// (TT_RUN_PHASES), else free. Scopes nest and overlap, on any threads: the first of mpi, sockets, open,
/// close that any thread is in counts, `run` where there is none.
class PhaseScope {
  public:
    explicit PhaseScope(job::PhaseKind kind);
    ~PhaseScope();
    PhaseScope(const PhaseScope&) = delete;
    PhaseScope& operator=(const PhaseScope&) = delete;

  private:
    job::PhaseKind kind_;
};

}  // namespace tt_run::distributed
