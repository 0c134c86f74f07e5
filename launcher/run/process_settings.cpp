#include "launcher/run/process_settings.hpp"

#include <sys/prctl.h>
#include <sys/signalfd.h>

namespace tt_run::launcher {

ProcessSettings::ProcessSettings()
    : old_pipe_(::signal(SIGPIPE, SIG_IGN)), old_input_(::signal(SIGTTIN, SIG_IGN)) {
    ::sigemptyset(&handled_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD}) {
        ::sigaddset(&handled_, signal);
    }
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
    return job::Descriptor(::signalfd(-1, &handled_, SFD_CLOEXEC | SFD_NONBLOCK));
}

}  // namespace tt_run::launcher
