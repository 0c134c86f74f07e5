#pragma once

#include <optional>

#include <signal.h>

#include "job/descriptor.hpp"

namespace tt_run::job {

struct ReceivedSignal {
    int number = 0;
    bool from_kernel = false;  ///< as Ctrl-C at a terminal is
};

enum class SignalReading { at_once, waits };

/// A close-on-exec descriptor (signalfd) from which signals are read that the caller has blocked. Empty if
/// there are no descriptors left.
Descriptor make_signal_descriptor(const sigset_t& signals, SignalReading reading);

/// The next signal that has come. Nothing if there is none, or if waiting for one was interrupted.
std::optional<ReceivedSignal> next_signal(const Descriptor& signals);

}  // namespace tt_run::job
