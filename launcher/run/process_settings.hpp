#pragma once

#include <signal.h>

#include "job/descriptor.hpp"

namespace tt_run::launcher {

/// What this process is set to while it supervises a job, put back when the object goes: INT, TERM, HUP, QUIT
/// and CHLD are blocked, to be read from `signals`; orphans of its children are adopted; a reader that has
/// gone and a terminal that belongs to others are no reason to end. Make it on the main thread.
class ProcessSettings {
  public:
    ProcessSettings();
    ~ProcessSettings();
    ProcessSettings(const ProcessSettings&) = delete;
    ProcessSettings& operator=(const ProcessSettings&) = delete;

    /// A signalfd of the blocked signals.
    job::Descriptor signals() const;
    /// As it was before.
    const sigset_t& old_mask() const { return old_mask_; }

  private:
    using Handler = void (*)(int);
    sigset_t handled_{};
    sigset_t old_mask_{};
    Handler old_pipe_;
    Handler old_input_;
};

}  // namespace tt_run::launcher
