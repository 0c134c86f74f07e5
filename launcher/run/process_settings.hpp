#pragma once

#include <signal.h>

#include "job/descriptor.hpp"

namespace tt_run::launcher {

/// INT, TERM, QUIT and CHLD, and HUP unless it is ignored already: that is what nohup asks for. (INT is taken
/// either way: shells have it ignored by what they start in the background of a script.)
sigset_t handled_signals();

/// What this process is set to while it supervises a job, put back when the object goes: `handled_signals`
/// are blocked, to be read from `signals`; orphans of its children are adopted; a reader that has gone and a
/// terminal that belongs to others are no reason to end. Make it on the main thread.
class ProcessSettings {
  public:
    ProcessSettings();
    ~ProcessSettings();
    ProcessSettings(const ProcessSettings&) = delete;
    ProcessSettings& operator=(const ProcessSettings&) = delete;

    /// Of the blocked signals.
    job::Descriptor signals() const;
    /// As it was before.
    const sigset_t& old_mask() const { return old_mask_; }

  private:
    using Handler = void (*)(int);
    sigset_t handled_;
    sigset_t old_mask_{};
    Handler old_pipe_;
    Handler old_input_;
};

}  // namespace tt_run::launcher
