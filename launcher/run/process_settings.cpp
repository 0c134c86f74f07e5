#include "launcher/run/process_settings.hpp"

#include <sys/prctl.h>

#include "job/signal_descriptor.hpp"

namespace tt_run::launcher {

sigset_t handled_signals() {
    sigset_t handled;
    ::sigemptyset(&handled);
    for (const int signal : {SIGINT, SIGTERM, SIGQUIT, SIGCHLD}) {
        ::sigaddset(&handled, signal);
    }
    struct sigaction hang_up {};
    if (::sigaction(SIGHUP, nullptr, &hang_up) != 0 || hang_up.sa_handler != SIG_IGN) {
        ::sigaddset(&handled, SIGHUP);
    }
    return handled;
}

ProcessSettings::ProcessSettings()
    : handled_(handled_signals()),
      old_pipe_(::signal(SIGPIPE, SIG_IGN)),
      old_input_(::signal(SIGTTIN, SIG_IGN)) {
    ::sigprocmask(SIG_BLOCK, &handled_, &old_mask_);
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

ProcessSettings::~ProcessSettings() {
    ::prctl(PR_SET_CHILD_SUBREAPER, 0);
    ::signal(SIGPIPE, old_pipe_);
    ::signal(SIGTTIN, old_input_);
    ::sigprocmask(SIG_SETMASK, &old_mask_, nullptr);
}

job::Descriptor ProcessSettings::signals() const {
    return job::make_signal_descriptor(handled_, job::SignalReading::at_once);
}

}  // namespace tt_run::launcher
