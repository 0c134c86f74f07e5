#include "job/signal_descriptor.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

namespace tt_run::job {

Descriptor make_signal_descriptor(const sigset_t& signals, SignalReading reading) {
    const int flags = reading == SignalReading::at_once ? SFD_NONBLOCK : 0;
    return Descriptor(::signalfd(-1, &signals, SFD_CLOEXEC | flags));
}

std::optional<ReceivedSignal> next_signal(const Descriptor& signals) {
    signalfd_siginfo info{};
    const ssize_t got = ::read(signals.get(), &info, sizeof info);
    if (got != static_cast<ssize_t>(sizeof info)) {
        return std::nullopt;
    }
    return ReceivedSignal{static_cast<int>(info.ssi_signo), info.ssi_code == SI_KERNEL};
}

}  // namespace tt_run::job
